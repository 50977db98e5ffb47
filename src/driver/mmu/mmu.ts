/**
 * Address space slots: the hardware half of panthor_mmu.c. Which VM sits in which slot, commands to a slot, enabling and
 * disabling it, faults, suspend, reset and unplug.
 */
import { EBUSY, ENODEV, ETIMEDOUT } from '../../../uapi/errno.ts';
import { Mutex, type Op } from '../../coroutine/op.ts';
import type { RegisterFile } from '../../hw/register-file.ts';
import {
  AS_COMMAND,
  AS_COMMAND_FLUSH_MEM,
  AS_COMMAND_LOCK,
  AS_COMMAND_UNLOCK,
  AS_COMMAND_UPDATE,
  AS_FAULTADDRESS,
  AS_FAULTSTATUS,
  AS_LOCKADDR,
  AS_MEMATTR,
  AS_STATUS,
  AS_STATUS_AS_ACTIVE,
  AS_TRANSCFG,
  AS_TRANSCFG_ADRMODE_UNMAPPED,
  AS_TRANSTAB,
  asRegister,
  CACHE_CLEAN,
  CACHE_INV,
  gpuFlushCaches,
  INT_CLEAR,
  INT_MASK,
  MAX_AS_SLOTS,
  MMU_INT_BASE,
} from '../../hw/registers.ts';
import { PanthorIrq } from '../base/irq.ts';
import type { PanthorDevice } from '../device.ts';
import { memattr, transcfg } from './memattr.ts';
import { packed, packRegion, packRegionExact, REGION_HI, REGION_LO } from './region.ts';
import type { PanthorVm } from './vm.ts';

const CLEAN_INV = CACHE_CLEAN | CACHE_INV;
/** GPU_CMD values of what lock-flush-unlock does instead of FLUSH_MEM, and of FLUSH_PT. */
const FLUSH_MEM = gpuFlushCaches(CLEAN_INV, CLEAN_INV, 0);
const FLUSH_PT = gpuFlushCaches(CLEAN_INV, 0, 0);

/** panthor_mmu_fault_mask(): fault bits of the MMU interrupt, one per slot (panthor_mmu_as_fault_mask()); bits 31:16 say that a command completed, and stay masked. */
const FAULT_MASK = 0xffff;

export class PanthorMmu {
  readonly #device: PanthorDevice;
  readonly #regs: RegisterFile;
  readonly irq: PanthorIrq;
  readonly slotsLock = new Mutex('slots_lock');
  /** as.alloc_mask, as.faulty_mask and as.slots of struct panthor_mmu. */
  allocMask = 0;
  faultyMask = 0;
  readonly slots: (PanthorVm | null)[] = new Array(MAX_AS_SLOTS).fill(null);
  /** as.lru_list: idle VMs that kept their slot, oldest first. */
  readonly lru: PanthorVm[] = [];
  /** vm.list: all VMs in the order of their creation, destroyed ones too while something refers to them. */
  readonly vms: PanthorVm[] = [];
  /** The last ordinal that a VM has; those that got no handle have none. */
  created = 0;
  resetInProgress = false;
  readonly memattr: readonly [lo: number, hi: number];
  readonly #transcfg: number;
  /** vm_actives that enabled an AS, and VMs that lost theirs, the firmware's not counted; faults handled. */
  readonly stats = { activations: 0, evictions: 0, faults: 0, mapCalls: 0, unmapCalls: 0 };

