/**
 * Where the ids of VMAs lie in order: blocks of at most 64 ids in storage of their own, the blocks in a growing array. A
 * block's ids may begin anywhere in its storage, so that inserting and removing move the shorter side of one block only.
 */
import { grown, NO_FLOATS, NO_INTS, VmaFields } from './vma-fields.ts';

/** Ids of a block. */
export const BLOCK = 64;

export class VmaBlocks extends VmaFields {
  /** Blocks in address order, as indices of storage blocks. */
  protected order = NO_INTS;
  protected blocks = 0;
  /** First VA of each block, in the same order. */
  protected first = NO_FLOATS;
  /** By storage block: where its ids begin and how many there are, and the ids with their VAs beside them. */
  protected head = NO_INTS;
  protected fill = NO_INTS;
  protected blockIds = NO_INTS;
  protected blockVas = NO_FLOATS;
  protected freeBlocks: number[] = [];
  protected storage = 0;

  /** All VMA ids in address order. */
  ids(): number[] {
    const ids: number[] = [];
    for (let b = 0; b < this.blocks; b++) {
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

  /** Where the last VMA begins; there is one. */
  protected lastVa(): number {
    const block = this.order[this.blocks - 1];
    return this.blockVas[this.base(block) + this.fill[block] - 1];
  }

  /** Opens a place for index `ci` among a block's `n` ids, moving the shorter side where there is room. */
  protected makeRoom(block: number, n: number, ci: number): number {
    const ids = this.blockIds;
    const vas = this.blockVas;
    const head = this.head[block];
    let base = block * BLOCK + head;
    if (head > 0 && (ci < n - ci || head + n === BLOCK)) {
      this.head[block] = head - 1;
      base--;
      for (let i = base; i < base + ci; i++) {
        ids[i] = ids[i + 1];
        vas[i] = vas[i + 1];
      }
    } else {
      for (let i = base + n; i > base + ci; i--) {
        ids[i] = ids[i - 1];
        vas[i] = vas[i - 1];
      }
    }
    return base + ci;
  }

  protected insertBlock(at: number): void {
    if (this.blocks === this.order.length) {
      this.order = grown(this.order, Int32Array, 4);
      this.first = grown(this.first, Float64Array, 4);
    }
    this.order.copyWithin(at + 1, at, this.blocks);
    this.first.copyWithin(at + 1, at, this.blocks);
    this.order[at] = this.newBlock();
    this.blocks++;
  }

  /** Puts the second half of the full block at place `at` into a block of its own behind it. */
  protected halve(at: number): void {
    this.insertBlock(at + 1);
    const from = this.order[at];
    const to = this.order[at + 1];
    const half = BLOCK / 2;
    this.blockIds.copyWithin(to * BLOCK, from * BLOCK + half, (from + 1) * BLOCK);
    this.blockVas.copyWithin(to * BLOCK, from * BLOCK + half, (from + 1) * BLOCK);
    this.head[from] = 0;
    this.head[to] = 0;
    this.fill[from] = half;
    this.fill[to] = BLOCK - half;
    this.first[at + 1] = this.blockVas[to * BLOCK];
  }

  protected dropBlock(at: number): void {
    const block = this.order[at];
    this.freeBlocks.push(block);
    this.order.copyWithin(at, at + 1, this.blocks);
    this.first.copyWithin(at, at + 1, this.blocks);
    this.blocks--;
  }

  protected newBlock(): number {
    const block = this.freeBlocks.length > 0 ? (this.freeBlocks.pop() as number) : this.storage++;
    if (block >= this.fill.length) {
      this.head = grown(this.head, Int32Array, 1);
      this.fill = grown(this.fill, Int32Array, 1);
      this.blockIds = grown(this.blockIds, Int32Array, BLOCK);
      this.blockVas = grown(this.blockVas, Float64Array, BLOCK);
    }
    this.head[block] = 0;
    this.fill[block] = 0;
    return block;
  }
}
