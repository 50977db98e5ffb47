/**
 * The format of page tables that driver and MMU agree about: VMSAv8-64, 4 KiB granule (Arm Architecture Reference Manual,
 * D8.3). The driver writes it (io-pgtable), the walker and the TLB read it; they share this file and nothing else.
 */

/** Descriptor type, bits 1:0: a block, a table (or, at the last level, a page), or neither. */
export const DESC_BLOCK = 1;
export const DESC_TABLE = 3;

/** Descriptors of a table, and the 32-bit words that they take. */
export const ENTRIES = 512;
export const TABLE_WORDS = 2 * ENTRIES;

/** Level at which a walk of `vaBits` input bits starts: 4 levels from 40 bits on, 3 from 31, 2 from 22. */
export function startLevel(vaBits: number): number {
  return 4 - Math.ceil((vaBits - 12) / 9);
}

/** Index into the table of `level` (0..3) for a VA given as two words. */
export function levelIndex(level: number, lo: number, hi: number): number {
  switch (level) {
    case 3:
      return (lo >>> 12) & 511;
    case 2:
      return (lo >>> 21) & 511;
    case 1:
      return ((lo >>> 30) | (hi << 2)) & 511;
    default:
      return (hi >>> 7) & 511;
  }
}
