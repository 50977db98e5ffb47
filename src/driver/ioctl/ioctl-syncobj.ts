/** The calls about syncobjs that do not wait: drm_syncobj.c. */
import {
  DRM_SYNCOBJ_CREATE_SIGNALED,
  DRM_SYNCOBJ_QUERY_FLAGS_LAST_SUBMITTED,
  drm_syncobj_array,
  drm_syncobj_create,
  drm_syncobj_destroy,
  drm_syncobj_timeline_array,
} from '../../../uapi/drm.ts';
import { EFAULT, EINVAL, ENOENT, ENOMEM } from '../../../uapi/errno.ts';
import { getU64 } from '../base/u64.ts';
import type { UserMemory } from '../base/uaccess.ts';
import { stubFence } from '../sync/fence.ts';
import { lastSignaled } from '../sync/fence-chain.ts';
import { Syncobj } from '../sync/syncobj.ts';
import type { IoctlHandler } from './entry.ts';
import type { DrmFile } from './file.ts';
import { getPlainArray } from './uobj.ts';

/** KMALLOC_MAX_SIZE in pointers. */
const MAX_POINTERS = 0x400000 / 8;

/** The syncobjs that handles in a call's memory name, all of which exist. They are looked up again each time, so that there is no array to make. */
export class SyncobjHandles {
  readonly length: number;
  readonly #file: DrmFile;
  readonly #mem: UserMemory;
  readonly #at: number;

  /** `at`: where the `length` handles begin. */
  constructor(file: DrmFile, mem: UserMemory, at: number, length: number) {
    this.length = length;
    this.#file = file;
    this.#mem = mem;
    this.#at = at;
  }

  /** The one of the `i`-th handle. To be asked only while the call is made: handles may be destroyed afterwards. */
  at(i: number): Syncobj {
    return this.#file.syncobjs.get(this.#mem.view.getUint32(this.#at + i * 4, true)) as Syncobj;
  }
}

/**
 * drm_syncobj_array_find(): the syncobjs that the `count` handles at user address `addr` name; no reference is taken.
 *
 * @returns them; -ENOMEM for more handles than kmalloc() has room for; -EFAULT; -ENOENT for an unknown one
 */
export function findSyncobjs(
  file: DrmFile,
  mem: UserMemory,
  addr: number,
  count: number,
): SyncobjHandles | number {
  const at = getPlainArray(mem, addr, count, 4);
  if (at < 0) return at;
  // The array of pointers, twice as large as that of handles.
  if (count > MAX_POINTERS) return -ENOMEM;
  const found = new SyncobjHandles(file, mem, at, count);
  const { condResched } = file.drv.device;
  for (let i = 0; i < count; i++) {
    condResched?.();
    if (found.at(i) === undefined) return -ENOENT;
  }
  return found;
}

/** drm_syncobj_create_ioctl(): drm_syncobj_create() and drm_syncobj_get_handle() */
export const syncobjCreate: IoctlHandler = function* (_drv, file, _mem, view, at) {
  const { off } = drm_syncobj_create;
  const flags = view.getUint32(at + off.flags, true);
  if ((flags & ~DRM_SYNCOBJ_CREATE_SIGNALED) !== 0) return -EINVAL;
  const syncobj = new Syncobj();
  if ((flags & DRM_SYNCOBJ_CREATE_SIGNALED) !== 0) syncobj.replaceFence(stubFence());
  view.setUint32(at + off.handle, file.syncobjs.alloc(syncobj), true);
  return 0;
};

/** drm_syncobj_destroy_ioctl() */
export const syncobjDestroy: IoctlHandler = function* (_drv, file, _mem, view, at) {
  const { off } = drm_syncobj_destroy;
  if (view.getUint32(at + off.pad, true) !== 0) return -EINVAL;
  const syncobj = file.syncobjs.remove(view.getUint32(at + off.handle, true));
  if (syncobj === undefined) return -EINVAL;
  syncobj.put();
  return 0;
};

