/** Leaves of the page tables as io-pgtable-arm.c writes them: arm_lpae_prot_to_pte() and __arm_lpae_init_pte(). */
import { SZ_4K } from '../../../uapi/sizes.ts';
import { DESC_TABLE, ENTRIES } from '../../hw/vmsa.ts';

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

/** Writes `n` leaves from word `at` on: `size` bytes each, physically contiguous from `pa`. */
export function fillLeaves(
  words: Uint32Array,
  at: number,
  n: number,
  pa: number,
  size: number,
  attrLo: number,
  attrHi: number,
): void {
  let bytes = pa >>> 0;
  let hi = ((pa - bytes) * 2 ** -32) | attrHi;
  if (n === 1) {
    words[at] = bytes | attrLo;
    words[at + 1] = hi;
    return;
  }
  for (let left = n; left > 0; bytes = 0, hi++) {
    // Beyond 4 GiB the high word is another one.
    const run = bytes + left * size > 0x100000000 ? (0x100000000 - bytes) / size : left;
    left -= run;
    // Attributes are in bits that no address of a page has, so that adding to both adds to the address alone. A 32-bit
    // integer: beyond 2^31 a number would be a double to the engine.
    let lo = bytes | attrLo;
    for (const end = at + run * 2; at < end; at += 2) {
      words[at] = lo;
      words[at + 1] = hi;
      lo = (lo + size) | 0;
    }
  }
}

/** The word of the first entry in [at, end) that is not empty, or `end`. */
export function firstUsed(words: Uint32Array, at: number, end: number): number {
  for (; at < end; at += 2) if (words[at] !== 0) return at;
  return end;
}

/** Empties the entries whose words are [at, end). A call of fill() costs as much as some thirty entries. */
export function clearEntries(words: Uint32Array, at: number, end: number): void {
  if (end - at > 64) words.fill(0, at, end);
  else for (let i = at; i < end; i++) words[i] = 0;
}

/**
 * arm_lpae_split_blk_unmap(): writes at word `table` a table of 4 KiB pages that map what the block at word `at` does, but
 * for `n` pages from index `first` on.
 */
export function splitBlock(words: Uint32Array, at: number, table: number, first: number, n: number): void {
  const lo = words[at];
  const hi = words[at + 1];
  const pa = (hi & 0xffff) * 0x100000000 + ((lo & ~0xfff) >>> 0);
  const attrLo = (lo & 0xffc) | DESC_TABLE;
  const attrHi = hi & 0xffff0000;
  const rest = first + n;
  fillLeaves(words, table, first, pa, SZ_4K, attrLo, attrHi);
  fillLeaves(words, table + rest * 2, ENTRIES - rest, pa + rest * SZ_4K, SZ_4K, attrLo, attrHi);
}
