import { PhysicalMemory } from '../../hw/memory.ts';

/** Memory for page tables, of which some cannot be had. */
export class ExploredMemory extends PhysicalMemory {
  /** Reservations, and tables taken during an operation, that still go well; -1 for all. */
  reservationsLeft = -1;
  tablesLeft = -1;

  override reserve(count: number): boolean {
    if (this.reservationsLeft >= 0 && this.reservationsLeft-- === 0) return false;
    return super.reserve(count);
  }

  override takeReserved(): number {
    if (this.tablesLeft >= 0 && this.tablesLeft-- === 0) {
      // It was the operation's, and has no owner now.
      this.unreserve(1);
      return -1;
    }
    return super.takeReserved();
  }
}
