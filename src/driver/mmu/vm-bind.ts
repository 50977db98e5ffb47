/** VM_BIND operations: panthor_vm_bind_exec_sync_op() and struct panthor_vm_bind_job. */

import { EINVAL, ENOMEM } from '../../../uapi/errno.ts';
import {
  DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE,
  DRM_PANTHOR_VM_BIND_OP_TYPE_MAP,
  DRM_PANTHOR_VM_BIND_OP_TYPE_MASK,
  DRM_PANTHOR_VM_BIND_OP_TYPE_SYNC_ONLY,
  DRM_PANTHOR_VM_BIND_OP_TYPE_UNMAP,
} from '../../../uapi/panthor_drm.ts';
import type { Op } from '../../coroutine/op.ts';
import type { GemObject } from '../gem/gem.ts';
import type { PanthorVm } from './vm.ts';
import { execOp, type OpCtx, prepareMapOpCtx, prepareUnmapOpCtx } from './vm-op.ts';

/** One struct drm_panthor_vm_bind_op, decoded. */
export interface BindOp {
  flags: number;
  boHandle: number;
  /** Bytes; inexact at 2^53 and above, where every check fails anyway. */
  boOffset: number;
  va: number;
  size: number;
  syncCount: number;
}

/** Handles of one open file. */
export interface GemLookup {
  lookupGem(handle: number): GemObject | undefined;
}

/** panthor_vm_bind_prepare_op_ctx(): all the checks of one operation, and what it needs set aside. 0 or -errno. */
function prepareOpCtx(vm: PanthorVm, lookup: GemLookup, op: BindOp, ctx: OpCtx): number {
  const { flags, va, size, boOffset, boHandle } = op;
  const { b } = vm.device;
  if (((va | size) & 0xfff) !== 0 || (b.boOffsetCheck && (boOffset & 0xfff) !== 0)) return -EINVAL;
  if (b.userVaCheck && (va >= vm.userVaRange || size > vm.userVaRange - va)) return -EINVAL;
  ctx.set(flags, va, size, boOffset);
  const type = (flags & DRM_PANTHOR_VM_BIND_OP_TYPE_MASK) >>> 0;
  switch (type) {
    case DRM_PANTHOR_VM_BIND_OP_TYPE_MAP: {
      const sparse = vm.device.b.sparseMap && (flags & DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE) !== 0;
      const bo = sparse ? vm.dummy : (lookup.lookupGem(boHandle) ?? null);
      return prepareMapOpCtx(ctx, vm, bo, boHandle);
    }
    case DRM_PANTHOR_VM_BIND_OP_TYPE_UNMAP:
      if ((flags & ~DRM_PANTHOR_VM_BIND_OP_TYPE_MASK) !== 0 || boHandle !== 0 || boOffset !== 0)
        return -EINVAL;
      return prepareUnmapOpCtx(ctx, vm);
    case DRM_PANTHOR_VM_BIND_OP_TYPE_SYNC_ONLY:
      // panthor_vm_prepare_sync_only_op_ctx() sets nothing aside.
      if ((flags & ~DRM_PANTHOR_VM_BIND_OP_TYPE_MASK) !== 0 || boHandle !== 0 || boOffset !== 0)
        return -EINVAL;
      if (va !== 0 || size !== 0 || op.syncCount === 0) return -EINVAL;
      return 0;
    default:
      return -EINVAL;
  }
}

/** panthor_vm_bind_exec_sync_op(): one operation at once. A size of 0 does nothing, whatever else is wrong with it. */
export function* bindExecSyncOp(vm: PanthorVm, lookup: GemLookup, op: BindOp): Op<number> {
  vm.device.calls?.bind(vm, op, lookup.lookupGem(op.boHandle) ?? null, false);
  if (op.syncCount !== 0) return -EINVAL;
  if (op.size === 0) return 0;
  const ctx = vm.getCtx();
  let ret = prepareOpCtx(vm, lookup, op, ctx);
  if (ret === 0) {
    ret = yield* execOp(vm, ctx, false);
    ctx.cleanup();
  }
  vm.putCtx(ctx);
  return ret;
}

/** An operation on its way through the VM's queue. Holds a reference to its VM until cleanup(). */
export class BindJob {
  #vm: PanthorVm | null = null;
  #ctx: OpCtx | null = null;
  /** Tells a recorder of calls that the job runs. */
  #told: (() => void) | null = null;

  /** A new job, or one that is used again after cleanup() and leave(). */
  begin(vm: PanthorVm, ctx: OpCtx, told: (() => void) | null): this {
    this.#vm = vm.get();
    this.#ctx = ctx;
    this.#told = told;
    return this;
  }

  /** It holds nothing any more. */
  leave(): void {
    this.#vm = null;
    this.#ctx = null;
    this.#told = null;
  }

  get vm(): PanthorVm {
    return this.#vm as PanthorVm;
  }

  /** Bytes of address space that it is about. */
  get size(): number {
    return (this.#ctx as OpCtx).range;
  }

  /** panthor_vm_bind_run_job(): 0, or the -errno that its fence carries; the VM is then unusable. */
  *run(): Op<number> {
    const { vm } = this;
    this.#told?.();
    vm.jobRunning = true;
    const ret = yield* execOp(vm, this.#ctx as OpCtx, true);
    vm.jobRunning = false;
    return ret;
  }

  /** panthor_vm_bind_job_release(), and what panthor_vm_bind_job_cleanup_op_ctx_work() leaves to a worker. */
  *cleanup(): Op<void> {
    const ctx = this.#ctx as OpCtx;
    ctx.cleanup();
    this.vm.putCtx(ctx);
    yield* this.vm.put();
  }
}

/**
 * panthor_vm_bind_job_create(): a job, or -EINVAL for a VM that takes no more and for a bad operation, or -ENOMEM.
 *
 * @param spare a job that is used again
 */
export function bindJobCreate(
  vm: PanthorVm,
  lookup: GemLookup,
  op: BindOp,
  spare?: BindJob,
): BindJob | number {
  const told = vm.device.calls === null ? null : observer(vm, lookup, op);
  if (vm.destroyed || vm.unusable) {
    told?.();
    return -EINVAL;
  }
  const ctx = vm.getCtx();
  const ret = vm.device.allocationFails?.('panthor_vm_bind_job_create')
    ? -ENOMEM
    : prepareOpCtx(vm, lookup, op, ctx);
  if (ret !== 0) {
    vm.putCtx(ctx);
    told?.();
    return ret;
  }
  return (spare ?? new BindJob()).begin(vm, ctx, told);
}

/** What tells a recorder of calls of an operation, as it is now, once its turn has come. */
function observer(vm: PanthorVm, lookup: GemLookup, op: BindOp): () => void {
  const copy = { ...op };
  const bo = lookup.lookupGem(op.boHandle) ?? null;
  return () => vm.device.calls?.bind(vm, copy, bo, true);
}