  constructor(device: PanthorDevice) {
    this.#device = device;
    this.#regs = device.regs;
    const { b, params } = device;
    this.memattr = memattr(params.coherent, b.memattrMidgardInner);
    this.#transcfg = transcfg(params.vaBits, params.coherent);
    this.irq = new PanthorIrq(device.regs, MMU_INT_BASE, FAULT_MASK, b, (status) => this.#onFault(status));
  }

  /** The VM got no handle: the next one has its ordinal. */
  forgetUid(vm: PanthorVm): void {
    if (vm.uid === this.created) this.created--;
  }

  /** panthor_mmu_init(): the interrupt is asked for and unmasked. */
  *init(): Op<void> {
    yield* this.irq.request();
  }

  /**
   * wait_ready(): waits until no command runs in the slot. -ETIMEDOUT after 100 ms, and a reset is scheduled.
   * Interleaved, the machine decides how long a command takes and whether the driver gives up first.
   */
  *waitReady(as: number): Op<number> {
    yield this.#device.machine.asReady(as);
    const active = (this.#regs.read32(asRegister(as, AS_STATUS)) & AS_STATUS_AS_ACTIVE) !== 0;
    return active ? this.#timedOut(as) : 0;
  }

  #timedOut(as: number): number {
    this.#device.trace?.timeout(`AS${as}_STATUS`);
    this.#device.scheduleReset();
    return -ETIMEDOUT;
  }

  /** write_cmd(): issues a command once the slot is ready; it may still run on return. */
  *writeCmd(as: number, command: number): Op<number> {
    const ret = yield* this.waitReady(as);
    if (ret === 0) {
      yield 'AS_COMMAND';
      this.#regs.write32(asRegister(as, AS_COMMAND), command);
    }
    return ret;
  }

  /** as_send_cmd_and_wait(). */
  *sendCmdAndWait(as: number, command: number): Op<number> {
    let ret = yield* this.waitReady(as);
    if (ret !== 0) return ret;
    yield 'AS_COMMAND';
    this.#regs.write32(asRegister(as, AS_COMMAND), command);
    ret = yield* this.waitReady(as);
    return ret;
  }

  /** Programs LOCKADDR with the smallest region that covers [start, start + size), bytes; see region.ts. */
  *writeLockAddr(as: number, start: number, size: number): Op<void> {
    packRegion(start, size);
    yield 'AS_LOCKADDR';
    this.#regs.write64(asRegister(as, AS_LOCKADDR), packed[REGION_LO], packed[REGION_HI]);
  }

  /** lock_region() of 6.12: the result of the command is not looked at. */
  *lockRegion(as: number, start: number, size: number): Op<void> {
    if (size === 0) return;
    yield* this.writeLockAddr(as, start, size);
    yield* this.writeCmd(as, AS_COMMAND_LOCK);
  }

  /** The same for a range of any 64-bit numbers. */
  *lockRegionExact(as: number, start: bigint, size: bigint): Op<void> {
    packRegionExact(start, size);
    this.#regs.write64(asRegister(as, AS_LOCKADDR), packed[REGION_LO], packed[REGION_HI]);
    yield* this.writeCmd(as, AS_COMMAND_LOCK);
  }

  /** mmu_hw_do_operation_locked(): locks a region, then flushes and unlocks it, by one command or by GPU_CMD and UNLOCK. */
  *doOperationLocked(as: number, start: number, size: number, command: number): Op<number> {
    yield* this.lockRegion(as, start, size);
    if (this.#device.b.lockFlushUnlock) {
      let ret = yield* this.waitReady(as);
      if (ret !== 0) return ret;
      ret = yield* this.#device.gpu.flushCaches(command === AS_COMMAND_FLUSH_MEM ? FLUSH_MEM : FLUSH_PT);
      if (ret !== 0) return ret;
      yield* this.writeCmd(as, AS_COMMAND_UNLOCK);
      return yield* this.waitReady(as);
    }
    yield* this.writeCmd(as, command);
    return yield* this.waitReady(as);
  }

  /** The last command of enabling or disabling a slot. */
  *#update(as: number): Op<number> {
    return this.#device.b.waitAfterCommand
      ? yield* this.sendCmdAndWait(as, AS_COMMAND_UPDATE)
      : yield* this.writeCmd(as, AS_COMMAND_UPDATE);
  }

