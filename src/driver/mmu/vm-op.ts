/** Operation contexts and their execution: struct panthor_vm_op_ctx and panthor_vm_exec_op(). */

import { EINVAL, ENOMEM } from '../../../uapi/errno.ts';
import {
  DRM_PANTHOR_VM_BIND_OP_MAP_NOEXEC,
  DRM_PANTHOR_VM_BIND_OP_MAP_READONLY,
  DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE,
  DRM_PANTHOR_VM_BIND_OP_MAP_UNCACHED,
  DRM_PANTHOR_VM_BIND_OP_TYPE_MAP,
  DRM_PANTHOR_VM_BIND_OP_TYPE_MASK,
  DRM_PANTHOR_VM_BIND_OP_TYPE_SYNC_ONLY,
  DRM_PANTHOR_VM_BIND_OP_TYPE_UNMAP,
} from '../../../uapi/panthor_drm.ts';
import { SZ_2M } from '../../../uapi/sizes.ts';
import type { Op } from '../../coroutine/op.ts';
import type { PhysicalMemory } from '../../hw/memory.ts';
import type { GemObject } from '../gem/gem.ts';
import { smMap, smUnmap } from './gpuvm.ts';
import type { TableSource } from './io-pgtable-cfg.ts';
import type { PanthorVm } from './vm.ts';
import { declareUnusable } from './vm-pages.ts';
import { lockRegion, unlockRegion } from './vm-region.ts';

const MAP_FLAGS =
  (DRM_PANTHOR_VM_BIND_OP_MAP_READONLY |
    DRM_PANTHOR_VM_BIND_OP_MAP_NOEXEC |
    DRM_PANTHOR_VM_BIND_OP_MAP_UNCACHED |
    DRM_PANTHOR_VM_BIND_OP_TYPE_MASK) >>>
  0;

/** What an operation needs, set aside before it starts so that nothing has to be allocated while it runs. */
export class OpCtx implements TableSource {
  flags = 0;
  /** Target range, bytes. */
  va = 0;
  range = 0;
  bo: GemObject | null = null;
  boOffset = 0;
  /** Table pages reserved and not taken yet. */
  tables = 0;
  /** VMAs set aside (panthor_vm_op_ctx_prealloc_vmas()) and not used yet. */
  vmas = 0;
  readonly #memory: PhysicalMemory;

  constructor(memory: PhysicalMemory) {
    this.#memory = memory;
  }

  /** panthor_vm_init_op_ctx(): what is asked for; bytes. */
  set(flags: number, va: number, range: number, boOffset: number): void {
    this.flags = flags;
    this.va = va;
    this.range = range;
    this.boOffset = boOffset;
  }

  /** alloc_pt() for tables other than the root. */
  takeTable(): number {
    if (this.tables === 0) return -1;
    this.tables--;
    return this.#memory.takeReserved();
  }

  /** panthor_vm_cleanup_op_ctx(). */
  cleanup(): void {
    this.#memory.unreserve(this.tables);
    this.tables = 0;
    this.vmas = 0;
    if (this.bo !== null) {
      this.bo.pins--;
      this.bo.put();
    }
    this.bo = null;
  }

  /** Sets tables of every level aside for the range; false is -ENOMEM. */
  reserveForRange(): boolean {
    return this.reserveTables(tablesFor(this.va, this.va + this.range));
  }

