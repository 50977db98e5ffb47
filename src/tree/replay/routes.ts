/** Which calls of a client a tree answers, and which are the model's. */
import { ioctlName } from '../../../uapi/lookup.ts';
import { DRM_PANTHOR_DEV_QUERY_TIMESTAMP_INFO, drm_panthor_dev_query } from '../../../uapi/panthor_drm.ts';
import type { UserMemory } from '../../driver/base/uaccess.ts';
import { compatIoctl } from '../../driver/ioctl/compat.ts';
import type { DrmFile } from '../../driver/ioctl/file.ts';

/**
 * Groups and tiler heaps need the firmware, descriptors need files of other kinds: those calls are the model's, and what
 * they ask of the VM layer enters the tree at that function (forward.ts).
 */
const OF_THE_TREE: ReadonlySet<string> = new Set([
  'DEV_QUERY',
  'VM_CREATE',
  'VM_DESTROY',
  'VM_BIND',
  'VM_GET_STATE',
  'BO_CREATE',
  'BO_MMAP_OFFSET',
  'BO_SET_LABEL',
  'BO_QUERY_INFO',
  'SET_USER_MMIO_OFFSET',
  'VERSION',
  'GET_CAP',
  'GEM_CLOSE',
  'SYNCOBJ_CREATE',
  'SYNCOBJ_DESTROY',
  'SYNCOBJ_WAIT',
  'SYNCOBJ_RESET',
  'SYNCOBJ_SIGNAL',
  'SYNCOBJ_TIMELINE_WAIT',
  'SYNCOBJ_TIMELINE_SIGNAL',
  'SYNCOBJ_QUERY',
  'SYNCOBJ_TRANSFER',
]);

/** Calls that give a file a number, or take one: where tree and model disagree in one, later numbers mean different things. */
const NUMBERS: ReadonlySet<string> = new Set([
  'VM_CREATE',
  'VM_DESTROY',
  'BO_CREATE',
  'GEM_CLOSE',
  'SYNCOBJ_CREATE',
  'SYNCOBJ_DESTROY',
]);

/**
 * Outputs that are not compared: versions of builds; and offsets for mmap(), which the kernel gives to its own objects,
 * too, and the model to those that were asked for.
 */
const VOLATILE: ReadonlySet<string> = new Set(['VERSION', 'BO_MMAP_OFFSET']);

const CAP_SYS_ADMIN = 21;
const CAP_SYS_NICE = 23;

/** The capabilities of who makes a file's calls, as bits (linux/capability.h). */
export function capabilitiesOf(file: DrmFile): number {
  return (file.sysAdmin ? 1 << CAP_SYS_ADMIN : 0) | (file.sysNice ? 1 << CAP_SYS_NICE : 0);
}

interface AskedCall {
  request: number;
  mem: UserMemory;
  argAt: number;
  file: DrmFile;
}

export class Routes {
  readonly #names = new Map<number, string>();

  name(request: number): string {
    let name = this.#names.get(request);
    if (name === undefined) {
      name = ioctlName(request);
      this.#names.set(request, name);
    }
    return name;
  }

  /** Whether the tree answers a call; `argAt` is -1 where its argument is not mapped. */
  isOfTree({ request, mem, argAt, file }: AskedCall): boolean {
    const name = this.name(request);
    if (!OF_THE_TREE.has(name)) return false;
    // drm_compat_ioctl() is not compiled.
    if (file.compat && compatIoctl(request & 0xff) !== undefined) return false;
    // The clock of the GPU is the model's.
    if (name !== 'DEV_QUERY' || argAt < 0) return true;
    return (
      mem.view.getUint32(argAt + drm_panthor_dev_query.off.type, true) !==
      DRM_PANTHOR_DEV_QUERY_TIMESTAMP_INFO
    );
  }

  /** Whether a call that ends otherwise on the tree leaves the numbers of both out of step. */
  numbers(name: string): boolean {
    return NUMBERS.has(name);
  }

  /** Whether later calls of the model's take what this one has written: mmap() takes offsets. */
  keepsOfModel(name: string): boolean {
    return name === 'BO_MMAP_OFFSET';
  }

  /** Whether the bytes that a call writes can be compared. */
  compares(name: string): boolean {
    return !VOLATILE.has(name);
  }
}
