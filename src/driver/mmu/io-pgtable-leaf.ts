/** Leaves of the page tables as io-pgtable-arm.c writes them: arm_lpae_prot_to_pte() and __arm_lpae_init_pte(). */
import { SZ_4K } from '../../../uapi/sizes.ts';
import { DESC_BLOCK, DESC_TABLE, ENTRIES } from '../../hw/vmsa.ts';

/** Protection bits of a mapping (IOMMU_* of the kernel). */
export const IOMMU_READ = 1 << 0;
export const IOMMU_WRITE = 1 << 1;
export const IOMMU_CACHE = 1 << 2;
export const IOMMU_NOEXEC = 1 << 3;

const PTE_AF = 1 << 10;
const PTE_NG = 1 << 11;
const PTE_SH_OS = 2 << 8;
const PTE_SH_IS = 3 << 8;
const PTE_AP_UNPRIV = 1 << 6;
const PTE_AP_RDONLY = 2 << 6;
/** AttrIndx 1, the write-back entry of the MAIR that panthor turns into MEMATTR. */
const PTE_ATTR_CACHE = 1 << 2;
/** UXN and PXN, bits 54:53, in the high word. */
const PTE_XN_HI = 3 << 21;

/** Attribute bits of a leaf with that protection, low word, without type and address. */
export function attrLow(prot: number): number {
  let lo = PTE_AF | PTE_NG | PTE_AP_UNPRIV;
  if ((prot & IOMMU_WRITE) === 0) lo |= PTE_AP_RDONLY;
  return lo | ((prot & IOMMU_CACHE) !== 0 ? PTE_ATTR_CACHE | PTE_SH_IS : PTE_SH_OS);
}

/** The same, high word. */
export function attrHigh(prot: number): number {
  return (prot & IOMMU_NOEXEC) !== 0 ? PTE_XN_HI : 0;
}

/**
 * Writes leaves over the empty entries whose words are [from, to): `size` bytes each, physically contiguous from `pa`.
 *
 * @returns `to`, or the word of the first entry that is not empty, and then nothing is written there and behind it
 */
export function fillLeaves(
  words: Uint32Array,
  from: number,
  to: number,
  pa: number,
  size: number,
  attrLo: number,
  attrHi: number,
): number {
  let low = pa >>> 0;
  let hi = ((pa - low) * 2 ** -32) | attrHi;
  if (to - from === 2) {
    if (words[from] !== 0) return from;
    words[from] = low | attrLo;
    words[from + 1] = hi;
    return to;
  }
  // Beyond 4 GiB the high word is another one.
  for (let at = from; at < to; low = 0, hi++) {
    const left = (to - at) >> 1;
    const end = low + left * size > 0x100000000 ? at + 2 * ((0x100000000 - low) / size) : to;
    at = fillRun(words, at, end, low | attrLo, hi, size);
    if (at < end) return at;
  }
  return to;
}

/**
 * fillLeaves() where no low word overflows. Attributes are in bits that no address of a page has, so that adding to both adds
 * to the address alone. All of it is in 32-bit integers, which `| 0` says to the engine: it checks every sum for overflow
 * otherwise, and beyond 2^31 a number would be a double.
 */
function fillRun(
  words: Uint32Array,
  from: number,
  to: number,
  first: number,
  high: number,
  bytes: number,
): number {
  let at = from | 0;
  let lo = first | 0;
  const end = to | 0;
  const hi = high | 0;
  const size = bytes | 0;
  const size2 = (size + size) | 0;
  const size3 = (size2 + size) | 0;
  for (const last = (end - 7) | 0; at < last; at = (at + 8) | 0) {
    if ((words[at] | words[(at + 2) | 0] | words[(at + 4) | 0] | words[(at + 6) | 0]) !== 0) break;
    words[at] = lo;
    words[(at + 1) | 0] = hi;
    words[(at + 2) | 0] = (lo + size) | 0;
    words[(at + 3) | 0] = hi;
    words[(at + 4) | 0] = (lo + size2) | 0;
    words[(at + 5) | 0] = hi;
    words[(at + 6) | 0] = (lo + size3) | 0;
    words[(at + 7) | 0] = hi;
    lo = (lo + ((size2 + size2) | 0)) | 0;
  }
  for (; at < end && words[at] === 0; at = (at + 2) | 0) {
    words[at] = lo;
    words[(at + 1) | 0] = hi;
    lo = (lo + size) | 0;
  }
  return at;
}

/** Words from which on a call of fill() costs less than a loop. */
const MANY = 128;

/** Empties the entries whose words are [from, to). */
export function clearEntries(words: Uint32Array, from: number, to: number): void {
  if (to - from > MANY) words.fill(0, from, to);
  else for (let at = from | 0; at < to; at = (at + 1) | 0) words[at] = 0;
}

/**
 * Empties the leaves whose words are [from, to), blocks or (`arePages`) pages.
 *
 * @returns `to`, or the word of the first entry that is empty already or leads to a table: it is left alone, and all behind it
 */
export function clearLeaves(words: Uint32Array, from: number, to: number, arePages: boolean): number {
  const type = arePages ? DESC_TABLE : DESC_BLOCK;
  const end = to | 0;
  let at = from | 0;
  if (end - at > MANY) {
    for (const last = (end - 7) | 0; at < last; at = (at + 8) | 0) if (!areLeaves(words, at, type)) break;
    clearEntries(words, from, at);
  } else {
    for (const last = (end - 7) | 0; at < last; at = (at + 8) | 0) {
      if (!areLeaves(words, at, type)) break;
      words[at] = 0;
      words[(at + 1) | 0] = 0;
      words[(at + 2) | 0] = 0;
      words[(at + 3) | 0] = 0;
      words[(at + 4) | 0] = 0;
      words[(at + 5) | 0] = 0;
      words[(at + 6) | 0] = 0;
      words[(at + 7) | 0] = 0;
    }
  }
  for (; at < end && (words[at] & DESC_TABLE) === type; at = (at + 2) | 0) {
    words[at] = 0;
    words[(at + 1) | 0] = 0;
  }
  return at;
}

/** Whether the four entries from word `at` on are leaves of that type. Blocks have bit 0, pages and tables bit 1 too. */
function areLeaves(words: Uint32Array, at: number, type: number): boolean {
  const a = words[at];
  const b = words[(at + 2) | 0];
  const c = words[(at + 4) | 0];
  const d = words[(at + 6) | 0];
  return (a & b & c & d & type) === type && ((a | b | c | d) & DESC_TABLE) === type;
}

/**
 * arm_lpae_split_blk_unmap(): writes at word `table` (empty) a table of 4 KiB pages that map what the block at word `at` does, but
 * for `n` pages from index `first` on.
 */
export function splitBlock(words: Uint32Array, at: number, table: number, first: number, n: number): void {
  const lo = words[at];
  const hi = words[at + 1];
  const pa = (hi & 0xffff) * 0x100000000 + ((lo & ~0xfff) >>> 0);
  const attrLo = (lo & 0xffc) | DESC_TABLE;
  const attrHi = hi & 0xffff0000;
  const rest = first + n;
  fillLeaves(words, table, table + first * 2, pa, SZ_4K, attrLo, attrHi);
  fillLeaves(words, table + rest * 2, table + ENTRIES * 2, pa + rest * SZ_4K, SZ_4K, attrLo, attrHi);
}
