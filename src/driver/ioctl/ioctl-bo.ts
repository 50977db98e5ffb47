/** The calls about one buffer object: panthor_drv.c and panthor_gem.c. */

import { E2BIG, EFAULT, EINVAL, ENODEV, ENOENT, ENOMEM, ENOSPC, EPERM } from '../../../uapi/errno.ts';
import {
  DRM_PANTHOR_BO_IS_IMPORTED,
  DRM_PANTHOR_BO_NO_MMAP,
  DRM_PANTHOR_BO_SYNC_CPU_CACHE_FLUSH_AND_INVALIDATE,
  DRM_PANTHOR_BO_WB_MMAP,
  DRM_PANTHOR_USER_MMIO_OFFSET_32BIT,
  DRM_PANTHOR_USER_MMIO_OFFSET_64BIT,
  drm_panthor_bo_create,
  drm_panthor_bo_mmap_offset,
  drm_panthor_bo_query_info,
  drm_panthor_bo_set_label,
  drm_panthor_bo_sync_op,
  PANTHOR_BO_LABEL_MAXLEN,
} from '../../../uapi/panthor_drm.ts';
import { PAGE_SIZE } from '../../../uapi/sizes.ts';
import { getU64, setU64 } from '../base/u64.ts';
import type { UserMemory } from '../base/uaccess.ts';
import type { GemObject } from '../gem/gem.ts';
import { MmapOffsets } from '../gem/mmap-offsets.ts';
import type { PanthorDrv } from './drv.ts';
import type { IoctlHandler } from './entry.ts';
import { getArray } from './uobj.ts';

/** What drm_gem_object_init() asks shmem for has to be a loff_t. */
const MAX_LFS_FILESIZE = 2 ** 63;

/**
 * PAGE_ALIGN() and the checks below drm_gem_object_init(): the size that an object gets, in bytes. `lo` and `hi` are the two
 * words of what was asked for.
 *
 * @returns the rounded size; -ENOSPC where rounding ends at 0 or there is no room for a mmap offset; -EINVAL for sizes
 *   that are negative as a loff_t; -ENOMEM beyond the server's limits
 */
function roundedSize(drv: PanthorDrv, lo: number, hi: number): number {
  // A Number would not tell the last page's sizes from the page before it.
  if (hi === 0xffffffff && lo > 2 ** 32 - PAGE_SIZE) return -ENOSPC;
  const size = Math.ceil((hi * 2 ** 32 + lo) / PAGE_SIZE) * PAGE_SIZE;
  if (size >= MAX_LFS_FILESIZE) return -EINVAL;
  if (!MmapOffsets.fits(size)) return -ENOSPC;
  const { limits } = drv;
  if (drv.boBytes + size > limits.boBytes || drv.clientBos.size >= limits.objects) return -ENOMEM;
  return size;
}

/** panthor_ioctl_bo_create() and panthor_gem_create_with_handle() */
export const boCreate: IoctlHandler = function* (drv, file, _mem, view, at) {
  const { off } = drm_panthor_bo_create;
  const { device } = drv;
  if (device.unplugged) return -ENODEV;
  const [lo, hi] = [view.getUint32(at + off.size, true), view.getUint32(at + off.size + 4, true)];
  const flags = view.getUint32(at + off.flags, true);
  const known =
    device.kernel.uapi.minor >= 7 ? DRM_PANTHOR_BO_NO_MMAP | DRM_PANTHOR_BO_WB_MMAP : DRM_PANTHOR_BO_NO_MMAP;
  if ((lo | hi) === 0 || view.getUint32(at + off.pad, true) !== 0 || (flags & ~known) !== 0) return -EINVAL;
  if (flags === (DRM_PANTHOR_BO_NO_MMAP | DRM_PANTHOR_BO_WB_MMAP)) return -EINVAL;
  const vmId = view.getUint32(at + off.exclusive_vm_id, true);
  const vm = vmId === 0 ? null : file.vms.get(vmId);
  if (vm === undefined) return -EINVAL;
  const size = roundedSize(drv, lo, hi);
  if (size < 0) return size;
  const bo = device.gem.create(size, flags, vm);
  drv.clientBos.add(bo);
  drv.boBytes += size;
  view.setUint32(at + off.handle, file.createHandle(bo), true);
  setU64(view, at + off.size, size);
  // The handle holds it now.
  bo.put();
  return 0;
};

