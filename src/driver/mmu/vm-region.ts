/** The locked region of a VM: panthor_vm_lock_region(), panthor_vm_expand_region(), panthor_vm_unlock_region(), panthor_vm_flush_range(). */
import { EINVAL } from '../../../uapi/errno.ts';
import type { Op } from '../../coroutine/op.ts';
import {
  AS_COMMAND_FLUSH_MEM,
  AS_COMMAND_FLUSH_PT,
  AS_COMMAND_LOCK,
  AS_COMMAND_UNLOCK,
} from '../../hw/registers.ts';
import { packed, REGION_SIZE, REGION_START } from './region.ts';
import type { PanthorVm } from './vm.ts';

const TWO64 = 2 ** 64;

/**
 * panthor_vm_lock_region(): makes GPU accesses to [start, start + size) wait until the region is unlocked; bytes, op_lock held. Without a slot it
 * is only recorded, and what activates the VM has to see to it. Returns 0 or -ETIMEDOUT.
 */
export function* lockRegion(vm: PanthorVm, start: number, size: number): Op<number> {
  const { device } = vm;
  const { b } = device;
  if (b.explicitExpansion) {
    if (vm.lockedSize !== 0) {
      device.warn('panthor_vm_lock_region', 'already-locked');
      return -EINVAL;
    }
  } else if (b.widenLock) {
    if (isLocked(vm, start, size)) return 0;
    if (vm.lockedSize !== 0) return yield* widen(vm, start, size);
  }
  return yield* issueLock(vm, start, size);
}

/** panthor_vm_expand_region(): widens the locked region to [start, start + size) and what is locked already. 0, -ETIMEDOUT, or -EINVAL where none is. */
export function* expandRegion(vm: PanthorVm, start: number, size: number): Op<number> {
  if (vm.lockedSize === 0) {
    vm.device.warn('panthor_vm_expand_region', 'not-locked');
    return -EINVAL;
  }
  if (isLocked(vm, start, size)) return 0;
  return yield* widen(vm, start, size);
}

function isLocked(vm: PanthorVm, start: number, size: number): boolean {
  let end = start + size;
  // A u64 wraps around, so that a range up to the end of 64 bits counts as locked even where nothing is.
  if (end >= TWO64) end -= TWO64;
  return start >= vm.lockedStart && end <= vm.lockedStart + vm.lockedSize;
}

function* widen(vm: PanthorVm, start: number, size: number): Op<number> {
  const lockedEnd = vm.lockedStart + vm.lockedSize;
  if (start + size <= vm.lockedStart || start >= lockedEnd) {
    vm.device.warn('panthor_vm_lock_region', 'disjoint-lock');
  }
  const end = Math.max(lockedEnd, start + size);
  const first = Math.min(start, vm.lockedStart);
  return yield* issueLock(vm, first, end - first);
}

/** LOCK, where there is a slot, and what is recorded of it. */
function* issueLock(vm: PanthorVm, start: number, size: number): Op<number> {
  const { device } = vm;
  const { b, mmu } = device;
  yield* mmu.slotsLock.lock();
  if (!b.widenLock && !b.replaceLockSilently && (vm.lockedStart !== 0 || vm.lockedSize !== 0)) {
    device.warn('panthor_vm_lock_region', 'already-locked');
  }
  if (!b.recordLockAfterSuccess) {
    vm.lockedStart = start;
    vm.lockedSize = size;
  }
  let ret = 0;
  if (vm.as >= 0) {
    if (size !== 0) {
      yield* mmu.writeLockAddr(vm.as, start, size);
      const packedStart = packed[REGION_START];
      const packedSize = packed[REGION_SIZE];
      if (b.waitAfterCommand) {
        ret = yield* mmu.sendCmdAndWait(vm.as, AS_COMMAND_LOCK);
      } else {
        yield* mmu.writeCmd(vm.as, AS_COMMAND_LOCK);
        ret = yield* mmu.waitReady(vm.as);
      }
      if (b.recordPackedRegion) {
        start = packedStart;
        size = packedSize;
        if (!b.recordLockAfterSuccess) {
          vm.lockedStart = start;
          vm.lockedSize = size;
        }
      }
    } else if (!b.waitAfterCommand) {
      ret = yield* mmu.waitReady(vm.as);
    }
  }
  if (b.recordLockAfterSuccess && ret === 0) {
    vm.lockedStart = start;
    vm.lockedSize = size;
  }
  mmu.slotsLock.unlock();
  return ret;
}

/** panthor_vm_unlock_region(): ends the region's lock and makes the new page tables visible. */
export function* unlockRegion(vm: PanthorVm): Op<void> {
  const { device } = vm;
  const { b, mmu } = device;
  yield* mmu.slotsLock.lock();
  if (vm.as >= 0) {
    let ret = 0;
    if (b.unlockWithCommand) {
      ret = yield* device.gpu.flushCaches();
      if (ret === 0) ret = yield* mmu.sendCmdAndWait(vm.as, AS_COMMAND_UNLOCK);
    } else {
      yield* mmu.writeCmd(vm.as, AS_COMMAND_FLUSH_MEM);
      ret = yield* mmu.waitReady(vm.as);
    }
    if (ret !== 0) {
      if (b.resetOnUnlockFailure) device.scheduleReset();
      else device.warn('panthor_vm_unlock_region', 'flush-timeout');
    }
  }
  vm.lockedStart = 0;
  vm.lockedSize = 0;
  mmu.slotsLock.unlock();
}

/**
 * panthor_vm_flush_range() and mmu_hw_do_operation(): locks [start, start + size), bytes, flushes it and unlocks it. A negative size stands for the u64
 * that it is (hole-is-a-size). 0 or -ETIMEDOUT.
 */
export function* flushRange(vm: PanthorVm, start: number, size: number): Op<number> {
  const { device } = vm;
  if (vm.as < 0) return 0;
  if (device.b.enterDeviceOnFlush && !device.enter()) return 0;
  yield* device.mmu.slotsLock.lock();
  const ret = vm.as < 0 ? 0 : yield* device.mmu.doOperationLocked(vm.as, start, size, AS_COMMAND_FLUSH_PT);
  device.mmu.slotsLock.unlock();
  if (device.b.enterDeviceOnFlush) device.exit();
  return ret;
}

/** Warns where pages outside the recorded region are about to change. */
export function checkLocked(vm: PanthorVm, where: string, start: number, size: number): void {
  if (start < vm.lockedStart || start + size > vm.lockedStart + vm.lockedSize) {
    vm.device.warn(where, 'outside-locked-region');
  }
}