  /** panthor_vm_op_ctx_prealloc_pts(): sets `count` table pages aside; false is -ENOMEM. */
  reserveTables(count: number): boolean {
    if (!this.#memory.reserve(count)) return false;
    this.tables = count;
    return true;
  }
}

/** Blocks of `bytes`, given by its inverse, that [va, end) touches. */
function blocks(va: number, end: number, perByte: number): number {
  return Math.ceil(end * perByte) - Math.floor(va * perByte);
}

/** Table pages of every level but the root that a map of [va, end), bytes, may need: what is set aside for it. */
export function tablesFor(va: number, end: number): number {
  return blocks(va, end, 2 ** -39) + blocks(va, end, 2 ** -30) + blocks(va, end, 2 ** -21);
}

/** KMALLOC_MAX_SIZE in pointers: an operation on about 1 TiB has more tables than that. */
export const MAX_TABLES = 0x400000 / 8;

/** What a map allocates besides page tables, in this order. None of it is left where one fails. */
const MAP_ALLOCATIONS = [
  'panthor_vm_op_ctx_prealloc_vmas',
  'panthor_gem_pin',
  'drm_gem_shmem_get_pages_sgt',
  'drm_gpuvm_bo_create',
];

/**
 * panthor_vm_prepare_map_op_ctx(): checks the map in `ctx` and reserves tables of every level for it. -EINVAL for a missing object,
 * flags, a range outside the object or another VM's object; -ENOMEM where memory runs out.
 */
export function prepareMapOpCtx(ctx: OpCtx, vm: PanthorVm, bo: GemObject | null, boHandle: number): number {
  const { b } = vm.device;
  const { flags, va, range, boOffset } = ctx;
  if (bo === null) return -EINVAL;
  const allowed = b.sparseMap ? MAP_FLAGS | DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE : MAP_FLAGS;
  if (
    (flags & ~allowed) !== 0 ||
    (flags & DRM_PANTHOR_VM_BIND_OP_TYPE_MASK) !== DRM_PANTHOR_VM_BIND_OP_TYPE_MAP
  ) {
    return -EINVAL;
  }
  if ((flags & DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE) !== 0) {
    if ((flags & DRM_PANTHOR_VM_BIND_OP_MAP_NOEXEC) === 0) return -EINVAL;
    if (boHandle !== 0 || boOffset !== 0) return -EINVAL;
  } else if (range > bo.size || boOffset > bo.size - range) {
    return -EINVAL;
  }
  if (bo.exclusiveVm !== null && bo.exclusiveVm !== vm) return -EINVAL;
  const { allocationFails } = vm.device;
  if (allocationFails !== null && MAP_ALLOCATIONS.some((where) => allocationFails(where))) return -ENOMEM;
  if (!bo.pin()) return -ENOMEM;
  const end = va + range;
  const tables = tablesFor(va, end);
  // kcalloc() of that many pointers refuses.
  if (tables > MAX_TABLES) return -ENOMEM;
  // Where a size of 0 needs no table at all, 7.x takes the empty bulk allocation for a failed one.
  if (b.emptyReserveFails && tables === 0) return -ENOMEM;
  if (!ctx.reserveTables(tables)) return -ENOMEM;
  ctx.vmas = 3;
  ctx.bo = bo.get();
  bo.pins++;
  return 0;
}

/** panthor_vm_prepare_unmap_op_ctx() for the range in `ctx`: a table for each end of the range that may cut a block. */
export function prepareUnmapOpCtx(ctx: OpCtx, vm: PanthorVm): number {
  const { va } = ctx;
  const end = va + ctx.range;
  if (vm.device.allocationFails?.('panthor_vm_op_ctx_prealloc_vmas')) return -ENOMEM;
  let tables = 0;
  if ((va & (SZ_2M - 1)) !== 0) tables++;
  if ((end & (SZ_2M - 1)) !== 0 && Math.ceil(end * 2 ** -21) !== Math.ceil(va * 2 ** -21)) tables++;
  if (tables !== 0 && !ctx.reserveTables(tables)) return -ENOMEM;
  ctx.vmas = vm.device.b.twoVmasForUnmap ? 2 : 1;
  return 0;
}

/** panthor_vm_exec_op(): one map or unmap, under op_lock and with its range locked for the GPU. */
export function* execOp(vm: PanthorVm, ctx: OpCtx, flagUnusableOnFailure: boolean): Op<number> {
  const type = (ctx.flags & DRM_PANTHOR_VM_BIND_OP_TYPE_MASK) >>> 0;
  if (type === DRM_PANTHOR_VM_BIND_OP_TYPE_SYNC_ONLY) return 0;
  const { b } = vm.device;
  yield* vm.opLock.lock();
  vm.opCtx = ctx;
  let ret = b.lockAroundOp ? yield* lockRegion(vm, ctx.va, ctx.range) : 0;
  if (ret === 0) {
    if (type === DRM_PANTHOR_VM_BIND_OP_TYPE_UNMAP) ret = yield* smUnmap(vm, ctx);
    else ret = vm.unusable ? -EINVAL : yield* smMap(vm, ctx);
    if (b.lockAroundOp) yield* unlockRegion(vm);
  }
  if (ret !== 0 && flagUnusableOnFailure) yield* declareUnusable(vm);
  vm.opCtx = null;
  vm.opLock.unlock();
  return ret;
}
