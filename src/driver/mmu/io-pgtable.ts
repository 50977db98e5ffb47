/**
 * Page tables of one VM, the counterpart of the kernel's ARM_64_LPAE_S1 format: VMSAv8-64, 4 KiB granule, 4 KiB pages and
 * 2 MiB blocks (Arm Architecture Reference Manual, D8.3). What it writes is what the MMU's walker reads.
 *
 * One call maps or unmaps entries of a single table, like the kernel's map_pages and unmap_pages operations.
 */
import { EEXIST, ENOENT, ENOMEM, ERANGE } from '../../../uapi/errno.ts';
import { SZ_2M, SZ_4K } from '../../../uapi/sizes.ts';
import { type PhysicalMemory, ROOT_TABLE_BASE } from '../../hw/memory.ts';
import { DESC_BLOCK, DESC_TABLE, ENTRIES, levelIndex, startLevel, TABLE_WORDS } from '../../hw/vmsa.ts';
import type { WarnSink } from '../base/warn.ts';
import type { TableSource, UnmapBehaviours } from './io-pgtable-cfg.ts';
import { attrHigh, attrLow, clearEntries, clearLeaves, fillLeaves, splitBlock } from './io-pgtable-leaf.ts';
import { hasLeaf, type LeafVisitor, visitLeaves, visitTables } from './io-pgtable-visit.ts';

export class IoPgtable {
  readonly vaBits: number;
  readonly #paLimit: number;
  readonly #vaLimit: number;
  /** Level of the root table. */
  readonly startLevel: number;
  readonly #memory: PhysicalMemory;
  readonly #rootSlot: number;
  readonly #rootPage: number;
  readonly #warn: WarnSink;
  readonly #b: UnmapBehaviours;
  /** The last-level table that was used last, and the 2 MiB that it covers; -1 once a table was freed. */
  #leafPage = -1;
  #leafHi = -1;
  #leafLo = -1;
  /** Tables per level 0..3, the root included. */
  readonly tables = [0, 0, 0, 0];

  constructor(
    memory: PhysicalMemory,
    vaBits: number,
    paBits: number,
    behaviours: UnmapBehaviours,
    warn: WarnSink,
  ) {
    this.vaBits = vaBits;
    this.#vaLimit = 2 ** vaBits;
    this.#paLimit = 2 ** paBits;
    this.startLevel = startLevel(vaBits);
    this.#memory = memory;
    this.#rootSlot = memory.takeRoot();
    this.#rootPage = memory.rootPage(this.#rootSlot);
    this.#warn = warn;
    this.#b = behaviours;
    this.tables[this.startLevel] = 1;
  }

  /** Physical address of the root table, bytes: what goes into AS_TRANSTAB. */
  get ttbr(): number {
    return ROOT_TABLE_BASE + this.#rootSlot * SZ_4K;
  }

  /** Entries that the last mapPages() call mapped. */
  mapped = 0;

  /**
   * Maps up to `count` pages of `size` bytes (4 KiB or 2 MiB), as many as one table holds: `iova` and `pa` in bytes,
   * aligned to `size`. Returns 0 with `mapped` set, or -errno with nothing mapped: -ERANGE beyond the address sizes,
   * -EEXIST where something is mapped already, -ENOMEM where the reservation is used up.
   */
  mapPages(iova: number, pa: number, size: number, count: number, prot: number, source: TableSource): number {
    this.mapped = 0;
    if (iova >= this.#vaLimit || pa >= this.#paLimit) {
      this.#warn.warn('arm_lpae_map_pages', 'address-out-of-range');
      return -ERANGE;
    }
    const lo = iova >>> 0;
    const hi = (iova - lo) * 2 ** -32;
    const leafLevel = size === SZ_2M ? 2 : 3;
    const index = leafLevel === 3 ? (lo >>> 12) & 511 : (lo >>> 21) & 511;
    let page = leafLevel === 3 ? this.#lastLeafTable(lo, hi) : -1;
    if (page < 0) {
      page = this.#rootPage;
      for (let level = this.startLevel; level < leafLevel; level++) {
        page = this.#descend(page, level, levelIndex(level, lo, hi), source);
        if (page < 0) return page;
      }
      if (leafLevel === 3) this.#keepLeafTable(page, lo, hi);
    }
    const n = count < ENTRIES - index ? count : ENTRIES - index;
    const at = page * TABLE_WORDS + index * 2;
    const ret = this.#writeLeaves(leafLevel, at, at + n * 2, pa, size, prot);
    if (ret === 0) this.mapped = n;
    return ret;
  }

