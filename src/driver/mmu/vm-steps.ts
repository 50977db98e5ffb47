/** What gpuvm's split and merge steps do to a VM: panthor_gpuva_sm_step_map(), _remap() and _unmap(). */

import { EINVAL } from '../../../uapi/errno.ts';
import {
  DRM_PANTHOR_VM_BIND_OP_MAP_NOEXEC,
  DRM_PANTHOR_VM_BIND_OP_MAP_READONLY,
  DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE,
  DRM_PANTHOR_VM_BIND_OP_MAP_UNCACHED,
} from '../../../uapi/panthor_drm.ts';
import { SZ_2M } from '../../../uapi/sizes.ts';
import type { Op } from '../../coroutine/op.ts';
import { NULL_DEREFERENCE, type StepPart } from '../base/warn.ts';
import type { GemObject } from '../gem/gem.ts';
import { IOMMU_CACHE, IOMMU_NOEXEC, IOMMU_READ, IOMMU_WRITE } from './io-pgtable-leaf.ts';
import type { PanthorVm } from './vm.ts';
import type { OpCtx } from './vm-op.ts';
import { mapPages, mapSparse, unmapPages } from './vm-pages.ts';
import { expandRegion, lockRegion } from './vm-region.ts';
import { insertVma, removeVma, replaceVma } from './vm-vmas.ts';

const MAP_FLAGS =
  DRM_PANTHOR_VM_BIND_OP_MAP_READONLY |
  DRM_PANTHOR_VM_BIND_OP_MAP_NOEXEC |
  DRM_PANTHOR_VM_BIND_OP_MAP_UNCACHED |
  DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE;

/** flags_to_prot(). */
function flagsToProt(flags: number): number {
  return (
    ((flags & DRM_PANTHOR_VM_BIND_OP_MAP_NOEXEC) !== 0 ? IOMMU_NOEXEC : 0) |
    ((flags & DRM_PANTHOR_VM_BIND_OP_MAP_UNCACHED) === 0 ? IOMMU_CACHE : 0) |
    ((flags & DRM_PANTHOR_VM_BIND_OP_MAP_READONLY) !== 0 ? IOMMU_READ : IOMMU_READ | IOMMU_WRITE)
  );
}

/** panthor_vm_exec_map_op(): pages for one range of an object, or of the dummy object where it is sparse. */
export function* execMapOp(
  vm: PanthorVm,
  flags: number,
  bo: GemObject,
  va: number,
  range: number,
  offset: number,
): Op<number> {
  return (flags & DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE) !== 0
    ? yield* mapSparse(vm, va, flagsToProt(flags), bo.sgt, range)
    : yield* mapPages(vm, va, flagsToProt(flags), bo.sgt, offset, range);
}

/** panthor_gpuva_sm_step_map(): the requested mapping itself, once the range is free. */
export function* smStepMap(vm: PanthorVm, ctx: OpCtx): Op<number> {
  const bo = ctx.bo as GemObject;
  if (vm.device.trace !== null) vm.device.trace.stepMap(ctx.va, ctx.range, bo.id, ctx.boOffset);
  // panthor_vm_op_ctx_get_vma()
  if (ctx.vmas === 0) return -EINVAL;
  ctx.vmas--;
  const flags = ctx.flags & MAP_FLAGS;
  const sparse = (flags & DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE) !== 0;
  // panthor_fix_sparse_map_offset()
  const offset = sparse ? ctx.va & (SZ_2M - 1) : ctx.boOffset;
  const ret = yield* execMapOp(vm, flags, bo, ctx.va, ctx.range, offset);
  if (ret !== 0) {
    // panthor_vm_op_ctx_return_vma()
    ctx.vmas++;
    return ret;
  }
  insertVma(vm, ctx.va, ctx.range, bo, offset, flags);
  return 0;
}

/** panthor_gpuva_sm_step_unmap(): a mapping that goes away whole; the cursor of the VM's VMAs is at it. */
export function* smStepUnmap(vm: PanthorVm, id: number, keep: boolean): Op<number> {
  const { vmas } = vm;
  const va = vmas.va[id];
  const range = vmas.range[id];
  if (vm.device.trace !== null) vm.device.trace.stepUnmap(va, range, keep);
  const ret = vmas.evicted[id] === 1 ? 0 : yield* unmapPages(vm, va, range);
  if (ret !== 0) {
    vm.device.warn('panthor_gpuva_sm_step_unmap', 'unmap-failed');
    return ret;
  }
  removeVma(vm, id);
  return 0;
}

