/** The leaves of a tree's page tables, read as the machine reads them. */
import type { TreeTables } from './tables.ts';

const ENTRIES = 512;
const WORDS = 1024;
/** Descriptors (VMSAv8-64): bit 0 valid; bit 1 a table, or at the last level a page. */
const TYPE = 3;
const BLOCK = 1;
const LAST = 3;

/**
 * Calls `visit` with address, physical address and log2 of the size of each leaf, in the order of addresses. `first` is
 * the level of the root.
 */
export function forEachLeaf(
  memory: TreeTables,
  ttbr: number,
  visit: (va: number, pa: number, log2: number) => void,
  first = 0,
): void {
  const walk = (table: number, level: number, from: number): void => {
    if (table < 0) return;
    const log2 = 12 + 9 * (LAST - level);
    for (let i = 0; i < ENTRIES; i++) {
      const lo = memory.words[table * WORDS + 2 * i];
      const type = lo & TYPE;
      if (type === 0) continue;
      const hi = memory.words[table * WORDS + 2 * i + 1];
      const va = from + i * 2 ** log2;
      if (type === TYPE && level < LAST) walk(memory.tableOf(lo, hi), level + 1, va);
      else if (type === (level === LAST ? TYPE : BLOCK)) {
        visit(va, (hi & 0xffff) * 2 ** 32 + ((lo & ~0xfff) >>> 0), log2);
      }
    }
  };
  walk(memory.pageAt(Math.floor(ttbr / 4096) * 4096), first, 0);
}

/** How many tables there are, by level; a table of the last level is counted and not looked into. `first`: the level of the root. */
export function tablesByLevel(memory: TreeTables, ttbr: number, first = 0): number[] {
  const tables = [0, 0, 0, 0];
  const count = (table: number, level: number): void => {
    if (table < 0) return;
    tables[level]++;
    if (level === LAST) return;
    for (let i = 0; i < ENTRIES; i++) {
      const lo = memory.words[table * WORDS + 2 * i];
      if ((lo & TYPE) === TYPE) count(memory.tableOf(lo, memory.words[table * WORDS + 2 * i + 1]), level + 1);
    }
  };
  count(memory.pageAt(Math.floor(ttbr / 4096) * 4096), first);
  return tables;
}
