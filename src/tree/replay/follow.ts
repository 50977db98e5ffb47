/** Calls that the model answers, as far as a tree has to know of them: what is signalled, and what files are given. */
import {
  DRM_IOCTL_SYNCOBJ_CREATE,
  DRM_IOCTL_SYNCOBJ_SIGNAL,
  DRM_IOCTL_SYNCOBJ_TIMELINE_SIGNAL,
  DRM_SYNCOBJ_CREATE_SIGNALED,
  DRM_SYNCOBJ_FD_TO_HANDLE_FLAGS_IMPORT_SYNC_FILE,
  drm_gem_open,
  drm_prime_handle,
  drm_syncobj_array,
  drm_syncobj_create,
  drm_syncobj_handle,
  drm_syncobj_timeline_array,
} from '../../../uapi/drm.ts';
import { DRM_IOCTL_PANTHOR_BO_CREATE, drm_panthor_bo_create } from '../../../uapi/panthor_drm.ts';
import { UserMemory } from '../../driver/base/uaccess.ts';
import type { ClientFile } from '../../replay/client-file.ts';
import type { ClientCalls } from './client-calls.ts';
import type { Mirror } from './mirror.ts';
import { signalledBy } from './submitted.ts';

const ARGUMENT = 0x20000;
const HANDLES = 0x21000;
const POINTS = 0x22000;

export class Follow {
  readonly #calls: ClientCalls;
  readonly #mirror: Mirror;

  constructor(calls: ClientCalls, mirror: Mirror) {
    this.#calls = calls;
    this.#mirror = mirror;
  }

  /** A call of the model's that succeeded, with its argument at `at` in `mem`. Why the tree is no longer in step, or null. */
  call(name: string, mem: UserMemory, at: number, file: ClientFile): string | null {
    const word = (offset: number): number => mem.view.getUint32(at + offset, true);
    switch (name) {
      case 'GROUP_SUBMIT':
        // A replay runs no streams: the jobs are done.
        for (const { handle, point } of signalledBy(mem, at)) this.#signal(file, handle, point);
        return null;
      case 'GROUP_CREATE':
      case 'GROUP_DESTROY':
        this.#mirror.holdVms(file);
        return null;
      case 'SYNCOBJ_FD_TO_HANDLE': {
        const { flags, handle } = drm_syncobj_handle.off;
        const isFile = (word(flags) & DRM_SYNCOBJ_FD_TO_HANDLE_FLAGS_IMPORT_SYNC_FILE) !== 0;
        // Fences of other processes are taken to be done (placeholders.ts).
        if (isFile) this.#signal(file, word(handle), null);
        return isFile ? null : this.#sameHandle(name, word(handle), this.#createSyncobj(file));
      }
      case 'PRIME_FD_TO_HANDLE':
        return this.#import(name, file, word(drm_prime_handle.off.handle));
      case 'GEM_OPEN':
        return this.#import(name, file, word(drm_gem_open.off.handle));
      default:
        return null;
    }
  }

  /** An object of another process's, or of another file: one of the same size stands for it. */
  #import(name: string, file: ClientFile, handle: number): string | null {
    const bo = file.file.lookupGem(handle);
    if (
      bo === undefined ||
      this.#calls.own('backObject', this.#mirror.file(file), handle, bo.serial + 1) === 0
    )
      return null;
    if (bo.imported) return this.#sameHandle(name, handle, this.#mirror.importObject(file, bo));
    const mem = new UserMemory();
    const at = mem.reserve(ARGUMENT, drm_panthor_bo_create.size);
    mem.setU64(at + drm_panthor_bo_create.off.size, bo.size);
    this.#ioctl(file, DRM_IOCTL_PANTHOR_BO_CREATE, mem);
    return this.#sameHandle(name, handle, mem.view.getUint32(at + drm_panthor_bo_create.off.handle, true));
  }

  #createSyncobj(file: ClientFile): number {
    const mem = new UserMemory();
    const at = mem.reserve(ARGUMENT, drm_syncobj_create.size);
    mem.view.setUint32(at + drm_syncobj_create.off.flags, DRM_SYNCOBJ_CREATE_SIGNALED, true);
    this.#ioctl(file, DRM_IOCTL_SYNCOBJ_CREATE, mem);
    return mem.view.getUint32(at + drm_syncobj_create.off.handle, true);
  }

  #sameHandle(name: string, model: number, tree: number): string | null {
    return model === tree ? null : `${name} gives handle ${model} in the model, ${tree} in the tree`;
  }

  #signal(file: ClientFile, handle: number, point: bigint | null): void {
    const mem = new UserMemory();
    const layout = point === null ? drm_syncobj_array : drm_syncobj_timeline_array;
    const at = mem.reserve(ARGUMENT, layout.size);
    mem.setU64(at + layout.off.handles, HANDLES);
    mem.view.setUint32(at + layout.off.count_handles, 1, true);
    mem.view.setUint32(mem.reserve(HANDLES, 4), handle, true);
    if (point !== null) {
      mem.setU64(at + drm_syncobj_timeline_array.off.points, POINTS);
      mem.view.setBigUint64(mem.reserve(POINTS, 8), point, true);
    }
    this.#ioctl(file, point === null ? DRM_IOCTL_SYNCOBJ_SIGNAL : DRM_IOCTL_SYNCOBJ_TIMELINE_SIGNAL, mem);
  }

  #ioctl(file: ClientFile, request: number, mem: UserMemory): void {
    this.#calls.ioctl(this.#mirror.file(file), request, mem, ARGUMENT, 0, 0);
  }
}