/**
 * iova_mapped_as_huge_page(): whether the page at byte `offset` is part of a folio of 2 MiB. It is asked for the pages of the
 * object, which one that was imported has not.
 */
function isHugePage(vm: PanthorVm, bo: GemObject, offset: number): boolean {
  if (bo.imported) {
    vm.device.warn('iova_mapped_as_huge_page', NULL_DEREFERENCE);
    return false;
  }
  return bo.sgt.inHugeFolio(offset);
}

/** panthor_gpuva_sm_step_remap(): a mapping that loses a part: what stays before and after it becomes VMAs of its own. */
export function* smStepRemap(
  vm: PanthorVm,
  ctx: OpCtx,
  id: number,
  keep: boolean,
  prev: StepPart | null,
  next: StepPart | null,
): Op<number> {
  const { vmas, device } = vm;
  if (device.trace !== null) device.trace.stepRemap(vmas.va[id], vmas.range[id], keep, prev, next);
  const flags = vmas.flags[id];
  const bo = device.gem.objects[vmas.bo[id]] as GemObject;
  if ((flags & DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE) !== 0 && next !== null) next.offset = next.va & (SZ_2M - 1);
  // What was evicted has no pages; its parts are evicted too.
  const evicted = vmas.evicted[id] === 1;
  if (!evicted) {
    const ret = yield* remapPages(vm, id, bo, prev, next);
    if (ret !== 0) return ret;
  }
  replaceVma(vm, id, bo, flags, prev, next);
  ctx.vmas -= (prev === null ? 0 : 1) + (next === null ? 0 : 1);
  if (ctx.vmas < 0) {
    device.warn('panthor_gpuva_sm_step_remap', NULL_DEREFERENCE);
    ctx.vmas = 0;
  }
  return 0;
}

/** The pages of a remap: the range that goes is unmapped, wider where it cuts a block, and the rest of blocks mapped again. */
function* remapPages(
  vm: PanthorVm,
  id: number,
  bo: GemObject,
  prev: StepPart | null,
  next: StepPart | null,
): Op<number> {
  const { vmas, device } = vm;
  const flags = vmas.flags[id];
  let start = prev === null ? vmas.va[id] : prev.va + prev.range;
  let end = next === null ? vmas.va[id] + vmas.range[id] : next.va;
  const sparse = (flags & DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE) !== 0;
  if (end < start) {
    // An empty VMA before the range is met behind one that reaches into it; what is left of it ends behind its own end, and
    // the kernel unmaps 2^64 bytes less the difference: up to the first hole, or, where holes are no error, for ever.
    if (device.b.tolerateShortUnmap) {
      device.warn('panthor_vm_unmap_pages', 'never-ends');
      return -EINVAL;
    }
    return yield* unmapPages(vm, start, 2 ** 64 - (start - end));
  }

  if (device.b.alignUnmapToBlock) {
    // unmap_hugepage_align(), with iova_mapped_as_huge_page() at each end
    const blockStart = start - (start & (SZ_2M - 1));
    const blockEnd = end + (-end & (SZ_2M - 1));
    const first = start;
    const last = end;
    if (prev !== null && blockStart < first && prev.va <= blockStart) {
      if (sparse || isHugePage(vm, bo, first - prev.va + prev.offset)) start = blockStart;
    }
    if (next !== null && blockEnd > last && next.va + next.range >= blockEnd) {
      if (sparse || isHugePage(vm, bo, last - 1 - next.va + next.offset)) end = blockEnd;
    }
    if (device.b.lockAroundOp && device.b.explicitExpansion) {
      const failed = yield* expandRegion(vm, start, end - start);
      if (failed !== 0) return failed;
    } else if (device.b.lockAroundOp) {
      // The result is not looked at: the pages change even where the wider lock failed.
      yield* lockRegion(vm, start, end - start);
    }
  }
  let ret = yield* unmapPages(vm, start, end - start);
  if (ret !== 0) return ret;

  // The parts of blocks that were unmapped beyond the range are mapped again.
  if (prev !== null && prev.va + prev.range > start) {
    const offset = sparse ? start & (SZ_2M - 1) : prev.offset + start - prev.va;
    ret = yield* execMapOp(vm, flags, bo, start, prev.va + prev.range - start, offset);
    if (ret !== 0) return ret;
  }
  if (next !== null && end > next.va) {
    ret = yield* execMapOp(vm, flags, bo, next.va, end - next.va, next.offset);
    if (ret !== 0) return ret;
  }
  return 0;
}
