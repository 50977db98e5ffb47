/** Maps and unmaps that the driver makes for itself: panthor_vm_map_bo_range() and panthor_vm_unmap_range(). */
import { EINVAL } from '../../../uapi/errno.ts';
import {
  DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE,
  DRM_PANTHOR_VM_BIND_OP_TYPE_UNMAP,
} from '../../../uapi/panthor_drm.ts';
import type { Op } from '../../coroutine/op.ts';
import type { GemObject } from '../gem/gem.ts';
import type { PanthorVm } from './vm.ts';
import { execOp, prepareMapOpCtx, prepareUnmapOpCtx } from './vm-op.ts';

/**
 * panthor_vm_map_bo_range(): an object of the kernel's, anywhere in the address space; bytes. 0 or -errno of the
 * preparation or the operation; -EINVAL, with a warning, for a sparse map.
 */
export function* mapBoRange(
  vm: PanthorVm,
  bo: GemObject,
  boOffset: number,
  size: number,
  va: number,
  flags: number,
): Op<number> {
  const { device } = vm;
  device.calls?.kmap(vm, bo, boOffset, size, va, flags);
  if (device.b.sparseMap && (flags & DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE) !== 0) {
    device.warn('panthor_vm_map_bo_range', 'sparse-kernel-map');
    return -EINVAL;
  }
  const ctx = vm.getCtx();
  ctx.set(flags, va, size, boOffset);
  let ret = prepareMapOpCtx(ctx, vm, bo, 0);
  if (ret === 0) {
    ret = yield* execOp(vm, ctx, false);
    ctx.cleanup();
  }
  vm.putCtx(ctx);
  return ret;
}

/** panthor_vm_unmap_range(): bytes. 0 or -errno of the preparation or the operation. */
export function* unmapRange(vm: PanthorVm, va: number, size: number): Op<number> {
  vm.device.calls?.kunmap(vm, va, size);
  return yield* unmap(vm, va, size);
}

/** What panthor_vm_destroy() unmaps: everything. A recorder of calls hears of the destruction alone. */
export function unmapAll(vm: PanthorVm): Op<number> {
  return unmap(vm, 0, vm.fullRange);
}

function* unmap(vm: PanthorVm, va: number, size: number): Op<number> {
  const ctx = vm.getCtx();
  ctx.set(DRM_PANTHOR_VM_BIND_OP_TYPE_UNMAP, va, size, 0);
  let ret = prepareUnmapOpCtx(ctx, vm);
  if (ret === 0) {
    ret = yield* execOp(vm, ctx, false);
    ctx.cleanup();
  }
  vm.putCtx(ctx);
  return ret;
}
