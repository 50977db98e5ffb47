/** Syncobjs and the outside: file descriptors, sync_files, eventfds. drm_syncobj.c. */
import {
  DRM_SYNCOBJ_FD_TO_HANDLE_FLAGS_IMPORT_SYNC_FILE,
  DRM_SYNCOBJ_FD_TO_HANDLE_FLAGS_TIMELINE,
  DRM_SYNCOBJ_HANDLE_TO_FD_FLAGS_EXPORT_SYNC_FILE,
  DRM_SYNCOBJ_HANDLE_TO_FD_FLAGS_TIMELINE,
  DRM_SYNCOBJ_WAIT_FLAGS_WAIT_AVAILABLE,
  drm_syncobj_eventfd,
  drm_syncobj_handle,
} from '../../../uapi/drm.ts';
import { EBADF, EINVAL, ENOENT, ENOMEM } from '../../../uapi/errno.ts';
import type { Fence } from '../sync/fence.ts';
import { findFence, type SubmitWatcher, type Syncobj } from '../sync/syncobj.ts';
import type { PanthorDrv } from './drv.ts';
import type { IoctlHandler } from './entry.ts';
import type { EventFd } from './fd-table.ts';
import type { DrmFile } from './file.ts';

/**
 * The checks that both directions share: the point to import to or export from, or -EINVAL. Points came after 6.12,
 * whose core takes one flag only and does not look at bytes beyond the padding.
 */
function pointOf(
  drv: PanthorDrv,
  view: DataView,
  at: number,
  fileFlag: number,
  timeline: number,
): bigint | number {
  const { off } = drm_syncobj_handle;
  const hasPoints = drv.device.b.setClientName;
  const flags = view.getUint32(at + off.flags, true);
  if (view.getUint32(at + off.pad, true) !== 0) return -EINVAL;
  if ((flags & ~(hasPoints ? fileFlag | timeline : fileFlag)) !== 0) return -EINVAL;
  if (!hasPoints) return 0n;
  const point = view.getBigUint64(at + off.point, true);
  if ((flags & fileFlag) === 0 && point !== 0n) return -EINVAL;
  return (flags & timeline) !== 0 ? point : 0n;
}

/** drm_syncobj_handle_to_fd_ioctl() */
export const syncobjHandleToFd: IoctlHandler = function* (drv, file, _mem, view, at) {
  const { off } = drm_syncobj_handle;
  const exportFile = DRM_SYNCOBJ_HANDLE_TO_FD_FLAGS_EXPORT_SYNC_FILE;
  const point = pointOf(drv, view, at, exportFile, DRM_SYNCOBJ_HANDLE_TO_FD_FLAGS_TIMELINE);
  if (typeof point === 'number') return point;
  const handle = view.getUint32(at + off.handle, true);
  const isFile = (view.getUint32(at + off.flags, true) & exportFile) !== 0;
  const fd = isFile ? exportSyncFile(file, handle, point) : exportSyncobj(file, handle);
  if (fd >= 0) view.setInt32(at + off.fd, fd, true);
  return Math.min(fd, 0);
};

/** drm_syncobj_export_sync_file() */
function exportSyncFile(file: DrmFile, handle: number, point: bigint): number {
  const fence = findFence(file, handle, point);
  return typeof fence === 'number' ? fence : file.fds.install({ kind: 'sync-file', fence });
}

/** drm_syncobj_handle_to_fd(): drm_syncobj_get_fd() by handle */
function exportSyncobj(file: DrmFile, handle: number): number {
  const syncobj = file.syncobjs.get(handle);
  if (syncobj === undefined) return -EINVAL;
  const fd = file.fds.install({ kind: 'syncobj-file', syncobj: syncobj.get() });
  if (fd < 0) syncobj.put();
  return fd;
}

/** drm_syncobj_fd_to_handle_ioctl() */
export const syncobjFdToHandle: IoctlHandler = function* (drv, file, _mem, view, at) {
  const { off } = drm_syncobj_handle;
  const importFile = DRM_SYNCOBJ_FD_TO_HANDLE_FLAGS_IMPORT_SYNC_FILE;
  const point = pointOf(drv, view, at, importFile, DRM_SYNCOBJ_FD_TO_HANDLE_FLAGS_TIMELINE);
  if (typeof point === 'number') return point;
  const object = file.fds.lookup(view.getInt32(at + off.fd, true));
  if ((view.getUint32(at + off.flags, true) & importFile) !== 0) {
    // drm_syncobj_import_sync_file_fence(): the file is looked at first.
    if (object?.kind !== 'sync-file') return -EINVAL;
    const syncobj = file.syncobjs.get(view.getUint32(at + off.handle, true));
    if (syncobj === undefined) return -ENOENT;
    if (point === 0n) syncobj.replaceFence(object.fence);
    else syncobj.addPoint(object.fence, point);
    return 0;
  }
  if (object?.kind !== 'syncobj-file') return -EINVAL;
  view.setUint32(at + off.handle, file.syncobjs.alloc(object.syncobj.get()), true);
  return 0;
};

/**
 * drm_syncobj_eventfd_ioctl(): the eventfd is signalled once the point is done, or once it is submitted with
 * WAIT_AVAILABLE; at once where that is so already.
 */
export const syncobjEventfd: IoctlHandler = function* (_drv, file, _mem, view, at) {
  const { off } = drm_syncobj_eventfd;
  const flags = view.getUint32(at + off.flags, true);
  if ((flags & ~DRM_SYNCOBJ_WAIT_FLAGS_WAIT_AVAILABLE) !== 0) return -EINVAL;
  if (view.getUint32(at + off.pad, true) !== 0) return -EINVAL;
  const syncobj = file.syncobjs.get(view.getUint32(at + off.handle, true));
  if (syncobj === undefined) return -ENOENT;
  const object = file.fds.lookup(view.getInt32(at + off.fd, true));
  // eventfd_ctx_fdget()
  if (object === undefined) return -EBADF;
  if (object?.kind !== 'eventfd') return -EINVAL;
  if (object.get?.() === false) return -ENOMEM;
  const point = view.getBigUint64(at + off.point, true);
  addEventfd(syncobj, point, flags, object);
  return 0;
};

/** syncobj_eventfd_entry_func(), syncobj_eventfd_entry_fence_func(), syncobj_eventfd_entry_free() */
function addEventfd(syncobj: Syncobj, point: bigint, flags: number, eventfd: EventFd): void {
  let pending: Fence | null = null;
  const done = (): void => {
    eventfd.signal();
    eventfd.put?.();
  };
  const signalled = (): void => {
    syncobj.unwatch(watcher);
    done();
  };
  const submitted = (): boolean => {
    if (pending !== null) return false;
    const fence = syncobj.lookup(point);
    if (fence === undefined) return false;
    if ((flags & DRM_SYNCOBJ_WAIT_FLAGS_WAIT_AVAILABLE) !== 0 || fence.signaled) {
      done();
      return true;
    }
    pending = fence;
    fence.onSignal(signalled);
    return false;
  };
  const dropped = (): void => {
    pending?.removeCallback(signalled);
    eventfd.put?.();
  };
  const watcher: SubmitWatcher = { submitted, dropped };
  if (submitted()) return;
  // It stays with the syncobj until the fence has signalled: drm_syncobj_free() frees it.
  syncobj.watch(watcher);
}
