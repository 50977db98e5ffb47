/** Faults of the GPU and their interrupt: what the GPU raised, what is masked, and what the driver has heard. */

import { hex } from '../../../../uapi/hex.ts';
import { type AccessKind, permits } from '../../../hw/access.ts';
import {
  GPU_INT_BASE,
  GPU_IRQ_CLEAN_CACHES_COMPLETED,
  GPU_IRQ_RESET_COMPLETED,
  INT_MASK,
  INT_RAWSTAT,
  MMU_INT_BASE,
} from '../../../hw/registers.ts';
import type { Translation } from '../../../hw/tlb.ts';
import { beginReaction, endReaction } from '../../state/access-log.ts';
import type { Harness, VmState } from '../harness.ts';

/** With which the GPU block answers the driver. */
const ANSWERS = GPU_IRQ_CLEAN_CACHES_COMPLETED | GPU_IRQ_RESET_COMPLETED;

/**
 * interrupt-masks: MMU_INT_MASK is what the driver believes it is, and lets through the faults of every slot that a VM
 * runs in. Judged where no thread is changing it.
 */
export function interruptMasks(harness: Harness): string | null {
  const { device, machine } = harness;
  const { mmu } = device;
  const off = stillOn(harness) ?? stillMasked(harness);
  if (off !== null) return off;
  if (mmu.slotsLock.held || mmu.irq.running || mmu.irq.state !== 'active') return null;
  if (harness.resetInProgress || device.resetPending || device.pm.state !== 'active' || device.unplugged)
    return null;
  const mask = machine.regs.words[(MMU_INT_BASE + INT_MASK) >> 2];
  const active = mmu.slots.findIndex(
    (vm) => vm !== null && vm.activeCount > 0 && !vm.unusable && !vm.unhandledFault,
  );
  if (active >= 0 && (mask & (1 << active)) === 0) {
    return `MMU_INT_MASK is ${hex(mask)}: no fault of AS${active} would be heard of`;
  }
  if (mask !== mmu.irq.mask >>> 0)
    return `MMU_INT_MASK is ${hex(mask)}, the driver believes in ${hex(mmu.irq.mask >>> 0)}`;
  return null;
}

/** Interrupts are off once they are suspended, and while the device is. */
function stillOn({ device, machine }: Harness): string | null {
  const { irq } = device.mmu;
  if (device.pm.state === 'suspended' && irq.state !== 'suspended' && !device.unplugged) {
    return `the device is suspended, and the handler of MMU interrupts is ${irq.state}`;
  }
  const mask = machine.regs.words[(MMU_INT_BASE + INT_MASK) >> 2];
  const suspended = irq.state === 'suspended' && machine.regs.reachable;
  return suspended && mask !== 0 ? `MMU_INT_MASK is ${hex(mask)} although interrupts are suspended` : null;
}

/** Since 7.1 the faults of a slot that is disabled are masked. */
function stillMasked({ device, disabledSlots }: Harness): string | null {
  const { mmu } = device;
  if (!device.b.maskPerSlot || mmu.slotsLock.held) return null;
  const through = mmu.irq.mask & disabledSlots;
  return through === 0
    ? null
    : `the faults of ${hex(through)} are let through, although those slots are disabled`;
}

/** An access of a VM's group has ended: a fault is to be heard of. */
export function noteFault(state: VmState, found: Translation, kind: AccessKind): void {
  if (!permits(found, kind) && !state.freed && !state.vm.unhandledFault) state.unheard = true;
}

/** Notes after each step what the driver has heard; a fault that it made up is one that an interrupt left behind. */
export function noticeHeard(harness: Harness): void {
  for (const state of harness.vms) {
    const outer = beginReaction();
    noticeHeardOf(harness, state);
    endReaction(outer);
  }
}

function noticeHeardOf(harness: Harness, state: VmState): void {
  const { vm } = state;
  if (state.freed || vm.freed || vm.unhandledFault === state.heard) return;
  state.heard = vm.unhandledFault;
  if (!state.heard) return;
  if (!state.unheard) {
    const what = `the driver hears of a fault of VM ${state.name}, which has made none`;
    harness.reportViolation('interrupt-masks', what);
  }
  state.unheard = false;
}

/** slot-bookkeeping: a command that was given to a slot in which another one ran. Noticed after each step. */
export function noticeOverrun(harness: Harness): void {
  const outer = beginReaction();
  const what = harness.machine.overrun;
  if (what !== null) {
    harness.machine.overrun = null;
    harness.reportViolation('slot-bookkeeping', what);
  }
  endReaction(outer);
}

/** interrupt-masks, once every thread has ended: a fault that no interrupt told the driver of. */
export function unheardFault(harness: Harness): string | null {
  const { device, machine } = harness;
  if (device.unplugged || device.pm.state !== 'active' || harness.resets > 0 || device.resetPending)
    return null;
  if (!machine.regs.reachable) return null;
  const state = harness.vms.find(
    // The slot of an unusable VM is disabled, and its faults masked.
    ({ unheard, freed, vm }) => unheard && !freed && !vm.unusable && vm.activeCount > 0,
  );
  return state === undefined ? null : `VM ${state.name} has faulted, and the driver never heard of it`;
}

/** interrupt-masks, once every thread has ended: the end of a cache flush or of a reset that no interrupt would tell of. */
export function maskedAnswer({ device, machine }: Harness): string | null {
  if (device.unplugged || device.pm.state !== 'active' || !machine.regs.reachable) return null;
  const mask = machine.regs.words[(GPU_INT_BASE + INT_MASK) >> 2];
  return (mask & ANSWERS) === ANSWERS
    ? null
    : `GPU_INT_MASK is ${hex(mask)}: no end of a flush would be heard of`;
}

/** interrupt-masks, once every thread has ended: what was raised and handled stays raised, for a slot that did not fault again. */
export function staleInterrupt({ device, machine, resets }: Harness): string | null {
  const { mmu } = device;
  if (device.unplugged || device.pm.state !== 'active' || resets > 0 || !machine.regs.reachable) return null;
  const raised = machine.regs.words[(MMU_INT_BASE + INT_RAWSTAT) >> 2];
  const as = mmu.slots.findIndex(
    (vm, i) =>
      vm !== null && !vm.unusable && !vm.unhandledFault && vm.activeCount > 0 && (raised & (1 << i)) !== 0,
  );
  return as < 0 ? null : `an interrupt of AS${as} that was handled is still raised`;
}
