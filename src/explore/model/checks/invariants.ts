/** Invariants over driver and machine that are judged in every state. Each returns what is wrong, or null. */

import { hex } from '../../../../uapi/hex.ts';
import type { PanthorVm } from '../../../driver/mmu/vm.ts';
import type { AddressSpace } from '../../../hw/address-space.ts';
import { AS_LOCK_REGION_MIN_SIZE } from '../../../hw/registers.ts';
import type { Harness } from '../harness.ts';

const range = (start: number, size: number): string => `${hex(start)}+${hex(size)}`;

/**
 * lock-agreement: what a VM has recorded is locked in its slot, and nothing is locked that no VM has recorded. Judged
 * where slots_lock is free, the slot enabled and no reset pending. And no region stays recorded once the operation that
 * recorded it is over: no operation would ever unlock it.
 */
export function lockAgreement(harness: Harness): string | null {
  const { mmu } = harness.device;
  if (mmu.slotsLock.held) return null;
  for (const vm of mmu.vms) {
    if (vm.lockedSize === 0 || vm.opLock.held) continue;
    return `VM ${vm.uid} has recorded ${range(vm.lockedStart, vm.lockedSize)} although no operation is under way`;
  }
  if (harness.device.resetPending || harness.resetInProgress) return null;
  if (!harness.machine.regs.reachable) return null;
  for (let as = 1; as < harness.machine.spaces.length; as++) {
    const wrong = disagreement(harness.machine.spaces[as], mmu.slots[as], harness.device.b.widenLock);
    if (wrong !== null) return wrong;
  }
  return null;
}

/** `packed`: the driver records LOCKADDR's region, in which one of the smallest size keeps a bit that the MMU ignores. */
function disagreement(space: AddressSpace, vm: PanthorVm | null, packed: boolean): string | null {
  if (!space.enabled || space.command !== 0) return null;
  const recorded = vm !== null && vm.lockedSize > 0 ? vm : null;
  if (recorded === null) {
    if (!space.locked) return null;
    const owner = vm === null ? 'no VM has the slot' : `VM ${vm.uid} has recorded no region`;
    return `AS${space.index} is locked at ${range(space.lockStart, space.lockEnd - space.lockStart)}, but ${owner}`;
  }
  const { lockedStart, lockedSize } = recorded;
  const ignored = packed && lockedSize === AS_LOCK_REGION_MIN_SIZE ? lockedStart % lockedSize : 0;
  const start = lockedStart - ignored;
  if (space.lockStart <= start && space.lockEnd >= start + lockedSize) return null;
  const actual = space.locked
    ? `locked at ${range(space.lockStart, space.lockEnd - space.lockStart)}`
    : 'not locked';
  return `VM ${recorded.uid} has recorded ${range(recorded.lockedStart, recorded.lockedSize)}, but AS${space.index} is ${actual}`;
}

/** A slot that no VM has still goes through tables, which another VM may own by now. */
function enabledWithoutVm({ machine, device }: Harness, as: number): string | null {
  const space = machine.spaces[as];
  if (space === undefined || !space.enabled || space.command !== 0) return null;
  if (device.resetPending || device.unplugged || !machine.regs.reachable) return null;
  return `no VM has AS${as}, and the GPU still goes through the tables at ${hex(space.transtab)}`;
}

function timesIn(list: readonly PanthorVm[], vm: PanthorVm): number {
  let times = 0;
  for (let i = 0; i < list.length; i++) if (list[i] === vm) times++;
  return times;
}

