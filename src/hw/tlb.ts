/**
 * What the MMU remembers of page tables: translations (TLB entries, by address space and 4 KiB page) and the descriptors
 * that its walks fetched (in the GPU's L2). Both stay until something drops them: whether an entry that has become
 * wrong is still there when it is asked for is the machine's choice.
 */

import { PAGE_SIZE } from '../../uapi/sizes.ts';
import type { PhysicalMemory } from './memory.ts';
import { DESC_BLOCK, DESC_TABLE, levelIndex, startLevel } from './vmsa.ts';

/** A translation, as a leaf gives it: physical address of the 4 KiB page, -1 for none, and attribute words. */
export interface Translation {
  /** Physical address of the root table that it came from; 0 where the address space was unmapped. */
  root: number;
  pa: number;
  attrLo: number;
  attrHi: number;
}

export interface TlbEntry extends Translation {
  as: number;
  /** First byte of the 4 KiB page. */
  page: number;
}

/** Bytes that a descriptor of each level maps. */
const SPAN = [2 ** 39, 2 ** 30, 2 ** 21, PAGE_SIZE];

function faultIn(root: number): Translation {
  return { root, pa: -1, attrLo: 0, attrHi: 0 };
}

export class Tlb {
  readonly entries: TlbEntry[] = [];
  /** Descriptors in the L2, three numbers each: index of the low word in table memory, and the two words. */
  readonly #descriptors: number[] = [];

  find(as: number, va: number): TlbEntry | null {
    const page = va - (va % PAGE_SIZE);
    for (const entry of this.entries) if (entry.as === as && entry.page === page) return entry;
    return null;
  }

  /** The entry that a translation becomes. */
  insert(as: number, va: number, { root, pa, attrLo, attrHi }: Translation): TlbEntry {
    const entry = { as, page: va - (va % PAGE_SIZE), root, pa, attrLo, attrHi };
    this.entries.push(entry);
    return entry;
  }

  /** Drops what is known of [start, end) in an address space. */
  drop(as: number, start: number, end: number): void {
    for (let i = this.entries.length - 1; i >= 0; i--) {
      const entry = this.entries[i];
      if (entry.as === as && entry.page + PAGE_SIZE > start && entry.page < end) this.entries.splice(i, 1);
    }
  }

  remove(entry: TlbEntry): void {
    const at = this.entries.indexOf(entry);
    if (at >= 0) this.entries.splice(at, 1);
  }

  /** Whether any walk has left descriptors in the L2. */
  get hasDescriptors(): boolean {
    return this.#descriptors.length > 0;
  }

  /** Cleans and invalidates the caches: walks read memory again. */
  flushDescriptors(): void {
    this.#descriptors.length = 0;
  }

  dropAll(): void {
    this.entries.length = 0;
    this.#descriptors.length = 0;
  }

  /**
   * Walks the tables at `root`. With `cached`, descriptors fetched earlier answer instead of memory; those read
   * now stay in the L2 when `keep` is set.
   */
  walk(
    memory: PhysicalMemory,
    root: number,
    vaBits: number,
    va: number,
    cached: boolean,
    keep: boolean,
  ): Translation {
    const vaLo = va >>> 0;
    const vaHi = Math.floor(va / 0x100000000);
    let page = memory.pageAt(root);
    for (let level = startLevel(vaBits); page >= 0; level++) {
      const at = page * (PAGE_SIZE / 4) + levelIndex(level, vaLo, vaHi) * 2;
      const known = this.#descriptors.length > 0 ? this.#find(at) : -1;
      const stale = cached && known >= 0;
      const lo = stale ? this.#descriptors[known + 1] : memory.words[at];
      const hi = stale ? this.#descriptors[known + 2] : memory.words[at + 1];
      if (keep && !stale) this.#keep(at, lo, hi, known);
      const type = lo & 3;
      if (type === DESC_TABLE && level < 3) {
        page = memory.tableOf(lo, hi);
        continue;
      }
      if (!(level === 3 ? type === DESC_TABLE : type === DESC_BLOCK && level > 0)) return faultIn(root);
      const base = (hi & 0xffff) * 0x100000000 + ((lo & ~0xfff) >>> 0);
      const inside = (va % SPAN[level]) - (va % PAGE_SIZE);
      return { root, pa: base + inside, attrLo: lo & 0xfff, attrHi: hi & 0xffff0000 };
    }
    return faultIn(root);
  }

  #find(at: number): number {
    for (let i = 0; i < this.#descriptors.length; i += 3) if (this.#descriptors[i] === at) return i;
    return -1;
  }

  #keep(at: number, lo: number, hi: number, known: number): void {
    if (known >= 0) {
      this.#descriptors[known + 1] = lo;
      this.#descriptors[known + 2] = hi;
      return;
    }
    this.#descriptors.push(at, lo, hi);
  }
}

export function sameTranslation(a: Translation, b: Translation): boolean {
  return a.root === b.root && a.pa === b.pa && a.attrLo === b.attrLo && a.attrHi === b.attrHi;
}
