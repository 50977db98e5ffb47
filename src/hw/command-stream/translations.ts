import type { TableMemory } from '../walker.ts';

/** What translates accesses in place of the machine's own registers and tables. */
export interface Translations {
  /**
   * The tables of address space `as` (a slot), and the physical address of their root, -1 where nothing is translated. Null:
   * the machine's own are it.
   */
  of(as: number): { tables: TableMemory; root: number } | null;
  /** An access at `va` (bytes) faulted; `status` is what AS_FAULTSTATUS says. */
  faulted(as: number, va: number, status: number): void;
}