/** slot-bookkeeping: slots, alloc_mask, as.id and the LRU list agree. Judged where slots_lock is free. */
export function slotBookkeeping(harness: Harness): string | null {
  const { mmu } = harness.device;
  if (mmu.slotsLock.held || harness.resetInProgress || harness.device.pm.state !== 'active') return null;
  // Asked once: this is looked at in every state, and a kernel tree has to be asked.
  const { slots, faultyMask, lru } = mmu;
  const { spaces } = harness.machine;
  let mask = 0;
  for (let as = 0; as < slots.length; as++) {
    const vm = slots[as];
    if (vm === null) {
      const orphan = as < spaces.length ? enabledWithoutVm(harness, as) : null;
      if (orphan !== null) return orphan;
      continue;
    }
    mask |= 1 << as;
    if (vm.as !== as) return `AS${as} belongs to VM ${vm.uid}, which believes in ${vm.as}`;
    const isFaulty = (faultyMask & (1 << as)) !== 0;
    if (isFaulty && !vm.unhandledFault) {
      return `faulty_mask has AS${as}, but VM ${vm.uid} has no fault any more`;
    }
    const space = spaces[as];
    if (isFaulty && space.enabled && space.command === 0 && !mmu.irq.running) {
      return `AS${as} has faulted, and the GPU still goes through the tables of VM ${vm.uid}`;
    }
    if (!isFaulty && vm.unhandledFault) {
      return `VM ${vm.uid} has an unhandled fault, but faulty_mask has no AS${as}`;
    }
  }
  if (mask !== mmu.allocMask) return `alloc_mask is ${hex(mmu.allocMask)}, the slots in use are ${hex(mask)}`;
  for (const { vm, users, moving, freed } of harness.vms) {
    if (freed) continue;
    const holders = harness.submitted.length > 0 ? withSlots(harness, vm) : moving === 0 ? users : -1;
    if (holders >= 0 && vm.activeCount !== holders && !harness.device.unplugged) {
      return `active_cnt of VM ${vm.uid} is ${vm.activeCount}, ${holders} hold it`;
    }
  }
  for (const vm of mmu.vms) {
    const listed = timesIn(lru, vm);
    if (vm.as >= 0 && slots[vm.as] !== vm) return `VM ${vm.uid} believes in AS${vm.as}, which is not its own`;
    if (vm.as < 0 && vm.activeCount > 0) return `VM ${vm.uid} is active without a slot`;
    if (listed > 1) return `VM ${vm.uid} is in the LRU list ${listed} times`;
    if (listed === 1 && vm.activeCount > 0) return `VM ${vm.uid} is active and in the LRU list`;
    if (listed === 1 && vm.as < 0) return `VM ${vm.uid} is in the LRU list without a slot`;
    if (listed === 0 && vm.as >= 0 && vm.activeCount === 0 && !harness.device.resetPending) {
      return `VM ${vm.uid} is idle and keeps AS${vm.as}, but is not in the LRU list: no VM can have the slot`;
    }
  }
  return null;
}

/** Groups of a VM that have a slot, by the driver's own scheduler; -1 while that is changing. */
function withSlots({ file, submitted }: Harness, vm: PanthorVm): number {
  if (file?.drv.sched.lock.held) return -1;
  return submitted.filter(({ group }) => group !== null && group.vm === vm && group.slot >= 0).length;
}

/**
 * table-pages: none is used twice, none leaks, no VM loses its tables under an operation, and what is reserved is what
 * operations that wait have reserved. Judged where no operation is under way.
 */
export function tablePages(harness: Harness): string | null {
  const { memory } = harness.machine;
  let counted = 0;
  for (const { name, vm, freed } of harness.vms) {
    if (vm.freed && vm.opCtx !== null) return `VM ${name} is freed while an operation on it is under way`;
    if (freed) continue;
    if (vm.opLock.held) return null;
    for (const n of vm.pgtable.tables) counted += n;
  }
  if (memory.reserved < 0) return `${-memory.reserved} more table pages were taken than reserved`;
  const waiting = harness.vms.some(({ jobs }) => jobs.length > 0) || harness.callsUnderWay > 0;
  if (waiting || !harness.work.idle) return null;
  if (memory.live !== counted) return `${memory.live} table pages are in use, the VMs have ${counted}`;
  return null;
}

/**
 * unusable-vm: a VM of which a map failed half-way, or an asynchronous operation, is marked, and the GPU does not go on
 * with tables that are half done.
 */
export function unusableVm(harness: Harness): string | null {
  const { machine, device } = harness;
  if (device.mmu.slotsLock.held || device.resetPending || harness.resetInProgress) return null;
  for (const { name, vm, freed, asyncFailed, mapFailed } of harness.vms) {
    if (freed || vm.opLock.held || vm.destroyed) continue;
    if (asyncFailed && !vm.unusable) {
      return `an asynchronous operation of VM ${name} has failed, and it stays usable`;
    }
    if (mapFailed && !vm.unusable) return `a map of VM ${name} has failed half-way, and it stays usable`;
    if (!vm.unusable || vm.as < 0) continue;
    const space = machine.spaces[vm.as];
    if (space.command === 0 && space.enabled && space.transtab === vm.pgtable.ttbr) {
      return `VM ${name} is unusable, and the GPU still goes through its tables`;
    }
  }
  return null;
}
