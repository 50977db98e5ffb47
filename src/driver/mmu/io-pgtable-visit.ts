/** Reading page tables back as the driver does, without the MMU: iova_to_phys() and, for inspection, all leaves. */
import type { PhysicalMemory } from '../../hw/memory.ts';
import { DESC_BLOCK, DESC_TABLE, ENTRIES, levelIndex, TABLE_WORDS } from '../../hw/vmsa.ts';

/** A leaf: VA and physical address in bytes, log2 of its size, attribute bits of the low and the high word. */
export type LeafVisitor = (va: number, pa: number, log2: number, attrLo: number, attrHi: number) => void;

/** Whether a leaf translates `iova` in the tables behind `page`, the table of level `level`. */
export function hasLeaf(memory: PhysicalMemory, page: number, level: number, iova: number): boolean {
  const lo = iova >>> 0;
  const hi = (iova - lo) * 2 ** -32;
  for (; ; level++) {
    const at = page * TABLE_WORDS + levelIndex(level, lo, hi) * 2;
    const desc = memory.words[at];
    const isTable = (desc & 3) === DESC_TABLE;
    if (level === 3 || !isTable) return level === 3 ? isTable : (desc & 3) === DESC_BLOCK;
    page = memory.tableOf(desc, memory.words[at + 1]);
  }
}

/** Visits every leaf behind `page`, the table of level `level` for the addresses from `base` on, in address order. */
export function visitLeaves(
  memory: PhysicalMemory,
  page: number,
  level: number,
  base: number,
  visit: LeafVisitor,
): void {
  const { words } = memory;
  const log2 = 12 + 9 * (3 - level);
  for (let i = 0, at = page * TABLE_WORDS; i < ENTRIES; i++, at += 2) {
    const lo = words[at];
    if (lo === 0) continue;
    const hi = words[at + 1];
    const va = base + i * 2 ** log2;
    if (level < 3 && (lo & 3) === DESC_TABLE)
      visitLeaves(memory, memory.tableOf(lo, hi), level + 1, va, visit);
    else visit(va, (hi & 0xffff) * 0x100000000 + ((lo & ~0xfff) >>> 0), log2, lo & 0xfff, hi & 0xffff0000);
  }
}

/** Visits every table below `page`, the table of level `level`, each after those below itself. */
export function visitTables(
  memory: PhysicalMemory,
  page: number,
  level: number,
  visit: (page: number, level: number) => void,
): void {
  if (level === 3) return;
  const { words } = memory;
  for (let at = page * TABLE_WORDS, end = at + TABLE_WORDS; at < end; at += 2) {
    if ((words[at] & 3) !== DESC_TABLE) continue;
    const table = memory.tableOf(words[at], words[at + 1]);
    visitTables(memory, table, level + 1, visit);
    visit(table, level + 1);
  }
}
