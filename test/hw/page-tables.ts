/** Page tables by hand, for tests of what reads them: descriptors are written, nothing of the driver is used. */
import { PhysicalMemory, ROOT_TABLE_BASE } from '../../src/hw/memory.ts';
import { DESC_BLOCK, DESC_TABLE } from '../../src/hw/vmsa.ts';
import { SZ_4K } from '../../uapi/sizes.ts';

const WORDS = SZ_4K / 4;
/** AP read-only, bit 7; UXN and PXN, bits 54:53 as bits 22:21 of the high word. */
export const READ_ONLY = 2 << 6;
export const EXECUTE_NEVER = 3 << 21;

/** Tables of 48 input bits with one path of levels 0 to 2; all mappings are below 1 GiB. */
export class HandMadeTables {
  readonly memory = new PhysicalMemory();
  readonly #root = this.memory.takeRoot();
  readonly #levels: number[] = [this.memory.rootPage(this.#root)];

  constructor() {
    this.memory.reserve(64);
    for (let level = 1; level < 3; level++) this.#levels.push(this.#table(this.#levels[level - 1], 0));
  }

  /** What goes into AS_TRANSTAB. */
  get root(): number {
    return ROOT_TABLE_BASE + this.#root * SZ_4K;
  }

  #table(parent: number, index: number): number {
    const page = this.memory.takeReserved();
    this.#write(parent, index, this.memory.tableLow(page) | DESC_TABLE, this.memory.tableHigh(page));
    return page;
  }

  #write(page: number, index: number, lo: number, hi: number): void {
    this.memory.words[page * WORDS + index * 2] = lo;
    this.memory.words[page * WORDS + index * 2 + 1] = hi;
  }

  /** Maps (or, with pa -1, unmaps) the 4 KiB page at `va`. */
  page(va: number, pa: number, lo = 0, hi = 0): void {
    const level2 = this.#levels[2];
    const at = level2 * WORDS + Math.floor(va / 0x200000) * 2;
    const { words } = this.memory;
    const table =
      (words[at] & 3) === DESC_TABLE
        ? this.memory.tableOf(words[at], words[at + 1])
        : this.#table(level2, Math.floor(va / 0x200000));
    const valid = pa < 0 ? 0 : DESC_TABLE;
    const address = Math.max(pa, 0);
    const high = Math.floor(address / 0x100000000) | (valid && hi);
    this.#write(table, (va >>> 12) & 511, valid && (address >>> 0) | valid | lo, high);
  }

  /** Maps the 2 MiB block at `va`. */
  block(va: number, pa: number): void {
    this.#write(
      this.#levels[2],
      Math.floor(va / 0x200000),
      (pa >>> 0) | DESC_BLOCK,
      Math.floor(pa / 0x100000000),
    );
  }
}