/** drm_syncobj_find() for each handle of a drm_syncobj_array: the syncobjs, or -errno. */
function arrayOf(file: DrmFile, mem: UserMemory, view: DataView, at: number): SyncobjHandles | number {
  const { off } = drm_syncobj_array;
  const count = view.getUint32(at + off.count_handles, true);
  if (view.getUint32(at + off.pad, true) !== 0 || count === 0) return -EINVAL;
  return findSyncobjs(file, mem, getU64(view, at + off.handles), count);
}

/** drm_syncobj_reset_ioctl() */
export const syncobjReset: IoctlHandler = function* (drv, file, mem, view, at) {
  const syncobjs = arrayOf(file, mem, view, at);
  if (typeof syncobjs === 'number') return syncobjs;
  for (let i = 0; i < syncobjs.length; i++) {
    drv.device.condResched?.();
    syncobjs.at(i).replaceFence(null);
  }
  return 0;
};

/** drm_syncobj_signal_ioctl() */
export const syncobjSignal: IoctlHandler = function* (drv, file, mem, view, at) {
  const syncobjs = arrayOf(file, mem, view, at);
  if (typeof syncobjs === 'number') return syncobjs;
  for (let i = 0; i < syncobjs.length; i++) {
    drv.device.condResched?.();
    syncobjs.at(i).replaceFence(stubFence());
  }
  return 0;
};

/** drm_syncobj_timeline_signal_ioctl(): adds points that are done, as far as those before them are. */
export const syncobjTimelineSignal: IoctlHandler = function* (drv, file, mem, view, at) {
  const { off } = drm_syncobj_timeline_array;
  const count = view.getUint32(at + off.count_handles, true);
  if (view.getUint32(at + off.flags, true) !== 0 || count === 0) return -EINVAL;
  const syncobjs = findSyncobjs(file, mem, getU64(view, at + off.handles), count);
  if (typeof syncobjs === 'number') return syncobjs;
  const points = readPoints(file, mem, getU64(view, at + off.points), count);
  if (typeof points === 'number') return points;
  for (let i = 0; i < count; i++) {
    drv.device.condResched?.();
    syncobjs.at(i).addPoint(stubFence(), points?.[i] ?? 0n);
  }
  return 0;
};

/** `count` points at user address `addr`; null for a NULL pointer, which stands for zeros; -EFAULT. */
export function readPoints(
  file: DrmFile,
  mem: UserMemory,
  addr: number,
  count: number,
): BigUint64Array | null | number {
  if (addr === 0) return null;
  const at = getPlainArray(mem, addr, count, 8);
  if (at < 0) return at;
  const points = new BigUint64Array(count);
  const { condResched } = file.drv.device;
  for (let i = 0; i < count; i++) {
    condResched?.();
    points[i] = mem.view.getBigUint64(at + i * 8, true);
  }
  return points;
}

/** drm_syncobj_query_ioctl(): the last point that is done, or that was submitted; 0 for what is no timeline. */
export const syncobjQuery: IoctlHandler = function* (drv, file, mem, view, at) {
  const { off } = drm_syncobj_timeline_array;
  const flags = view.getUint32(at + off.flags, true);
  const count = view.getUint32(at + off.count_handles, true);
  if ((flags & ~DRM_SYNCOBJ_QUERY_FLAGS_LAST_SUBMITTED) !== 0 || count === 0) return -EINVAL;
  const syncobjs = findSyncobjs(file, mem, getU64(view, at + off.handles), count);
  if (typeof syncobjs === 'number') return syncobjs;
  const points = getU64(view, at + off.points);
  for (let i = 0; i < count; i++) {
    drv.device.condResched?.();
    const { fence } = syncobjs.at(i);
    const to = mem.locate(points + i * 8, 8);
    if (to < 0) return -EFAULT;
    mem.view.setBigUint64(
      to,
      lastSignaled(fence, (flags & DRM_SYNCOBJ_QUERY_FLAGS_LAST_SUBMITTED) !== 0),
      true,
    );
    mem.markDirty(to);
  }
  return 0;
};
