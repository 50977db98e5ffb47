/** Which VM has which address space slot, told from the registers that a tree's driver writes: its own functions say nothing. */
import type { DriverTrace } from '../../driver/base/warn.ts';
import { AS_TRANSTAB, asRegister, MMU_AS_BASE, MMU_AS_SHIFT } from '../../hw/registers.ts';
import { TreeMachine } from '../machine.ts';

/** Bits of AS_TRANSTAB below the table's address. */
const BELOW_TABLE = 0xfff;

export class WatchedMachine extends TreeMachine {
  readonly stats = { activations: 0, evictions: 0, faults: 0 };
  /** VMs by the physical address of their root table. */
  readonly roots = new Map<number, number>();
  readonly #owners: number[] = [];
  readonly #tell: DriverTrace;

  constructor(parameters: ConstructorParameters<typeof TreeMachine>[0], tell: DriverTrace) {
    super(parameters);
    this.#tell = tell;
  }

  override write(offset: number, value: number): void {
    super.write(offset, value);
    if (offset < MMU_AS_BASE) return;
    const as = (offset - MMU_AS_BASE) >> MMU_AS_SHIFT;
    // Both halves are there with the second one.
    if (asRegister(as, AS_TRANSTAB) + 4 === offset) this.#ownerOf(as);
  }

  /** The physical address of the root table in a slot's AS_TRANSTAB, 0 for none. */
  tableOf(as: number): number {
    const { words } = this.machine.regs;
    const at = asRegister(as, AS_TRANSTAB) >> 2;
    return words[at + 1] * 2 ** 32 + ((words[at] & ~BELOW_TABLE) >>> 0);
  }

  /** The slot of VM `uid`, -1 for none. */
  slotOf(uid: number): number {
    return this.#owners.indexOf(uid);
  }

  /** panthor_mmu_as_enable() and panthor_mmu_as_disable() write a table, or none; a slot that is recycled is not disabled before. */
  #ownerOf(as: number): void {
    const table = this.tableOf(as);
    const owner = this.#owners[as] ?? 0;
    const vm = table === 0 ? 0 : (this.roots.get(table) ?? 0);
    if (table === 0) {
      if (owner !== 0) this.#tell.as('disable', as, owner);
    } else {
      if (owner !== 0 && owner !== vm) {
        this.stats.evictions++;
        this.#tell.as('evict', as, owner);
      }
      this.stats.activations++;
      this.#tell.as('enable', as, vm);
    }
    this.#owners[as] = vm;
  }
}
