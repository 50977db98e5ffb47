/** The ioctls of a sync_file's own descriptor: drivers/dma-buf/sync_file.c. */
import {
  SYNC_IOC_FILE_INFO,
  SYNC_IOC_MERGE,
  SYNC_IOC_SET_DEADLINE,
  sync_fence_info,
  sync_file_info,
  sync_merge_data,
  sync_set_deadline,
} from '../../../uapi/drm.ts';
import { EFAULT, EINVAL, ENOENT, ENOTTY } from '../../../uapi/errno.ts';
import { setU64 } from '../base/u64.ts';
import type { UserMemory } from '../base/uaccess.ts';
import type { FdTable, SyncFile } from '../ioctl/fd-table.ts';
import { type Fence, FenceArray } from './fence.ts';
import { FenceChain, unwrapMerge, unwrapped } from './fence-chain.ts';

const NAME_BYTES = 32;

/** What a call needs besides its memory. */
export interface SyncFileCall {
  fds: FdTable;
  /** From 6.17 on a fence that has signalled is called "detached-driver" and "signaled-timeline". */
  detachesNames: boolean;
}

/**
 * sync_file_ioctl()
 *
 * @returns 0; -ENOTTY for others; -EINVAL for flags and padding that are not 0, and too few places for fences; -ENOENT
 *   for what is no sync_file; -EFAULT; -EMFILE
 */
export function syncFileIoctl(
  file: SyncFile,
  request: number,
  mem: UserMemory,
  argAddr: number,
  call: SyncFileCall,
): number {
  switch (request) {
    case SYNC_IOC_MERGE:
      return merge(file, mem, argAddr, call);
    case SYNC_IOC_FILE_INFO:
      return fenceInfo(file, mem, argAddr, call);
    case SYNC_IOC_SET_DEADLINE: {
      const at = mem.locate(argAddr, sync_set_deadline.size);
      if (at < 0) return -EFAULT;
      // A deadline is a hint, and nothing here could hurry.
      return mem.u64(at + sync_set_deadline.off.pad) === 0 ? 0 : -EINVAL;
    }
    default:
      return -ENOTTY;
  }
}

/** sync_file_ioctl_merge() */
function merge(file: SyncFile, mem: UserMemory, argAddr: number, { fds }: SyncFileCall): number {
  const { off, size } = sync_merge_data;
  const at = mem.locate(argAddr, size);
  if (at < 0) return -EFAULT;
  const { view } = mem;
  if (view.getUint32(at + off.flags, true) !== 0 || view.getUint32(at + off.pad, true) !== 0) return -EINVAL;
  const other = fds.lookup(view.getInt32(at + off.fd2, true));
  if (other?.kind !== 'sync-file') return -ENOENT;
  const name = new TextDecoder('latin1').decode(mem.data.slice(at, at + NAME_BYTES - 1)).split('\0')[0];
  const fence = unwrapMerge(file.fence, other.fence);
  const fd = fds.install({ kind: 'sync-file', fence, name });
  if (fd < 0) return fd;
  view.setInt32(at + off.fence, fd, true);
  mem.markDirty(at);
  return 0;
}

/** sync_file_ioctl_fence_info(), sync_fill_fence_info() */
function fenceInfo(file: SyncFile, mem: UserMemory, argAddr: number, call: SyncFileCall): number {
  const { off, size } = sync_file_info;
  const at = mem.locate(argAddr, size);
  if (at < 0) return -EFAULT;
  const { view } = mem;
  if (view.getUint32(at + off.flags, true) !== 0 || view.getUint32(at + off.pad, true) !== 0) return -EINVAL;
  const fences = unwrapped(file.fence);
  const room = view.getUint32(at + off.num_fences, true);
  let status = room === 0 ? statusOf(file.fence) : 1;
  if (room > 0) {
    if (room < fences.length) return -EINVAL;
    const infos = new Uint8Array(fences.length * sync_fence_info.size);
    for (const [i, fence] of fences.entries()) {
      fill(infos.subarray(i * sync_fence_info.size, (i + 1) * sync_fence_info.size), fence, call);
      if (status > 0) status = statusOf(fence);
    }
    if (!mem.write(mem.u64(at + off.sync_fence_info), infos)) return -EFAULT;
  }
  putName(mem.data.subarray(at, at + NAME_BYTES), file.name || nameOf(file.fence, call));
  view.setInt32(at + off.status, status, true);
  view.setUint32(at + off.num_fences, fences.length, true);
  mem.markDirty(at);
  return 0;
}

function fill(bytes: Uint8Array, fence: Fence, call: SyncFileCall): void {
  const { off } = sync_fence_info;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const [driver, timeline] = namesOf(fence, call);
  putName(bytes.subarray(off.obj_name, off.obj_name + NAME_BYTES), timeline);
  putName(bytes.subarray(off.driver_name, off.driver_name + NAME_BYTES), driver);
  view.setInt32(off.status, statusOf(fence), true);
  setU64(view, off.timestamp_ns, fence.signaled ? fence.signaledNs : 0);
}

/** dma_fence_get_status() */
function statusOf(fence: Fence): number {
  return fence.signaled ? fence.error || 1 : 0;
}

/** dma_fence_driver_name(), dma_fence_timeline_name() */
function namesOf(fence: Fence, { detachesNames }: SyncFileCall): readonly [driver: string, timeline: string] {
  if (fence.signaled && detachesNames) return ['detached-driver', 'signaled-timeline'];
  if (fence instanceof FenceChain) return ['dma_fence_chain', 'unbound'];
  if (fence instanceof FenceArray) return ['dma_fence_array', 'unbound'];
  return fence.timeline === 'stub' ? ['stub', 'stub'] : ['drm_sched', fence.timeline];
}

/** sync_file_get_name() of a file that SYNC_IOC_MERGE gave no name. */
function nameOf(fence: Fence, call: SyncFileCall): string {
  const [driver, timeline] = namesOf(fence, call);
  return `${driver}-${timeline}${fence.context}-${fence.seqno}`;
}

/** strscpy() */
function putName(to: Uint8Array, name: string): void {
  to.fill(0);
  for (let i = 0; i < Math.min(name.length, NAME_BYTES - 1); i++) to[i] = name.charCodeAt(i);
}
