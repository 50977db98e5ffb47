/**
 * What the MMU remembers of page tables: translations (TLB entries, by address space and 4 KiB page) and the cache lines
 * that its walks fetched (in the GPU's L2). Both stay until something drops them: whether an entry that has become
 * wrong is still there when it is asked for is the machine's choice.
 */
import type { PhysicalMemory } from './memory.ts';
import { PAGE_SIZE } from './memory.ts';
import { DESC_BLOCK, DESC_TABLE, levelIndex, startLevel } from './walker.ts';

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

/** One 64-byte line of a page table as it was when a walk fetched it. */
interface Line {
  /** Index of the line in the table memory. */
  line: number;
  words: number[];
}

const LINE_WORDS = 16;

function faultIn(root: number): Translation {
  return { root, pa: -1, attrLo: 0, attrHi: 0 };
}

export class Tlb {
  readonly entries: TlbEntry[] = [];
  readonly lines: Line[] = [];

  find(as: number, va: number): TlbEntry | null {
    const page = va - (va % PAGE_SIZE);
    for (const entry of this.entries) if (entry.as === as && entry.page === page) return entry;
    return null;
  }

  insert(as: number, va: number, found: Translation): void {
    const page = va - (va % PAGE_SIZE);
    this.entries.push({
      as,
      page,
      root: found.root,
      pa: found.pa,
      attrLo: found.attrLo,
      attrHi: found.attrHi,
    });
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

  /** Cleans and invalidates the caches: walks read memory again. */
  flushLines(): void {
    this.lines.length = 0;
  }

  dropAll(): void {
    this.entries.length = 0;
    this.lines.length = 0;
  }

  /**
   * Walks the tables at `root`. With `cached`, lines fetched earlier answer instead of memory; the lines read stay
   * cached when `keep` is set.
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
      const words = this.#fetch(memory, at, cached, keep);
      const lo = words === null ? memory.words[at] : words[at % LINE_WORDS];
      const hi = words === null ? memory.words[at + 1] : words[(at % LINE_WORDS) + 1];
      const type = lo & 3;
      if (type === DESC_TABLE && level < 3) {
        page = memory.tableOf(lo, hi);
        continue;
      }
      if (!(level === 3 ? type === DESC_TABLE : type === DESC_BLOCK && level > 0)) return faultIn(root);
      const base = (hi & 0xffff) * 0x100000000 + ((lo & ~0xfff) >>> 0);
      const inside = va % 2 ** (12 + 9 * (3 - level));
      return { root, pa: base + inside - (va % PAGE_SIZE), attrLo: lo & 0xfff, attrHi: hi & 0xffff0000 };
    }
    return faultIn(root);
  }

  #fetch(memory: PhysicalMemory, at: number, cached: boolean, keep: boolean): number[] | null {
    const line = (at - (at % LINE_WORDS)) / LINE_WORDS;
    if (cached) for (const one of this.lines) if (one.line === line) return one.words;
    if (keep) {
      const words = Array.from(memory.words.subarray(line * LINE_WORDS, (line + 1) * LINE_WORDS));
      const old = this.lines.findIndex((one) => one.line === line);
      if (old >= 0) this.lines.splice(old, 1);
      this.lines.push({ line, words });
    }
    return null;
  }
}

export function sameTranslation(a: Translation, b: Translation): boolean {
  return a.root === b.root && a.pa === b.pa && a.attrLo === b.attrLo && a.attrHi === b.attrHi;
}