  /**
   * Unmaps up to `count` pages of `size` bytes within one table; returns the bytes unmapped, fewer than asked at the
   * first hole (with hole-is-a-size -ENOENT where that is at the beginning). Tables that a 2 MiB unmap finds in a block's place are freed.
   */
  unmapPages(iova: number, size: number, count: number, source: TableSource): number {
    if (iova >= this.#vaLimit) {
      this.#warn.warn('arm_lpae_unmap_pages', 'address-out-of-range');
      return 0;
    }
    const lo = iova >>> 0;
    const hi = (iova - lo) * 2 ** -32;
    const leafLevel = size === SZ_2M ? 2 : 3;
    const { words } = this.#memory;
    let page = leafLevel === 3 ? this.#lastLeafTable(lo, hi) : -1;
    if (page < 0) {
      page = this.#rootPage;
      for (let level = this.startLevel; level < leafLevel; level++) {
        const at = page * TABLE_WORDS + levelIndex(level, lo, hi) * 2;
        const desc = words[at];
        if (desc === 0) {
          this.#warn.warn('__arm_lpae_unmap', 'not-mapped');
          return this.#b.holeIsASize ? -ENOENT : 0;
        }
        if ((desc & 3) === DESC_BLOCK) return this.#unmapPartOfBlock(at, level, lo, count, source);
        page = this.#memory.tableOf(desc, words[at + 1]);
      }
      if (leafLevel === 3) this.#keepLeafTable(page, lo, hi);
    }
    const first = leafLevel === 3 ? (lo >>> 12) & 511 : (lo >>> 21) & 511;
    const start = page * TABLE_WORDS + first * 2;
    const end = start + 2 * (count < ENTRIES - first ? count : ENTRIES - first);
    let at = clearLeaves(words, start, end, leafLevel === 3);
    while (at < end && words[at] !== 0) {
      const tables = at;
      at = this.#memory.freeTables(tables, end);
      this.tables[3] -= (at - tables) >> 1;
      this.#leafHi = -1;
      if (at < end) at = clearLeaves(words, at, end, false);
    }
    if (at < end) this.#warn.warn('__arm_lpae_unmap', 'not-mapped');
    if (at === start && at < end && this.#b.holeIsASize) return -ENOENT;
    return ((at - start) >> 1) * size;
  }

  /** The last-level table for an address, given by its halves, where it is the last that was used; else -1. */
  #lastLeafTable(lo: number, hi: number): number {
    return hi === this.#leafHi && lo >>> 21 === this.#leafLo ? this.#leafPage : -1;
  }

  #keepLeafTable(page: number, lo: number, hi: number): void {
    this.#leafPage = page;
    this.#leafHi = hi;
    this.#leafLo = lo >>> 21;
  }

  /** iova_to_phys() !== 0: whether a leaf translates `iova`, by the driver's own look at its tables. */
  isMapped(iova: number): boolean {
    return hasLeaf(this.#memory, this.#rootPage, this.startLevel, iova);
  }

  /** Frees all tables, the root too, with condResched() after each. */
  free(condResched: (() => void) | null = null): void {
    const visit = (page: number, level: number): void => this.#free(page, level, condResched);
    visitTables(this.#memory, this.#rootPage, this.startLevel, visit);
    this.tables[this.startLevel]--;
    this.#memory.freeRoot(this.#rootSlot);
  }

  /** Calls `visit` for every leaf in address order, with its VA, physical address, log2 size and attribute words. */
  forEachLeaf(visit: LeafVisitor): void {
    visitLeaves(this.#memory, this.#rootPage, this.startLevel, 0, visit);
  }

  /** The next-level table behind an entry, made where there is none; -errno where it cannot be. */
  #descend(page: number, level: number, index: number, source: TableSource): number {
    const at = page * TABLE_WORDS + index * 2;
    const lo = this.#memory.words[at];
    if ((lo & 3) === DESC_TABLE) return this.#memory.tableOf(lo, this.#memory.words[at + 1]);
    if (lo !== 0) {
      this.#warn.warn('__arm_lpae_map', 'already-mapped');
      return -EEXIST;
    }
    const table = source.takeTable();
    if (table < 0) {
      this.#warn.warn('alloc_pt', 'reserve-overrun');
      return -ENOMEM;
    }
    this.#install(at, level, table);
    return table;
  }

  #install(at: number, level: number, table: number): void {
    const words = this.#memory.words;
    words[at + 1] = this.#memory.tableHigh(table);
    words[at] = this.#memory.tableLow(table) | DESC_TABLE;
    this.tables[level + 1]++;
  }

  /** Writes leaves into the entries whose words are [start, end), over empty ones and over tables, which go; none where a leaf is met. */
  #writeLeaves(level: number, start: number, end: number, pa: number, size: number, prot: number): number {
    const { words } = this.#memory;
    const attrLo = attrLow(prot) | (level === 3 ? DESC_TABLE : DESC_BLOCK);
    const attrHi = attrHigh(prot);
    let at = fillLeaves(words, start, end, pa, size, attrLo, attrHi);
    while (at < end) {
      if (level === 3 || (words[at] & 3) === DESC_BLOCK) {
        clearEntries(words, start, at);
        this.#warn.warn('arm_lpae_init_pte', 'already-mapped');
        return -EEXIST;
      }
      this.#freeTable(at);
      at = fillLeaves(words, at, end, pa + ((at - start) >> 1) * size, size, attrLo, attrHi);
    }
    return 0;
  }

  /** The table of the last level that the entry at word `at` leads to goes. */
  #freeTable(at: number): void {
    const { words } = this.#memory;
    const table = this.#memory.tableOf(words[at], words[at + 1]);
    words[at] = 0;
    words[at + 1] = 0;
    this.#free(table, 3);
  }

  /** A 4 KiB unmap met a block at `at`. Returns the bytes unmapped. */
  #unmapPartOfBlock(at: number, level: number, lo: number, count: number, source: TableSource): number {
    if (!this.#b.splitBlockOnUnmap || level !== 2) {
      this.#warn.warn('__arm_lpae_unmap', 'partial-block');
      return 0;
    }
    const table = source.takeTable();
    if (table < 0) {
      this.#warn.warn('alloc_pt', 'reserve-overrun');
      return 0;
    }
    const first = (lo >>> 12) & 511;
    const n = count < ENTRIES - first ? count : ENTRIES - first;
    splitBlock(this.#memory.words, at, table * TABLE_WORDS, first, n);
    this.#install(at, level, table);
    return n * SZ_4K;
  }

  /** free_pt(): a table with no table below it. Apart, since V8 does not compile in what calls itself. */
  #free(page: number, level: number, condResched: (() => void) | null = null): void {
    this.tables[level]--;
    this.#leafHi = -1;
    this.#memory.free(page);
    condResched?.();
  }
}
