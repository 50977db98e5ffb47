/**
 * Where the ids of VMAs lie in order: blocks of at most 64 ids in storage of their own, the blocks in a growing array. A
 * block's ids may begin anywhere in its storage, so that inserting and removing move the shorter side of one block only.
 */
import { grown, NO_FLOATS, NO_INTS, VmaFields } from './vma-fields.ts';

/** Ids of a block. */
export const BLOCK = 64;

/** Places from which on a call of copyWithin() costs less than a loop. */
const MANY = 24;

export class VmaBlocks extends VmaFields {
  /** Blocks in address order, as indices of storage blocks: at the places [from, to). */
  protected order = NO_INTS;
  protected from = 0;
  protected to = 0;
  /** First VA of each block, in the same order. */
  protected first = NO_FLOATS;
  /** By storage block: where its ids begin and how many there are, and the ids with where each VMA begins and ends beside them, bytes. */
  protected head = NO_INTS;
  protected fill = NO_INTS;
  protected blockIds = NO_INTS;
  protected blockVas = NO_FLOATS;
  protected blockEnds = NO_FLOATS;
  protected freeBlocks: number[] = [];
  protected storage = 0;

  /** All VMA ids in address order. */
  ids(): number[] {
    const ids: number[] = [];
    for (let b = this.from; b < this.to; b++) {
      const block = this.order[b];
      const base = this.base(block);
      for (let i = 0; i < this.fill[block]; i++) ids.push(this.blockIds[base + i]);
    }
    return ids;
  }

  /** Whether any VMA maps the object with that serial. */
  maps(serial: number): boolean {
    for (const id of this.ids()) if (this.bo[id] === serial) return true;
    return false;
  }

  /** Index of a block's first id in its storage. */
  protected base(block: number): number {
    return block * BLOCK + this.head[block];
  }

  /** Writes a VMA at index `at` of the storage; returns where it begins, bytes. */
  protected put(at: number, id: number): number {
    const va = this.va[id];
    this.blockIds[at] = id;
    this.blockVas[at] = va;
    this.blockEnds[at] = va + this.range[id];
    return va;
  }

  /** Where the last VMA begins; there is one. */
  protected lastVa(): number {
    const block = this.order[this.to - 1];
    return this.blockVas[this.base(block) + this.fill[block] - 1];
  }

  /** Opens a place for index `ci` among a block's `n` ids, moving the shorter side where there is room. */
  protected makeRoom(block: number, n: number, ci: number): number {
    const ids = this.blockIds;
    const vas = this.blockVas;
    const ends = this.blockEnds;
    const head = this.head[block];
    let base = block * BLOCK + head;
    if (head > 0 && (ci < n - ci || head + n === BLOCK)) {
      this.head[block] = head - 1;
      base--;
      for (let i = base; i < base + ci; i++) {
        ids[i] = ids[i + 1];
        vas[i] = vas[i + 1];
        ends[i] = ends[i + 1];
      }
    } else {
      for (let i = base + n; i > base + ci; i--) {
        ids[i] = ids[i - 1];
        vas[i] = vas[i - 1];
        ends[i] = ends[i - 1];
      }
    }
    return base + ci;
  }

  /** Puts an empty block before what is at place `at`; returns its place. */
  protected insertBlock(at: number): number {
    let place = at;
    if (this.from > 0 && at - this.from < this.to - at) {
      this.#move(this.from, this.from - 1, at - this.from);
      this.from--;
      place--;
    } else {
      if (this.to === this.order.length) {
        if (2 * this.from > this.to) place -= this.#toStart();
        else {
          this.order = grown(this.order, Int32Array, 4);
          this.first = grown(this.first, Float64Array, 4);
        }
      }
      this.#move(place, place + 1, this.to - place);
      this.to++;
    }
    this.order[place] = this.newBlock();
    return place;
  }

  /** Puts the second half of the full block at place `at` into a block of its own behind it; returns the place of the first half. */
  protected halve(at: number): number {
    const place = this.insertBlock(at + 1);
    const from = this.order[place - 1];
    const to = this.order[place];
    const half = BLOCK / 2;
    this.blockIds.copyWithin(to * BLOCK, from * BLOCK + half, (from + 1) * BLOCK);
    this.blockVas.copyWithin(to * BLOCK, from * BLOCK + half, (from + 1) * BLOCK);
    this.blockEnds.copyWithin(to * BLOCK, from * BLOCK + half, (from + 1) * BLOCK);
    this.head[from] = 0;
    this.head[to] = 0;
    this.fill[from] = half;
    this.fill[to] = BLOCK - half;
    this.first[place] = this.blockVas[to * BLOCK];
    return place - 1;
  }

  /**
   * Takes the block at place `at` away, moving the shorter side where there are many; returns the place of its successor. A client
   * that unmaps all from the lowest address on takes away the first block each time.
   */
  protected dropBlock(at: number): number {
    this.freeBlocks.push(this.order[at]);
    const before = at - this.from;
    const behind = this.to - at - 1;
    if (behind > MANY && before < behind) {
      this.#move(this.from, this.from + 1, before);
      this.from++;
      return at + 1;
    }
    this.#move(at + 1, at, behind);
    this.to--;
    // Few are left: from the start again, as where there never were many.
    return this.from > 0 && this.to - this.from <= MANY ? at - this.#toStart() : at;
  }

  /** Moves all blocks to the first places; returns by how many. */
  #toStart(): number {
    const by = this.from;
    this.#move(by, 0, this.to - by);
    this.from = 0;
    this.to -= by;
    return by;
  }

  /** Moves `count` places of `order` and `first` from `from` to `to`. */
  #move(from: number, to: number, count: number): void {
    const { order, first } = this;
    if (count > MANY) {
      order.copyWithin(to, from, from + count);
      first.copyWithin(to, from, from + count);
    } else if (to < from) {
      for (let i = 0; i < count; i++) {
        order[to + i] = order[from + i];
        first[to + i] = first[from + i];
      }
    } else {
      for (let i = count - 1; i >= 0; i--) {
        order[to + i] = order[from + i];
        first[to + i] = first[from + i];
      }
    }
  }

  protected newBlock(): number {
    const block = this.freeBlocks.length > 0 ? (this.freeBlocks.pop() as number) : this.storage++;
    if (block >= this.fill.length) {
      this.head = grown(this.head, Int32Array, 1);
      this.fill = grown(this.fill, Int32Array, 1);
      this.blockIds = grown(this.blockIds, Int32Array, BLOCK);
      this.blockVas = grown(this.blockVas, Float64Array, BLOCK);
      this.blockEnds = grown(this.blockEnds, Float64Array, BLOCK);
    }
    this.head[block] = 0;
    this.fill[block] = 0;
    return block;
  }
}
