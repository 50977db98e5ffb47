/** The calls about syncobjs that may block: drm_syncobj.c. */
import {
  DRM_SYNCOBJ_WAIT_FLAGS_WAIT_ALL,
  DRM_SYNCOBJ_WAIT_FLAGS_WAIT_AVAILABLE,
  DRM_SYNCOBJ_WAIT_FLAGS_WAIT_DEADLINE,
  DRM_SYNCOBJ_WAIT_FLAGS_WAIT_FOR_SUBMIT,
  drm_syncobj_timeline_wait,
  drm_syncobj_transfer,
  drm_syncobj_wait,
} from '../../../uapi/drm.ts';
import { EINVAL, ENOENT, ENOMEM, ETIME } from '../../../uapi/errno.ts';
import { getU64 } from '../base/u64.ts';
import type { Fence } from '../sync/fence.ts';
import { unwrapMerge } from '../sync/fence-chain.ts';
import type { Syncobj } from '../sync/syncobj.ts';
import { SyncobjWait } from '../sync/syncobj-wait.ts';
import { BLOCKED, BlockedCall } from './blocked.ts';
import type { PanthorDrv } from './drv.ts';
import type { IoctlHandler } from './entry.ts';
import type { DrmFile } from './file.ts';
import { findSyncobjs, readPoints, type SyncobjHandles } from './ioctl-syncobj.ts';

const BINARY_FLAGS =
  DRM_SYNCOBJ_WAIT_FLAGS_WAIT_ALL |
  DRM_SYNCOBJ_WAIT_FLAGS_WAIT_FOR_SUBMIT |
  DRM_SYNCOBJ_WAIT_FLAGS_WAIT_DEADLINE;
const TIMELINE_FLAGS = BINARY_FLAGS | DRM_SYNCOBJ_WAIT_FLAGS_WAIT_AVAILABLE;

/** DRM_SYNCOBJ_WAIT_FOR_SUBMIT_TIMEOUT: how long a transfer waits for its source, ns. */
const TRANSFER_TIMEOUT_NS = 5_000_000_000;

/** KMALLOC_MAX_SIZE in struct syncobj_wait_entry, of 64 bytes (drm_syncobj_array_wait_timeout()). */
const MAX_ENTRIES = 0x400000 / 64;

/** The s64 at `at`: nanoseconds, inexact where it is centuries away. */
function getS64(view: DataView, at: number): number {
  return view.getInt32(at + 4, true) * 0x100000000 + view.getUint32(at, true);
}

/**
 * drm_syncobj_array_wait(): waits for points (null: all 0) until `timeoutNs` (absolute; what is not in the future only looks).
 *
 * @returns 0, BLOCKED, -EINVAL where there is no fence to wait for, -ENOMEM for more than 65536, -ETIME
 */
function wait(
  drv: PanthorDrv,
  file: DrmFile,
  syncobjs: SyncobjHandles,
  points: BigUint64Array | null,
  flags: number,
  timeoutNs: number,
  firstSignaled: (first: number) => void,
): number {
  if (syncobjs.length > MAX_ENTRIES) return -ENOMEM;
  const waiting = new SyncobjWait(flags, syncobjs, points, drv.device.condResched ?? undefined);
  // drm_timeout_abs_to_jiffies(): 0 and the past mean a look and no more.
  const canSleep = timeoutNs !== 0 && timeoutNs > drv.device.now();
  const result = (): number | undefined => {
    if (!waiting.look()) return undefined;
    firstSignaled(waiting.first);
    return 0;
  };
  const now = waiting.enter(canSleep) || result();
  if (now !== undefined || !canSleep) {
    waiting.leave();
    return now ?? -ETIME;
  }
  const call = new BlockedCall(timeoutNs, -ETIME, result, () => waiting.leave());
  waiting.onEvent(() => call.wake());
  file.blocked = call;
  return BLOCKED;
}

