/** What page tables are made with: struct io_pgtable_cfg, as far as it is not numbers. */

/** Where pages for new tables come from: the operation context's reservation. Undefined is an overrun. */
export interface TableSource {
  /** A zeroed slab page, or -1 where the reservation is used up. */
  takeTable(): number;
}

/** Behaviours of unmapping. */
export interface UnmapBehaviours {
  /** Unmapping a part of a block splits it; otherwise that warns and unmaps nothing. */
  readonly splitBlockOnUnmap: boolean;
  /** A range that begins with a hole unmaps -ENOENT bytes, otherwise 0. */
  readonly holeIsASize: boolean;
}
