/** Physical memory of a tree's page tables, as the machine's walker reads it: the kernel's own, in place. */
import { PAGE_SIZE } from '../../uapi/sizes.ts';
import { ROOT_TABLE_BASE } from '../hw/memory.ts';
import type { TreeKernel } from './kernel.ts';

/**
 * Roots take 256 MiB of addresses; three times that is more than the tables of any capture, and all that threads of a scenario
 * have to themselves (host/tables.c).
 */
const WINDOW = 0x40000000;

export class TreeTables {
  /** Out of sight of the explorer's tracking: the kernel's journal keeps it. */
  readonly #words: Uint32Array;

  constructor(kernel: TreeKernel) {
    this.#words = new Uint32Array(kernel.native.tables(WINDOW));
  }

  get words(): Uint32Array {
    return this.#words;
  }

  /** The page of the window at a physical address, or -1 where no table can be. */
  pageAt(pa: number): number {
    const page = Math.floor((pa - ROOT_TABLE_BASE) / PAGE_SIZE);
    return page >= 0 && page < WINDOW / PAGE_SIZE ? page : -1;
  }

  tableOf(lo: number, hi: number): number {
    return this.pageAt((hi & 0xffff) * 0x100000000 + ((lo & ~0xfff) >>> 0));
  }
}