/** panthor_ioctl_bo_mmap_offset() */
export const boMmapOffset: IoctlHandler = function* (drv, file, _mem, view, at) {
  const { off } = drm_panthor_bo_mmap_offset;
  if (view.getUint32(at + off.pad, true) !== 0) return -EINVAL;
  const bo = file.lookupGem(view.getUint32(at + off.handle, true));
  if (bo === undefined) return -ENOENT;
  // 6.12 gives an offset and lets mmap() itself fail.
  if ((bo.flags & DRM_PANTHOR_BO_NO_MMAP) !== 0 && drv.device.b.noMmapHasNoOffset) return -EPERM;
  const offset = drv.mmapOffsets.offsetOf(bo);
  if (offset < 0) return offset;
  setU64(view, at + off.offset, offset);
  return 0;
};

const decoder = new TextDecoder();

/** strndup_user(): -E2BIG where no NUL is among the first `limit` bytes (the kernel's EINVAL, as panthor turns it). */
function readString(mem: UserMemory, addr: number, limit: number): string | number {
  for (let length = 0; length < limit; length++) {
    const at = mem.locate(addr + length, 1);
    if (at < 0) return -EFAULT;
    if (mem.data[at] === 0) return decoder.decode(mem.data.subarray(at - length, at));
  }
  return -E2BIG;
}

/** panthor_ioctl_bo_set_label() and panthor_gem_bo_set_label(): NULL takes a label away, an empty one is a label. */
export const boSetLabel: IoctlHandler = function* (_drv, file, mem, view, at) {
  const { off } = drm_panthor_bo_set_label;
  if (view.getUint32(at + off.pad, true) !== 0) return -EINVAL;
  const bo = file.lookupGem(view.getUint32(at + off.handle, true));
  if (bo === undefined) return -ENOENT;
  const addr = getU64(view, at + off.label);
  const label = addr === 0 ? null : readString(mem, addr, PANTHOR_BO_LABEL_MAXLEN);
  if (typeof label === 'number') return label;
  bo.label = label;
  return 0;
};

/** panthor_ioctl_set_user_mmio_offset() */
export const setUserMmioOffset: IoctlHandler = function* (_drv, file, _mem, view, at) {
  const offset = getU64(view, at);
  const exact = view.getUint32(at, true) === 0;
  if (!exact) return -EINVAL;
  if (offset !== DRM_PANTHOR_USER_MMIO_OFFSET_32BIT && offset !== DRM_PANTHOR_USER_MMIO_OFFSET_64BIT) {
    return -EINVAL;
  }
  file.userMmioOffset = offset;
  return 0;
};

/** panthor_gem_sync(): nothing to clean here, since client and model share memory; only the checks are left. */
function gemSync(bo: GemObject, type: number, offset: number, size: number): number {
  // offset + size < offset: wrapped around. Sums beyond 2^53 are inexact and far larger than any object.
  if (offset + size > bo.size) return -EINVAL;
  if (bo.imported) return -EINVAL;
  return type > DRM_PANTHOR_BO_SYNC_CPU_CACHE_FLUSH_AND_INVALIDATE ? -EINVAL : 0;
}

/** panthor_ioctl_bo_sync(): stops at the first operation that fails. */
export const boSync: IoctlHandler = function* (drv, file, mem, view, at) {
  const count = view.getUint32(at + 4, true);
  const stride = view.getUint32(at, true);
  const ops = getArray(mem, view, at, drm_panthor_bo_sync_op);
  if (ops < 0) return ops;
  const { off } = drm_panthor_bo_sync_op;
  for (let i = 0; i < count; i++) {
    drv.device.condResched?.();
    const op = ops + i * stride;
    const bo = file.lookupGem(mem.view.getUint32(op + off.handle, true));
    if (bo === undefined) return -ENOENT;
    const type = mem.view.getUint32(op + off.type, true);
    const ret = gemSync(bo, type, mem.u64(op + off.offset), mem.u64(op + off.size));
    if (ret !== 0) return ret;
  }
  return 0;
};

/** panthor_ioctl_bo_query_info() */
export const boQueryInfo: IoctlHandler = function* (_drv, file, _mem, view, at) {
  const { off } = drm_panthor_bo_query_info;
  const bo = file.lookupGem(view.getUint32(at + off.handle, true));
  if (bo === undefined) return -ENOENT;
  view.setUint32(at + off.pad, 0, true);
  view.setUint32(at + off.create_flags, bo.flags, true);
  view.setUint32(at + off.extra_flags, bo.imported ? DRM_PANTHOR_BO_IS_IMPORTED : 0, true);
  return 0;
};
