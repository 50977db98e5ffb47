/**
 * Split and merge: how a request meets the mappings that are there, drm_gpuvm_sm_map() and drm_gpuvm_sm_unmap(). The
 * requested range is cleared mapping by mapping (each goes away whole, or loses its middle, its head or its tail), then
 * mapped. `keep` says that the old mapping and the request are one and the same piece of an object; panthor ignores it.
 */
import { EINVAL } from '../../../uapi/errno.ts';
import type { Op } from '../../coroutine/op.ts';
import type { StepPart } from '../base/warn.ts';
import type { PanthorVm } from './vm.ts';
import type { OpCtx } from './vm-op.ts';
import { smStepMap, smStepRemap, smStepUnmap } from './vm-steps.ts';

/** drm_gpuvm_range_valid(): within the VM's address space. */
function rangeValid(vm: PanthorVm, va: number, range: number): boolean {
  return va + range <= vm.fullRange;
}

/** drm_gpuvm_sm_map(): maps what `ctx` asks for over whatever is in its range. 0 or -errno of the step that failed. */
export function* smMap(vm: PanthorVm, ctx: OpCtx): Op<number> {
  if (!rangeValid(vm, ctx.va, ctx.range)) return -EINVAL;
  const { vmas } = vm;
  const end = ctx.va + ctx.range;
  const serial = ctx.bo === null ? -1 : ctx.bo.serial;
  for (let id = vmas.findFirst(ctx.va, end); id >= 0; id = vmas.currentBefore(end)) {
    const va = vmas.va[id];
    const keep = vmas.bo[id] === serial && vmas.boOffset[id] - va === ctx.boOffset - ctx.va;
    const last = va + vmas.range[id] >= end;
    const ret = yield* clear(vm, ctx, id, ctx.va, end, keep);
    if (ret !== 0) return ret;
    if (last) break;
  }
  return yield* smStepMap(vm, ctx);
}

/** drm_gpuvm_sm_unmap(): unmaps `ctx`'s range; holes in it are no error. */
export function* smUnmap(vm: PanthorVm, ctx: OpCtx): Op<number> {
  if (!rangeValid(vm, ctx.va, ctx.range)) return -EINVAL;
  const { vmas } = vm;
  const end = ctx.va + ctx.range;
  for (let id = vmas.findFirst(ctx.va, end); id >= 0; id = vmas.currentBefore(end)) {
    const ret = yield* clear(vm, ctx, id, ctx.va, end, false);
    if (ret !== 0) return ret;
  }
  return 0;
}

/** Takes [start, end) out of the mapping at the cursor, which is then at the mapping after it. */
function* clear(
  vm: PanthorVm,
  ctx: OpCtx,
  id: number,
  start: number,
  end: number,
  keep: boolean,
): Op<number> {
  const { vmas } = vm;
  const va = vmas.va[id];
  const vaEnd = va + vmas.range[id];
  if (va >= start && vaEnd <= end) return yield* smStepUnmap(vm, id, keep);
  const offset = vmas.boOffset[id];
  let prev: StepPart | null = null;
  let next: StepPart | null = null;
  if (va < start) prev = { va, range: start - va, offset };
  if (vaEnd > end) next = { va: end, range: vaEnd - end, offset: offset + (end - va) };
  return yield* smStepRemap(vm, ctx, id, keep, prev, next);
}
