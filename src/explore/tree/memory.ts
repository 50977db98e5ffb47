/** Physical memory of tables, as the machine's walker reads it: the kernel's own, in place. */
import { PAGE_SIZE } from '../../../uapi/sizes.ts';
import { ROOT_TABLE_BASE } from '../../hw/memory.ts';
import type { TreeKernel } from '../../tree/kernel.ts';
import type { View } from './view.ts';

/** Roots take 256 MiB of addresses; as much again is more than any scenario's tables. */
const WINDOW = 0x20000000;

export class TreeMemory {
  readonly #kernel: TreeKernel;
  readonly #view: View;
  readonly #words: Uint32Array;

  constructor(kernel: TreeKernel, view: View) {
    this.#kernel = kernel;
    this.#view = view;
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

  /** What is promised to operations is the kernel's own account. */
  readonly reserved = 0;

  /**
   * Tables in use, roots included. While a call is under way, or a job waits, some are promised to it and have no owner
   * yet: then it is as many as the VMs have, and nothing is judged.
   */
  get live(): number {
    const { native } = this.#kernel;
    let counted = 0;
    let roots = 0;
    for (let uid = 1; uid <= this.#view.vmCount; uid++) {
      const tables = native.countTables(uid);
      counted += tables;
      if (tables > 0) roots++;
    }
    return native.alive() !== 0 || this.#view.jobs > 0 ? counted : native.tablesLive() + roots;
  }
}
