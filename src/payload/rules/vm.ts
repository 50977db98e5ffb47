/** What panthor refuses in VM ioctls, as far as the bytes alone show it. */

import { EINVAL } from '../../../uapi/errno.ts';
import { hex } from '../../../uapi/hex.ts';
import {
  DRM_PANTHOR_SYNC_OP_HANDLE_TYPE_MASK,
  DRM_PANTHOR_VM_BIND_ASYNC,
  DRM_PANTHOR_VM_BIND_OP_MAP_NOEXEC,
  DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE,
  drm_panthor_sync_op_flags,
  drm_panthor_vm_bind_op_flags,
} from '../../../uapi/panthor_drm.ts';
import { PAGE_SIZE } from '../../../uapi/sizes.ts';
import { type Context, pathOf, type View } from './context.ts';

const PAGE = BigInt(PAGE_SIZE);
/** No VM of a 48-bit MMU has a larger user range: PANTHOR_VM_MIN_KERNEL_VA_SIZE stays with the kernel. */
const USER_VA_END = (1n << 48n) - (256n << 20n);
const TYPE_SHIFT = 28n;
const TYPE_NAMES = ['DRM_PANTHOR_VM_BIND_OP_TYPE_MASK', 'DRM_PANTHOR_VM_BIND_OP_TYPE_MAP'];

/** panthor_vm_create_check_args(). */
export function vmCreate(c: Context): void {
  c.in('panthor_vm_create_check_args');
  const { arg } = c;
  if (c.invalid(arg.get('flags') !== 0n, 'flags', 'no flags are defined, must be zero')) return;
  const range = arg.get('user_va_range');
  c.invalid(range > USER_VA_END, 'user_va_range', `${hex(range)} leaves the kernel no 256 MiB of 48 bits`);
}

/** panthor_ioctl_vm_destroy(). */
export function vmDestroy(c: Context): void {
  c.in('panthor_ioctl_vm_destroy');
  c.pad(c.arg);
}

/** panthor_ioctl_vm_bind(), the synchronous and the asynchronous way. */
export function vmBind(c: Context): void {
  const async = (c.arg.get('flags') & BigInt(DRM_PANTHOR_VM_BIND_ASYNC)) !== 0n;
  c.in(async ? 'panthor_ioctl_vm_bind_async' : 'panthor_ioctl_vm_bind_sync');
  const ops = c.objects(c.arg, 'ops');
  for (const op of ops ?? []) {
    if (!async) {
      c.in('panthor_vm_bind_exec_sync_op');
      const why = 'a synchronous bind takes no synchronization operations';
      if (c.invalid(op.get('syncs.count') !== 0n, pathOf(op, 'syncs.count'), why)) continue;
      if (op.get('size') === 0n) continue;
    }
    if (bindOp(c, op) || !async) continue;
    syncOps(c, op);
  }
}

/** panthor_vm_bind_prepare_op_ctx(): true when the operation is refused. */
function bindOp(c: Context, op: View): boolean {
  c.in('panthor_vm_bind_prepare_op_ctx');
  for (const field of c.has('boOffsetCheck') ? ['va', 'size', 'bo_offset'] : ['va', 'size']) {
    const value = op.get(field);
    if (value % PAGE !== 0n)
      return c.reject(EINVAL, pathOf(op, field), `${hex(value)} is not a multiple of 4 KiB`);
  }
  const va = op.get('va');
  const end = va + op.get('size');
  const checksRange = c.has('userVaCheck');
  if (checksRange && va >= USER_VA_END)
    return c.reject(EINVAL, pathOf(op, 'va'), `${hex(va)} is past the user range of any VM`);
  if (checksRange && end > USER_VA_END)
    return c.reject(EINVAL, pathOf(op, 'size'), `ends at ${hex(end)}, past the range of any VM`);
  const flags = op.get('flags');
  const type = flags >> TYPE_SHIFT;
  if (type === 0n) return mapOp(c, op, flags);
  if (type > 2n) return c.reject(EINVAL, pathOf(op, 'flags'), `no operation of type ${type}`);
  const what = type === 1n ? 'an unmap' : 'a synchronization point';
  if (c.flags(op, 'flags', drm_panthor_vm_bind_op_flags, TYPE_NAMES)) return true;
  const zero = type === 1n ? ['bo_handle', 'bo_offset'] : ['bo_handle', 'bo_offset', 'va', 'size'];
  for (const field of zero) {
    if (op.get(field) !== 0n) return c.reject(EINVAL, pathOf(op, field), `must be zero for ${what}`);
  }
  const lonely = type === 2n && op.get('syncs.count') === 0n;
  return c.invalid(lonely, pathOf(op, 'syncs.count'), 'a synchronization point without operations');
}

/** panthor_vm_prepare_map_op_ctx(). */
function mapOp(c: Context, op: View, flags: bigint): boolean {
  const asked = (flags & BigInt(DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE)) !== 0n;
  const sparse = asked && c.has('sparseMap', '1.8');
  c.in('panthor_vm_prepare_map_op_ctx');
  if (!sparse && op.get('bo_handle') === 0n) {
    const why = `no object has handle 0${asked ? ', and this driver has no MAP_SPARSE' : ''}`;
    return c.reject(EINVAL, pathOf(op, 'bo_handle'), why);
  }
  if (c.flags(op, 'flags', drm_panthor_vm_bind_op_flags)) return true;
  if (asked && !sparse) return c.reject(EINVAL, pathOf(op, 'flags'), 'this driver has no MAP_SPARSE');
  if (!sparse) return false;
  if ((flags & BigInt(DRM_PANTHOR_VM_BIND_OP_MAP_NOEXEC)) === 0n) {
    return c.reject(EINVAL, pathOf(op, 'flags'), 'MAP_SPARSE needs MAP_NOEXEC');
  }
  for (const field of ['bo_handle', 'bo_offset']) {
    if (op.get(field) !== 0n) return c.reject(EINVAL, pathOf(op, field), 'must be zero for a sparse map');
  }
  return false;
}

/** panthor_submit_ctx_add_job() and panthor_check_sync_op(), for binds and submissions alike. */
export function syncOps(c: Context, owner: View): boolean {
  for (const sync of c.objects(owner, 'syncs') ?? []) {
    c.in('panthor_check_sync_op');
    if (c.flags(sync, 'flags', drm_panthor_sync_op_flags)) return true;
    const type = sync.get('flags') & BigInt(DRM_PANTHOR_SYNC_OP_HANDLE_TYPE_MASK);
    if (c.invalid(type > 1n, pathOf(sync, 'flags'), `no handle type ${type}`)) return true;
    const point = sync.get('timeline_value');
    const why = `${point}, must be zero for a binary syncobj`;
    if (c.invalid(type === 0n && point !== 0n, pathOf(sync, 'timeline_value'), why)) return true;
  }
  return false;
}
