/**
 * Simulated physical memory, as far as page tables need it: 4 KiB pages in one slab that is seen through one
 * Uint32Array, with a free list. What a buffer object holds lives elsewhere (a client's memfd); only its physical
 * addresses appear here, inside descriptors.
 *
 * Physical layout: root tables sit at 0x80000000 + 4 KiB × n in the order in which VMs were made (the address space
 * that AS_TRANSTAB shows), other tables from 0x90000000 up, buffer objects from 0x200000000 up.
 */
import { PAGE_SIZE } from '../../uapi/sizes.ts';
import { DESC_TABLE } from './vmsa.ts';

const PAGE_WORDS = PAGE_SIZE / 4;
export const ROOT_TABLE_BASE = 0x80000000;
const ROOT_TABLE_SLOTS = 0x10000;
const TABLE_FRAME_BASE = 0x90000;
/** Physical address at which buffer objects begin, bytes. */
export const BO_MEMORY_BASE = 0x200000000;
const MAX_TABLE_PAGES = 0x200000 - TABLE_FRAME_BASE;
const NO_PAGE = -1;

export class PhysicalMemory {
  /** The slab; replaced when it grows, so never keep it across an allocation. */
  words: Uint32Array;
  /** Next page of the free list, by page. */
  #next: Int32Array;
  #freeHead = NO_PAGE;
  /** Pages handed out at least once. */
  #brk = 0;
  #free = 0;
  /** Pages promised to operation contexts but not handed out yet. */
  reserved = 0;
  /** Set to make reservations fail: called for each with its pages, true is a failure. */
  oom: ((count: number) => boolean) | null = null;
  /** Table pages in use, root tables included. */
  live = 0;
  /** Slab page behind each root slot, or -1. */
  readonly #roots: number[] = [];
  #nextRoot = 0;

  constructor(initialPages = 16) {
    this.words = new Uint32Array(initialPages * PAGE_WORDS);
    this.#next = new Int32Array(initialPages);
  }

  /**
   * Makes sure that `count` more pages can be taken without failing (kmem_cache_alloc_bulk() of the page-table cache).
   * Returns false where physical memory for tables is exhausted.
   */
  reserve(count: number): boolean {
    // None of none is no failure.
    if (this.oom?.(count) && count > 0) return false;
    const need = this.reserved + count - this.#free;
    if (this.#brk + need > MAX_TABLE_PAGES) return false;
    this.reserved += count;
    return true;
  }

  /** Gives back pages that were reserved and not taken. */
  unreserve(count: number): void {
    this.reserved -= count;
  }

  /** Takes one reserved page, zeroed; returns its index in the slab. */
  takeReserved(): number {
    this.reserved--;
    return this.#take();
  }

  /** Frees a table page. */
  free(page: number): void {
    this.#next[page] = this.#freeHead;
    this.#freeHead = page;
    this.#free++;
    this.live--;
  }

  /**
   * Empties the entries whose words are [from, to) up to the first that leads to no table, and frees those tables; returns the
   * word of that entry.
   */
  freeTables(from: number, to: number): number {
    const { words } = this;
    const next = this.#next;
    let head = this.#freeHead;
    let at = from;
    for (; at < to && (words[at] & DESC_TABLE) === DESC_TABLE; at += 2) {
      const page = this.tableOf(words[at], words[at + 1]);
      next[page] = head;
      head = page;
      words[at] = 0;
      words[at + 1] = 0;
    }
    const count = (at - from) >> 1;
    this.#freeHead = head;
    this.#free += count;
    this.live -= count;
    return at;
  }

  /** Whether there is a place for one more root table. */
  hasRoot(): boolean {
    return this.#nextRoot < ROOT_TABLE_SLOTS || this.#roots.includes(NO_PAGE);
  }

  /** Takes a zeroed page for a root table; returns its root slot (physical address ROOT_TABLE_BASE + slot × 4 KiB). */
  takeRoot(): number {
    let slot = this.#nextRoot;
    if (slot < ROOT_TABLE_SLOTS) this.#nextRoot++;
    else slot = this.#roots.indexOf(NO_PAGE);
    if (slot < 0) throw new Error('out of root table slots');
    this.#roots[slot] = this.#take();
    return slot;
  }

  freeRoot(slot: number): void {
    this.free(this.#roots[slot]);
    this.#roots[slot] = NO_PAGE;
  }

  rootPage(slot: number): number {
    return this.#roots[slot];
  }

  /** The slab page at a physical address, or -1 where no table is. */
  pageAt(pa: number): number {
    const frame = Math.floor(pa / PAGE_SIZE);
    if (frame >= TABLE_FRAME_BASE) {
      const page = frame - TABLE_FRAME_BASE;
      return page < this.#brk ? page : NO_PAGE;
    }
    return this.#roots[frame - ROOT_TABLE_BASE / PAGE_SIZE] ?? NO_PAGE;
  }

  /** Low word of the physical address of a slab page (bits 11:0 zero); the high word is tableHigh(). */
  tableLow(page: number): number {
    return (page + TABLE_FRAME_BASE) << 12;
  }

  tableHigh(page: number): number {
    return (page + TABLE_FRAME_BASE) >>> 20;
  }

  /** The slab page that a table descriptor (two words) points to. */
  tableOf(lo: number, hi: number): number {
    return ((lo >>> 12) | ((hi & 0xfff) << 20)) - TABLE_FRAME_BASE;
  }

  #take(): number {
    let page = this.#freeHead;
    if (page !== NO_PAGE) {
      this.#freeHead = this.#next[page];
      this.#free--;
      this.words.fill(0, page * PAGE_WORDS, (page + 1) * PAGE_WORDS);
    } else {
      page = this.#brk++;
      if (this.#brk > this.#next.length) this.#grow();
    }
    this.live++;
    return page;
  }

  /** Has room for `pages` tables from now on, so that growing stops nothing later. Pages that were never used take no memory. */
  makeRoom(pages: number): void {
    while (this.#next.length < pages) this.#grow(pages);
  }

  #grow(pages = this.#next.length * 2): void {
    const words = new Uint32Array(pages * PAGE_WORDS);
    words.set(this.words);
    this.words = words;
    const next = new Int32Array(pages);
    next.set(this.#next);
    this.#next = next;
  }
}
