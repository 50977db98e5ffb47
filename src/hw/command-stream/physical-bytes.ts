/** What answers at physical addresses other than those of page tables: the pages of buffer objects. */
export interface PhysicalBytes {
  /**
   * The 4 KiB page at physical address `pa` (bytes, a multiple of 4096), little-endian and shared with all
   * who have it mapped; null where there is no memory. The model keeps it only until page tables may have changed.
   */
  page(pa: number): DataView | null;
}