  *#configure(as: number, transtab: number, memLo: number, memHi: number, cfg: number): Op<void> {
    const { regs } = this.#device;
    yield 'AS_TRANSTAB';
    regs.write64(asRegister(as, AS_TRANSTAB), transtab, 0);
    yield 'AS_MEMATTR';
    regs.write64(asRegister(as, AS_MEMATTR), memLo, memHi);
    yield 'AS_TRANSCFG';
    regs.write64(asRegister(as, AS_TRANSCFG), cfg, 0);
  }

  /** panthor_mmu_as_enable(). */
  *enableAs(as: number, vm: PanthorVm): Op<number> {
    const { b, trace } = this.#device;
    if (b.maskPerSlot) yield* this.irq.enableEvents(1 << as);
    if (b.flushOnEnable) {
      const ret = yield* this.doOperationLocked(as, 0, 2 ** 64, AS_COMMAND_FLUSH_MEM);
      if (ret !== 0) return ret;
    }
    trace?.as('enable', as, vm.uid);
    yield* this.#configure(as, vm.pgtable.ttbr, this.memattr[0], this.memattr[1], this.#transcfg);
    return yield* this.#update(as);
  }

  /** panthor_mmu_as_disable(); `recycle` keeps the configuration for the next owner. slots_lock is held. */
  *disableAs(as: number, recycle: boolean): Op<number> {
    const { b, gpu, trace } = this.#device;
    const vm = this.slots[as];
    trace?.as(recycle ? 'evict' : 'disable', as, vm === null ? 0 : vm.uid);
    if (b.maskPerSlot) yield* this.irq.disableEvents(1 << as);
    if (b.flushOnEnable) {
      const ret = yield* this.doOperationLocked(as, 0, 2 ** 64, AS_COMMAND_FLUSH_MEM);
      if (ret !== 0) return ret;
    }
    if (b.flushByGpuCommand) {
      const ret = yield* gpu.flushCaches();
      if (ret !== 0) return ret;
    }
    if (b.unlockBeforeDisable && vm !== null && vm.lockedSize !== 0) {
      const ret = yield* this.sendCmdAndWait(as, AS_COMMAND_UNLOCK);
      if (ret !== 0) return ret;
    }
    if (recycle) return 0;
    yield* this.#configure(as, 0, 0, 0, AS_TRANSCFG_ADRMODE_UNMAPPED);
    return yield* this.#update(as);
  }

  /** panthor_vm_release_as_locked(): the VM has no slot any more. */
  releaseAs(vm: PanthorVm): void {
    if (vm.as < 0) {
      this.#device.warn('panthor_vm_release_as_locked', 'no-slot');
      return;
    }
    this.slots[vm.as] = null;
    this.allocMask &= ~(1 << vm.as);
    vm.activeCount = 0;
    this.lruRemove(vm);
    vm.as = -1;
  }

  lruRemove(vm: PanthorVm): void {
    const at = this.lru.indexOf(vm);
    if (at >= 0) this.lru.splice(at, 1);
  }

  /**
   * panthor_vm_active(): gives the VM a slot, its own, a free one, or that of the longest idle VM, and enables it.
   * -ENODEV once unplugged, -EBUSY where every slot is in use, -ETIMEDOUT or -EIO where the hardware does not answer.
   */
  *active(vm: PanthorVm): Op<number> {
    const device = this.#device;
    if (!device.enter()) return -ENODEV;
    yield 'active_cnt';
    if (vm.activeCount > 0) {
      vm.activeCount++;
      device.exit();
      return 0;
    }
    if (device.b.opLockOnActivate) yield* vm.opLock.lock();
    yield* this.slotsLock.lock();
    let ret = 0;
    if (vm.activeCount > 0) vm.activeCount++;
    else ret = yield* this.#activateLocked(vm);
    this.slotsLock.unlock();
    if (device.b.opLockOnActivate) vm.opLock.unlock();
    device.exit();
    return ret;
  }

  *#activateLocked(vm: PanthorVm): Op<number> {
    let ret = 0;
    if (vm.as < 0) {
      ret = yield* this.#assignSlot(vm);
      if (ret !== 0) return ret;
      ret = yield* this.#enableForVm(vm);
    } else if ((this.faultyMask & (1 << vm.as)) !== 0) {
      ret = yield* this.#enableForVm(vm);
    }
    if (ret === 0) {
      vm.activeCount = 1;
      this.lruRemove(vm);
    }
    return ret;
  }

  /** Gives the VM a slot: the lowest free one (a hole in as_present counts as none), else that of the oldest idle VM. */
  *#assignSlot(vm: PanthorVm): Op<number> {
    const device = this.#device;
    let as = 0;
    if (vm.forMcu) {
      if ((this.allocMask & 1) !== 0) device.warn('panthor_vm_active', 'mcu-slot-taken');
    } else {
      as = 31 - Math.clz32(~(this.allocMask | 1) & -~(this.allocMask | 1));
    }
    if (as < 0 || (device.params.asPresent & (1 << as)) === 0) {
      const victim = this.lru[0];
      if (victim === undefined) {
        device.warn('panthor_vm_active', 'no-idle-vm');
        return -EBUSY;
      }
      if (victim.activeCount !== 0) device.warn('panthor_vm_active', 'lru-vm-active');
      as = victim.as;
      if (device.b.flushOnEvict) {
        const ret = yield* this.disableAs(as, true);
        if (ret !== 0) return ret;
      } else {
        device.trace?.as('evict', as, victim.uid);
      }
      this.releaseAs(victim);
      this.stats.evictions++;
    }
    vm.as = as;
    this.allocMask |= 1 << as;
    this.slots[as] = vm;
    return 0;
  }

  *#enableForVm(vm: PanthorVm): Op<number> {
    const device = this.#device;
    const { b, regs } = device;
    const as = vm.as;
    const bit = 1 << as;
    vm.unhandledFault = false;
    if ((this.faultyMask & bit) !== 0) {
      yield 'MMU_INT_CLEAR';
      regs.write32(MMU_INT_BASE + INT_CLEAR, bit);
      this.faultyMask &= ~bit;
      if (!b.maskPerSlot) {
        this.irq.mask |= bit;
        regs.write32(MMU_INT_BASE + INT_MASK, ~this.faultyMask);
      }
    }
    if (b.opLockOnActivate && vm.lockedSize > 0) device.warn('panthor_vm_active', 'locked-on-activate');
    if (!vm.forMcu) this.stats.activations++;
    let ret = yield* this.enableAs(as, vm);
    if (ret === 0 && b.relockOnActivate && vm.lockedSize !== 0) {
      yield* this.lockRegion(as, vm.lockedStart, vm.lockedSize);
      ret = yield* this.waitReady(as);
    }
    return ret;
  }

  /** panthor_vm_idle(): the last user is gone; the VM keeps its slot until another VM needs it. */
  *idle(vm: PanthorVm): Op<void> {
    yield 'active_cnt';
    if (vm.activeCount > 1) {
      vm.activeCount--;
      return;
    }
    yield* this.slotsLock.lock();
    if (vm.activeCount > 1) {
      vm.activeCount--;
      this.slotsLock.unlock();
      return;
    }
    if (vm.as < 0 || this.lru.includes(vm)) this.#device.warn('panthor_vm_idle', 'no-slot');
    else this.lru.push(vm);
    vm.activeCount = 0;
    this.slotsLock.unlock();
  }

  /** panthor_mmu_irq_handler(): every faulty slot is disabled, which kills the jobs on it. */
  *#onFault(status: number): Op<void> {
    const device = this.#device;
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
        yield 'MMU_INT_MASK';
        regs.write32(MMU_INT_BASE + INT_MASK, this.irq.mask);
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
      if ((yield* this.disableAs(as, false)) !== 0) this.#device.warn(where, 'disable-failed');
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
