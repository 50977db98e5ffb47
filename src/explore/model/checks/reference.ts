/**
 * What a VM's translations ought to be, kept apart from the driver: the mappings of before and, while an operation is
 * under way, those of after. A GPU access may see either, and nothing else.
 */

import {
  DRM_PANTHOR_VM_BIND_OP_MAP_NOEXEC,
  DRM_PANTHOR_VM_BIND_OP_MAP_READONLY,
  DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE,
  DRM_PANTHOR_VM_BIND_OP_TYPE_MASK,
  DRM_PANTHOR_VM_BIND_OP_TYPE_UNMAP,
} from '../../../../uapi/panthor_drm.ts';
import { PAGE_SIZE, SZ_2M } from '../../../../uapi/sizes.ts';
import type { PanthorVm } from '../../../driver/mmu/vm.ts';
import type { OpCtx } from '../../../driver/mmu/vm-op.ts';
import type { AccessKind } from '../../../hw/access.ts';
import { beginReaction, endReaction } from '../../state/access-log.ts';
import { acting } from '../../state/objects.ts';

/** [va, va + size) shows physical memory from `pa` on, or (sparse) 2 MiB of it over and over. Bytes. */
interface Mapping {
  va: number;
  size: number;
  pa: number;
  sparse: boolean;
  /** Serial of the object. */
  bo: number;
  /** DRM_PANTHOR_VM_BIND_OP_MAP_*. */
  flags: number;
}

/** [va, va + size), bytes. */
export interface Range {
  readonly va: number;
  readonly size: number;
}

/** Stands for no thread. */
const NONE = -1;

/** Takes [start, end) out of a list of mappings. */
function cut(maps: readonly Mapping[], start: number, end: number): Mapping[] {
  const left: Mapping[] = [];
  for (const map of maps) {
    const mapEnd = map.va + map.size;
    if (mapEnd <= start || map.va >= end) {
      left.push(map);
      continue;
    }
    if (map.va < start)
      left.push({
        va: map.va,
        size: start - map.va,
        pa: map.pa,
        sparse: map.sparse,
        bo: map.bo,
        flags: map.flags,
      });
    if (mapEnd > end) {
      const pa = map.sparse ? map.pa : map.pa + (end - map.va);
      left.push({ va: end, size: mapEnd - end, pa, sparse: map.sparse, bo: map.bo, flags: map.flags });
    }
  }
  return left;
}

/** Physical address of the page at `va`, -1 for none. */
function lookup(maps: readonly Mapping[], va: number): number {
  const page = va - (va % PAGE_SIZE);
  for (const map of maps) {
    if (page < map.va || page >= map.va + map.size) continue;
    return map.sparse ? map.pa + (page % SZ_2M) : map.pa + (page - map.va);
  }
  return -1;
}

export class VmSpec {
  readonly vm: PanthorVm;
  /** Mappings once everything that has returned is done. */
  maps: Mapping[] = [];
  /** Mappings before the operation that returned last, for one that turns out to have failed. */
  previous: Mapping[] = [];
  /** The operation under way: its range, and the mappings after it. */
  ctx: OpCtx | null = null;
  start = 0;
  end = 0;
  after: Mapping[] = [];
  /** Whose it is (state/objects.ts). */
  by = NONE;
  /**
   * Whose operation ended last, where its call has not returned yet, with the operation's range; and how many of that call's have
   * ended with none of another call's between them.
   */
  lastBy = NONE;
  lastStart = -1;
  lastEnd = -1;
  lastCount = 0;
  /** An operation failed half-way: what ought to be there is not known. */
  unknown = false;

  /** Whether returned() is told of each operation: those that an ioctl leaves to a queue it is not. */
  readonly #resultsFollow: boolean;

  constructor(vm: PanthorVm, resultsFollow: boolean) {
    this.vm = vm;
    this.#resultsFollow = resultsFollow;
  }

  /** Looks at the driver after each step: an operation begins when exec_op has its op_lock, and ends there too. */
  observe(): void {
    const outer = beginReaction();
    this.#follow();
    endReaction(outer);
  }

