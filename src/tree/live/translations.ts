/** What the GPU's accesses go through on a kernel tree: the tables that its driver has put into the address space's registers. */
import { IRQ_WAKE_THREAD } from '../../driver/base/irq.ts';
import type { PanthorDevice } from '../../driver/device.ts';
import type { Translations } from '../../hw/command-stream/translations.ts';
import type { TableMemory } from '../../hw/walker.ts';
import type { Beside } from '../replay/beside.ts';

/** The MMU's interrupt line (native-stubs/tree/kernel/shim.h). */
const LINE_MMU = 1;

/** Streams run on the model's scheduler, which names slots as the model has them: a VM's slot in the tree may be another one. */
export class TreeTranslations implements Translations {
  readonly #beside: Beside;
  readonly #device: PanthorDevice;
  /** Before an access: what the model has done by itself is done in the tree. */
  readonly #followModel: () => void;

  constructor(beside: Beside, device: PanthorDevice, followModel: () => void) {
    this.#beside = beside;
    this.#device = device;
    this.#followModel = followModel;
  }

  of(as: number): { tables: TableMemory; root: number } | null {
    this.#followModel();
    if (this.#beside.outOfStep !== null) return null;
    const { calls, tables } = this.#beside;
    const slot = this.#slot(as);
    return { tables, root: (slot < 0 ? 0 : calls.machine.tableOf(slot)) || -1 };
  }

  /** panthor_mmu_irq_handler() */
  faulted(as: number, va: number, status: number): void {
    const slot = this.#slot(as);
    const { calls } = this.#beside;
    if (slot < 0 || this.#beside.outOfStep !== null) return;
    calls.machine.fault(slot, BigInt(va), status);
    if (calls.own('rawInterrupt', LINE_MMU) === IRQ_WAKE_THREAD) calls.own('threadedInterrupt', LINE_MMU);
  }

  #slot(as: number): number {
    const vm = this.#device.mmu.slots[as];
    return vm === null ? -1 : this.#beside.calls.machine.slotOf(vm.uid);
  }
}