/** drm_syncobj_wait_ioctl() */
export const syncobjWait: IoctlHandler = function* (drv, file, mem, view, at) {
  const { off } = drm_syncobj_wait;
  const flags = view.getUint32(at + off.flags, true);
  if ((flags & ~BINARY_FLAGS) !== 0) return -EINVAL;
  const count = view.getUint32(at + off.count_handles, true);
  if (count === 0) return 0;
  const syncobjs = findSyncobjs(file, mem, getU64(view, at + off.handles), count);
  if (typeof syncobjs === 'number') return syncobjs;
  return wait(drv, file, syncobjs, null, flags, getS64(view, at + off.timeout_nsec), (first) => {
    view.setUint32(at + off.first_signaled, first, true);
  });
};

/** drm_syncobj_timeline_wait_ioctl() */
export const syncobjTimelineWait: IoctlHandler = function* (drv, file, mem, view, at) {
  const { off } = drm_syncobj_timeline_wait;
  const flags = view.getUint32(at + off.flags, true);
  if ((flags & ~TIMELINE_FLAGS) !== 0) return -EINVAL;
  const count = view.getUint32(at + off.count_handles, true);
  if (count === 0) return 0;
  const syncobjs = findSyncobjs(file, mem, getU64(view, at + off.handles), count);
  if (typeof syncobjs === 'number') return syncobjs;
  const points = readPoints(file, mem, getU64(view, at + off.points), count);
  if (typeof points === 'number') return points;
  return wait(drv, file, syncobjs, points, flags, getS64(view, at + off.timeout_nsec), (first) => {
    view.setUint32(at + off.first_signaled, first, true);
  });
};

/**
 * drm_syncobj_transfer_ioctl(): puts the fence of one point at another. With WAIT_FOR_SUBMIT it waits, five seconds at
 * most, until the source has one.
 */
export const syncobjTransfer: IoctlHandler = function* (drv, file, _mem, view, at) {
  const { off } = drm_syncobj_transfer;
  if (view.getUint32(at + off.pad, true) !== 0) return -EINVAL;
  const to = file.syncobjs.get(view.getUint32(at + off.dst_handle, true));
  if (to === undefined) return -ENOENT;
  const from = file.syncobjs.get(view.getUint32(at + off.src_handle, true));
  if (from === undefined) return -ENOENT;
  const flags = view.getUint32(at + off.flags, true);
  if ((flags & ~DRM_SYNCOBJ_WAIT_FLAGS_WAIT_FOR_SUBMIT) !== 0) return -EINVAL;
  const fromPoint = view.getBigUint64(at + off.src_point, true);
  const toPoint = view.getBigUint64(at + off.dst_point, true);
  const take = (fence: Fence): number => {
    if (toPoint === 0n) to.replaceFence(fence);
    else to.addPoint(unwrapMerge(fence), toPoint);
    return 0;
  };
  const found = from.lookup(fromPoint);
  if (found !== undefined) return take(found);
  if ((flags & DRM_SYNCOBJ_WAIT_FLAGS_WAIT_FOR_SUBMIT) === 0) return -EINVAL;
  return waitForSubmit(drv, file, from, fromPoint, to, take);
};

/** The second half of drm_syncobj_find_fence(). Both syncobjs are held meanwhile. */
function waitForSubmit(
  drv: PanthorDrv,
  file: DrmFile,
  from: Syncobj,
  point: bigint,
  to: Syncobj,
  take: (fence: Fence) => number,
): number {
  from.get();
  to.get();
  const call = new BlockedCall(
    drv.device.now() + TRANSFER_TIMEOUT_NS,
    -ETIME,
    () => {
      const fence = from.lookup(point);
      return fence === undefined ? undefined : take(fence);
    },
    () => {
      from.unwatch(watcher);
      from.put();
      to.put();
    },
  );
  const watcher = {
    submitted: (): boolean => {
      call.wake();
      return call.done;
    },
  };
  from.watch(watcher);
  file.blocked = call;
  return BLOCKED;
}
