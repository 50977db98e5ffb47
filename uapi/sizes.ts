/** Sizes of pages and blocks in bytes, under the names of linux/sizes.h. */
export const SZ_4K = 0x1000;
export const SZ_64K = 0x10000;
export const SZ_2M = 0x200000;
export const SZ_1G = 0x40000000;

/** A page: of page tables, of buffer objects and of mmap(). Kernels with larger pages are not modelled. */
export const PAGE_SIZE = SZ_4K;
