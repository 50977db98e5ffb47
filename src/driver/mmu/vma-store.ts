/**
 * The VMAs of one VM, ordered by address: what drm_gpuvm keeps in its interval tree and list.
 *
 * The ids of VmaFields in a sorted list, cut into the blocks of VmaBlocks. Finding is two binary searches over Float64Arrays.
 *
 * One cursor serves the operation under way (op_lock is held); it stays valid across removeAtCursor and insertAtCursor.
 */
import { upperBound } from '../base/upper-bound.ts';
import { BLOCK, VmaBlocks } from './vma-blocks.ts';

export class VmaStore extends VmaBlocks {
  count = 0;
  /** The cursor: position in order, and index in that block. */
  #cb = 0;
  #ci = 0;

  /**
   * drm_gpuva_find_first(): sets the cursor to the first VMA that ends after `start` and begins before `end`, as the interval tree's
   * iter_first(start, end - 1) does; returns its id or -1. With end === start that is a VMA that strictly contains it.
   */
  findFirst(start: number, end: number): number {
    // The last byte of an empty VMA at 0 is 2^64 - 1: it overlaps everything.
    if (end > 0 && this.count > 0 && this.first[this.from] === 0 && this.range[this.begin()] === 0)
      return this.current();
    this.#seek(start);
    if (this.#cb >= this.to) return -1;
    // In integers: first <= end - 1; #seek() has seen to last >= start.
    const at = this.base(this.order[this.#cb]) + this.#ci;
    return this.blockVas[at] < end ? this.blockIds[at] : -1;
  }

  /** The VMA at the cursor, or -1 at the end. */
  current(): number {
    if (this.#cb >= this.to) return -1;
    return this.blockIds[this.base(this.order[this.#cb]) + this.#ci];
  }

  /** Where the VMA at the cursor begins, bytes, as the list itself has it; infinity at the end. */
  currentVa(): number {
    if (this.#cb >= this.to) return Number.POSITIVE_INFINITY;
    return this.blockVas[this.base(this.order[this.#cb]) + this.#ci];
  }

  /** The VMA at the cursor where it begins before `end`, else -1. */
  currentBefore(end: number): number {
    return this.currentVa() < end ? this.current() : -1;
  }

  /** The VMA behind the one at the cursor, or -1. */
  following(): number {
    const block = this.order[this.#cb];
    if (this.#ci + 1 < this.fill[block]) return this.blockIds[this.base(block) + this.#ci + 1];
    return this.#cb + 1 < this.to ? this.blockIds[this.base(this.order[this.#cb + 1])] : -1;
  }

  /** Moves the cursor on by one VMA. */
  advance(): void {
    if (this.#cb >= this.to) return;
    if (++this.#ci >= this.fill[this.order[this.#cb]]) {
      this.#cb++;
      this.#ci = 0;
    }
  }

  /** drm_gpuva_remove(): takes the VMA at the cursor out of the list; the cursor is then at its successor. */
  removeAtCursor(): void {
    const at = this.#cb;
    const block = this.order[at];
    const base = this.base(block);
    const ci = this.#ci;
    const n = --this.fill[block];
    const ids = this.blockIds;
    const vas = this.blockVas;
    const ends = this.blockEnds;
    this.count--;
    if (n === 0) {
      this.#cb = this.dropBlock(at);
      this.#ci = 0;
      return;
    }
    if (ci < n - ci) {
      for (let i = base + ci; i > base; i--) {
        ids[i] = ids[i - 1];
        vas[i] = vas[i - 1];
        ends[i] = ends[i - 1];
      }
      this.head[block]++;
    } else {
      for (let i = base + ci; i < base + n; i++) {
        ids[i] = ids[i + 1];
        vas[i] = vas[i + 1];
        ends[i] = ends[i + 1];
      }
    }
    if (ci === 0) this.first[at] = vas[this.base(block)];
    if (ci >= n) {
      this.#cb++;
      this.#ci = 0;
    }
  }

  /** A VMA takes the place of the one at the cursor, which is then at the next. */
  replaceAtCursor(id: number): void {
    const block = this.order[this.#cb];
    const va = this.put(this.base(block) + this.#ci, id);
    if (this.#ci === 0) this.first[this.#cb] = va;
    this.advance();
  }

  /** Puts a VMA before the cursor; the cursor stays at what was there. */
  insertAtCursor(id: number): void {
    if (this.count === 0) {
      this.#cb = this.insertBlock(this.from);
      this.#ci = 0;
    } else if (this.#ci === 0 && this.#cb > this.from) {
      // At a block's start: append to the block before, which keeps the order just as well.
      this.#cb--;
      this.#ci = this.fill[this.order[this.#cb]];
    }
    if (this.fill[this.order[this.#cb]] === BLOCK) this.#split();
    const block = this.order[this.#cb];
    const ci = this.#ci;
    const n = this.fill[block]++;
    const va = this.put(this.makeRoom(block, n, ci), id);
    if (ci === 0) this.first[this.#cb] = va;
    this.count++;
    if (++this.#ci > n) {
      this.#cb++;
      this.#ci = 0;
    }
  }

  /**
   * drm_gpuva_insert(): puts a VMA where its address belongs, after others that begin at the same address. An operation leaves the cursor
   * there, or just beyond the tail that it cut off; elsewhere it is looked for. Moves the cursor.
   */
  insert(id: number): void {
    const va = this.va[id];
    if (!this.#fits(va)) {
      if (this.#cb < this.to && this.#ci > 0) this.#ci--;
      if (!this.#fits(va)) this.#upperBound(va);
    }
    this.insertAtCursor(id);
  }

  /** Whether a VMA that begins at `va` belongs before the cursor, judged within the cursor's block. */
  #fits(va: number): boolean {
    if (this.#cb >= this.to || this.#ci === 0) return false;
    const at = this.base(this.order[this.#cb]) + this.#ci;
    return this.blockVas[at - 1] <= va && va < this.blockVas[at];
  }

  /** Sets the cursor to the first VMA; returns its id or -1. */
  begin(): number {
    this.#cb = this.from;
    this.#ci = 0;
    return this.current();
  }

  /** The id of the VMA that covers `va`, or -1; the cursor stays. */
  lookup(va: number): number {
    const cb = this.#cb;
    const ci = this.#ci;
    const id = this.findFirst(va, va + 1);
    this.#cb = cb;
    this.#ci = ci;
    return id;
  }

  /**
   * Cursor to the VMA that begins at or before `va` and reaches beyond it, else to the first one that begins after.
   * Empty VMAs may share an address with a real one, on either side of it, so they are stepped over.
   */
  #seek(va: number): void {
    this.#upperBound(va);
    const cb = this.#cb;
    const ci = this.#ci;
    while (this.#back()) {
      const at = this.base(this.order[this.#cb]) + this.#ci;
      const end = this.blockEnds[at];
      if (end > va) return;
      if (end > this.blockVas[at]) break;
    }
    this.#cb = cb;
    this.#ci = ci;
  }

  /** Cursor one VMA back; false at the first. */
  #back(): boolean {
    if (this.#ci === 0 && this.#cb === this.from) return false;
    this.#ci = this.#ci > 0 ? this.#ci - 1 : this.fill[this.order[--this.#cb]] - 1;
    return true;
  }

  /** Cursor to a VMA that is in the list. */
  moveTo(id: number): void {
    this.#upperBound(this.va[id]);
    while (this.current() !== id && this.#back());
  }

  /** Cursor to the first VMA that begins after `va`. */
  #upperBound(va: number): void {
    if (this.#isNear(va)) return;
    const { first, from, to } = this;
    this.#cb = from;
    this.#ci = 0;
    if (from === to || va < first[from]) return;
    const last = first[to - 1];
    const at = va >= last ? to - 1 : upperBound(first, from, to, va, first[from], last) - 1;
    const block = this.order[at];
    const base = this.base(block);
    const end = base + this.fill[block];
    const beyond = va >= last ? this.lastVa() : first[at + 1];
    const found = va >= beyond ? end : upperBound(this.blockVas, base, end, va, first[at], beyond);
    this.#cb = found === end ? at + 1 : at;
    this.#ci = found === end ? 0 : found - base;
  }

  /** Whether the first VMA beyond `va` is at the cursor, or the next in its block, as clients that go through memory have it. */
  #isNear(va: number): boolean {
    if (this.#cb >= this.to) return this.to > this.from && this.lastVa() <= va;
    const block = this.order[this.#cb];
    const at = this.base(block) + this.#ci;
    const vas = this.blockVas;
    if (vas[at] > va) return this.#ci > 0 && vas[at - 1] <= va;
    if (this.#ci + 1 >= this.fill[block] || vas[at + 1] <= va) return false;
    this.#ci++;
    return true;
  }

  /** Makes room in the full block at the cursor, which follows its place; behind the last of all there is a new one. */
  #split(): void {
    if (this.#ci === BLOCK && this.#cb === this.to - 1) {
      this.#cb = this.insertBlock(this.to);
      this.#ci = 0;
      return;
    }
    this.#cb = this.halve(this.#cb);
    const half = this.fill[this.order[this.#cb]];
    if (this.#ci > half) {
      this.#cb++;
      this.#ci -= half;
    }
  }
}
