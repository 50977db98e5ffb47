/** Handles, names and exports of buffer objects: drm_gem.c and drm_prime.c. */
import { DRM_CLOEXEC, DRM_RDWR, drm_gem_flink, drm_gem_open, drm_prime_handle } from '../../../uapi/drm.ts';
import { EBADF, EINVAL, ENOENT } from '../../../uapi/errno.ts';
import { setU64 } from '../base/u64.ts';
import { DmaBuf } from '../gem/dma-buf.ts';
import type { GemObject } from '../gem/gem.ts';
import type { PanthorDrv } from './drv.ts';
import type { IoctlHandler } from './entry.ts';
import type { DrmFile } from './file.ts';

/** drm_gem_close_ioctl(); its padding is not looked at. */
export const gemClose: IoctlHandler = function* (_drv, file, _mem, view, at) {
  return file.deleteHandle(view.getUint32(at, true));
};

/** drm_gem_change_handle_ioctl(): -EINVAL beyond INT_MAX; -ENOENT for an unknown handle; -ENOSPC where the new one is taken. */
export const gemChangeHandle: IoctlHandler = function* (_drv, file, _mem, view, at) {
  const handle = view.getUint32(at, true);
  const wanted = view.getUint32(at + 4, true);
  if (wanted > 0x7fffffff) return -EINVAL;
  const bo = file.lookupGem(handle);
  if (bo === undefined) return -ENOENT;
  return handle === wanted ? 0 : file.changeHandle(handle, wanted, bo);
};

/** drm_gem_flink_ioctl() */
export const gemFlink: IoctlHandler = function* (drv, file, _mem, view, at) {
  const { off } = drm_gem_flink;
  const bo = file.lookupGem(view.getUint32(at + off.handle, true));
  if (bo === undefined) return -ENOENT;
  const name = drv.nameOf.get(bo) ?? drv.names.alloc(bo);
  drv.nameOf.set(bo, name);
  view.setUint32(at + off.name, name, true);
  return 0;
};

/** drm_gem_open_ioctl() */
export const gemOpen: IoctlHandler = function* (drv, file, _mem, view, at) {
  const { off } = drm_gem_open;
  const bo = drv.names.get(view.getUint32(at + off.name, true));
  if (bo === undefined) return -ENOENT;
  view.setUint32(at + off.handle, file.createHandle(bo), true);
  setU64(view, at + off.size, bo.size);
  return 0;
};

/** drm_gem_prime_handle_to_dmabuf(): the dma-buf of an object, made on first use. Its caller gets a reference. */
function exportBuf(drv: PanthorDrv, file: DrmFile, handle: number, bo: GemObject): DmaBuf | number {
  const known = file.primeBufs.get(handle);
  if (known !== undefined) return known.get();
  let buf = drv.dmaBufs.get(bo);
  if (buf === undefined) {
    // panthor_gem_prime_export(): what belongs to one VM stays in it.
    if (bo.exclusiveVm !== null) return -EINVAL;
    buf = new DmaBuf(bo);
    drv.dmaBufs.set(bo, buf);
  }
  file.rememberPrime(buf, handle);
  return buf.get();
}

/** drm_prime_handle_to_fd_ioctl() */
export const primeHandleToFd: IoctlHandler = function* (drv, file, _mem, view, at) {
  const { off } = drm_prime_handle;
  if ((view.getUint32(at + off.flags, true) & ~(DRM_CLOEXEC | DRM_RDWR)) !== 0) return -EINVAL;
  const handle = view.getUint32(at + off.handle, true);
  const bo = file.lookupGem(handle);
  if (bo === undefined) return -ENOENT;
  const buf = exportBuf(drv, file, handle, bo);
  if (typeof buf === 'number') return buf;
  const fd = file.fds.install(buf);
  if (fd < 0) buf.put();
  else view.setInt32(at + off.fd, fd, true);
  return Math.min(fd, 0);
};

/** drm_prime_fd_to_handle_ioctl(): one file knows one dma-buf under one handle. */
export const primeFdToHandle: IoctlHandler = function* (drv, file, _mem, view, at) {
  const { off } = drm_prime_handle;
  const buf = file.fds.lookup(view.getInt32(at + off.fd, true));
  // dma_buf_get()
  if (buf === undefined) return -EBADF;
  if (buf?.kind !== 'dma-buf') return -EINVAL;
  let handle = file.primeHandles.get(buf);
  if (handle === undefined) {
    // panthor_gem_prime_import(): an object of this device's own, not a copy.
    if (!drv.dmaBufs.has(buf.gem)) drv.dmaBufs.set(buf.gem, buf.get());
    handle = file.createHandle(buf.gem);
    file.rememberPrime(buf, handle);
  }
  view.setUint32(at + off.handle, handle, true);
  return 0;
};