  #follow(): void {
    if (this.vm.freed) return;
    const ctx = this.vm.opCtx;
    if (ctx === this.ctx) return;
    if (this.ctx !== null) {
      this.previous = this.maps;
      this.maps = this.after;
      this.lastCount = this.lastBy === this.by ? this.lastCount + 1 : 1;
      this.lastBy = this.by;
      this.lastStart = this.start;
      this.lastEnd = this.end;
      this.by = NONE;
    }
    this.ctx = ctx;
    if (ctx === null) return;
    this.by = acting();
    this.start = ctx.va;
    this.end = ctx.va + ctx.range;
    this.after = cut(this.maps, this.start, this.end);
    if ((ctx.flags & DRM_PANTHOR_VM_BIND_OP_TYPE_MASK) >>> 0 === DRM_PANTHOR_VM_BIND_OP_TYPE_UNMAP) return;
    if (this.vm.unusable || ctx.bo === null || ctx.range === 0) {
      this.after = this.maps;
      return;
    }
    const sparse = (ctx.flags & DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE) !== 0;
    const pa = ctx.bo.sgt.pa[0] + (sparse ? 0 : ctx.boOffset);
    this.after.push({ va: ctx.va, size: ctx.range, pa, sparse, bo: ctx.bo.serial, flags: ctx.flags });
  }

  /** A bind of the thread that acts begins: what it has done before stands, be it another call's (a heap, what comes back). */
  begins(): void {
    if (this.lastBy !== acting()) return;
    this.lastBy = this.lastStart = this.lastEnd = -1;
    this.lastCount = 0;
  }

  /**
   * A bind of the thread that acts, of these operations, has returned 0 or -errno; then number `failed` of them has failed, which may
   * not have begun: it is known by its range. What another thread's operation on the same range has done is not this call's.
   */
  returned(ops: readonly Range[], ret: number, failed = 0): void {
    if (this.lastBy !== acting()) return;
    const { lastStart, lastEnd, lastCount } = this;
    this.begins();
    const isLast = ({ va, size }: Range): boolean => lastStart === va && lastEnd === va + size;
    if (ret === 0 || failed >= ops.length || !isLast(ops[failed])) return;
    // An operation before it has the same range: then it had begun if that many have ended.
    const again = ops.slice(0, failed).some(isLast);
    if (again && lastCount === failed) return;
    this.maps = this.previous;
    if ((again && lastCount !== failed + 1) || (!this.vm.freed && this.vm.unusable)) this.unknown = true;
  }

  /** The memory of object `bo` (its serial) begins `by` bytes further on. */
  moved(bo: number, by: number): void {
    const shift = (map: Mapping): Mapping => (map.bo === bo ? { ...map, pa: map.pa + by } : map);
    this.maps = this.maps.map(shift);
    this.previous = this.previous.map(shift);
    this.after = this.after.map(shift);
  }

  /** Translation of before, and of after where it may be seen already; -1 for none. */
  before(va: number): number {
    return lookup(this.maps, va);
  }

  /** Translation of before the operation whose call has not returned, and may yet say that it failed; of now where there is none. */
  ifFailed(va: number): number {
    return this.#isOpen ? lookup(this.previous, va) : this.before(va);
  }

  /** An operation has ended, and its result is not known. */
  get #isOpen(): boolean {
    return this.#resultsFollow && this.lastBy !== NONE;
  }

  afterwards(va: number): number {
    return this.ctx === null ? this.before(va) : lookup(this.after, va);
  }

  /** Whether some mapping of `va` that may be seen now allows an access of that kind. */
  allows(va: number, kind: AccessKind): boolean {
    const lists = this.ctx === null ? [this.maps] : [this.maps, this.after];
    if (this.#isOpen) lists.push(this.previous);
    return lists.some((maps) => {
      const flags = maps.find((map) => va >= map.va && va < map.va + map.size)?.flags ?? 0;
      if (kind === 'execute') return (flags & DRM_PANTHOR_VM_BIND_OP_MAP_NOEXEC) === 0;
      return kind === 'read' || (flags & DRM_PANTHOR_VM_BIND_OP_MAP_READONLY) === 0;
    });
  }

  /** Whether an operation under way covers `va`. */
  changing(va: number): boolean {
    return this.ctx !== null && va >= this.start && va < this.end;
  }
}
