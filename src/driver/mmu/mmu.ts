/** The MMU as a device: its interrupt and faults, suspend, reset and unplug. Slots are as-slots.ts, commands as-commands.ts. */
import type { Op } from '../../coroutine/op.ts';
import {
  AS_FAULTADDRESS,
  AS_FAULTSTATUS,
  asRegister,
  INT_CLEAR,
  INT_MASK,
  MAX_AS_SLOTS,
  MMU_INT_BASE,
} from '../../hw/registers.ts';
import { PanthorIrq } from '../base/irq.ts';
import type { PanthorDevice } from '../device.ts';
import { AsSlots } from './as-slots.ts';
import type { PanthorVm } from './vm.ts';

/** panthor_mmu_fault_mask(): fault bits of the MMU interrupt, one per slot (panthor_mmu_as_fault_mask()); bits 31:16 say that a command completed, and stay masked. */
const FAULT_MASK = 0xffff;

export class PanthorMmu extends AsSlots {
  override readonly irq: PanthorIrq;
  /** vm.list: all VMs in the order of their creation, destroyed ones too while something refers to them. */
  readonly vms: PanthorVm[] = [];
  /** The last ordinal that a VM has; those that got no handle have none. */
  created = 0;
  resetInProgress = false;
  /** vm_actives that enabled an AS, and VMs that lost theirs, the firmware's not counted; faults handled. */
  override readonly stats = { activations: 0, evictions: 0, faults: 0, mapCalls: 0, unmapCalls: 0 };

  constructor(device: PanthorDevice) {
    super(device);
    this.irq = new PanthorIrq(device.regs, MMU_INT_BASE, FAULT_MASK, device.b, (status) =>
      this.#onFault(status),
    );
  }

  /** panthor_mmu_init(): the interrupt is asked for and unmasked. */
  *init(): Op<void> {
    yield* this.irq.request();
  }

  /** panthor_mmu_irq_handler(): every faulty slot is disabled, which kills the jobs on it. */
  *#onFault(status: number): Op<void> {
    const device = this.device;
    const { b, regs } = device;
    let pending = status & FAULT_MASK;
    if (pending === 0) return;
    while (pending !== 0) {
      const as = 31 - Math.clz32(pending & -pending);
      const bit = 1 << as;
      yield 'AS_FAULTSTATUS';
      const faultStatus = regs.read32(asRegister(as, AS_FAULTSTATUS));
      const address = regs.read64(asRegister(as, AS_FAULTADDRESS));
      yield* this.slotsLock.lock();
      this.faultyMask |= bit;
      if (!b.maskPerSlot) this.irq.mask = FAULT_MASK & ~this.faultyMask;
      if (b.clearFaultInHandler) {
        yield 'MMU_INT_CLEAR';
        regs.write32(MMU_INT_BASE + INT_CLEAR, bit);
      } else {
        const { mask } = this.irq;
        yield 'MMU_INT_MASK';
        regs.write32(MMU_INT_BASE + INT_MASK, mask);
      }
      const vm = this.slots[as];
      if (vm !== null) {
        vm.unhandledFault = true;
        vm.lastFault = { address, status: faultStatus };
      }
      this.stats.faults++;
      yield* this.disableAs(as, false);
      this.slotsLock.unlock();
      pending &= ~bit;
    }
    device.trace?.event('sched_report_mmu_fault');
    device.onMmuFault?.();
  }

  /** Disables every slot and takes it from its VM. */
  *#releaseAll(where: string): Op<void> {
    yield* this.slotsLock.lock();
    for (let as = 0; as < MAX_AS_SLOTS; as++) {
      const vm = this.slots[as];
      if (vm === null) continue;
      if ((yield* this.disableAs(as, false)) !== 0) this.device.warn(where, 'disable-failed');
      this.releaseAs(vm);
    }
    this.slotsLock.unlock();
  }

  /** panthor_mmu_suspend(). */
  *suspend(): Op<void> {
    yield* this.#releaseAll('panthor_mmu_suspend');
    yield* this.irq.suspend();
  }

  /** panthor_mmu_resume(). */
  *resume(): Op<void> {
    yield* this.slotsLock.lock();
    this.allocMask = 0;
    this.faultyMask = 0;
    this.slotsLock.unlock();
    yield* this.irq.resume();
  }

  /** panthor_mmu_pre_reset(). */
  *preReset(): Op<void> {
    yield* this.irq.suspend();
    this.resetInProgress = true;
    for (const vm of this.vms) {
      vm.stop();
      // drm_sched_stop() waits for the job that runs; synchronous binds do not go through the queue.
      yield vm.queueIdle;
    }
  }

  /** panthor_mmu_post_reset(). */
  *postReset(): Op<void> {
    yield* this.slotsLock.lock();
    this.allocMask = 0;
    this.faultyMask = 0;
    for (const vm of this.slots) if (vm !== null) this.releaseAs(vm);
    this.slotsLock.unlock();
    yield* this.irq.resume();
    this.resetInProgress = false;
    for (const vm of this.vms) vm.start();
  }

  /** panthor_mmu_unplug(): no register access after this. */
  *unplug(): Op<void> {
    yield* this.irq.suspend();
    yield* this.#releaseAll('panthor_mmu_unplug');
  }
}
