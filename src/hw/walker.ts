/**
 * The page-table walker of the MMU: VMSAv8-64 with a 4 KiB granule (Arm Architecture Reference Manual, section D8.3,
 * "Translation process"), reading the bytes that the driver wrote.
 */

import { PAGE_SIZE } from '../../uapi/sizes.ts';
import type { PhysicalMemory } from './memory.ts';
import { DESC_BLOCK, DESC_TABLE, levelIndex, startLevel } from './vmsa.ts';

/** What a walk reads: tables as pages of words, found by their physical addresses. */
export type TableMemory = Pick<PhysicalMemory, 'words' | 'pageAt' | 'tableOf'>;

/** One descriptor that a walk read. `lo` and `hi` are its words, `pa` its physical address in bytes. */
export interface WalkStep {
  level: number;
  index: number;
  pa: number;
  lo: number;
  hi: number;
}

/** Result of a walk. `pa` is the translated address, -1 where the walk ended on an invalid descriptor. */
export interface Walk {
  pa: number;
  /** log2 of the leaf's size in bytes (12 or 21, 30 at level 1); 0 without a leaf. */
  log2: number;
  /** The leaf's attribute bits: the descriptor with its address cleared, as two words. */
  attrLo: number;
  attrHi: number;
  /** The level at which the walk ended. */
  level: number;
}

/**
 * Translates a VA (bytes, below 2^vaBits). `root` is the physical address in AS_TRANSTAB. Each descriptor read is
 * appended to `steps` where given.
 */
export function walk(
  memory: TableMemory,
  root: number,
  vaBits: number,
  va: number,
  steps?: WalkStep[],
): Walk {
  const vaLo = va >>> 0;
  const vaHi = Math.floor(va / 0x100000000);
  let page = memory.pageAt(root);
  let tablePa = root;
  for (let level = startLevel(vaBits); ; level++) {
    if (page < 0) return { pa: -1, log2: 0, attrLo: 0, attrHi: 0, level };
    const index = levelIndex(level, vaLo, vaHi);
    const at = page * (PAGE_SIZE / 4) + index * 2;
    const lo = memory.words[at];
    const hi = memory.words[at + 1];
    steps?.push({ level, index, pa: tablePa + index * 8, lo, hi });
    const type = lo & 3;
    if (type === DESC_TABLE && level < 3) {
      page = memory.tableOf(lo, hi);
      tablePa = (hi & 0xffff) * 0x100000000 + ((lo & ~0xfff) >>> 0);
      continue;
    }
    const isLeaf = level === 3 ? type === DESC_TABLE : type === DESC_BLOCK && level > 0;
    if (!isLeaf) return { pa: -1, log2: 0, attrLo: 0, attrHi: 0, level };
    const log2 = 12 + 9 * (3 - level);
    const base = (hi & 0xffff) * 0x100000000 + ((lo & ~0xfff) >>> 0);
    return { pa: base + (va % 2 ** log2), log2, attrLo: lo & 0xfff, attrHi: hi & 0xffff0000, level };
  }
}
