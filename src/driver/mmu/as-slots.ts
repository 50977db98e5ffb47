/** Which VM has which address space slot: enabling and disabling a slot, panthor_vm_active() and panthor_vm_idle(). */
import { EBUSY, ENODEV } from '../../../uapi/errno.ts';
import { Mutex, type Op } from '../../coroutine/op.ts';
import {
  AS_COMMAND_FLUSH_MEM,
  AS_COMMAND_UNLOCK,
  AS_COMMAND_UPDATE,
  AS_MEMATTR,
  AS_TRANSCFG,
  AS_TRANSCFG_ADRMODE_UNMAPPED,
  AS_TRANSTAB,
  asRegister,
  INT_CLEAR,
  INT_MASK,
  MAX_AS_SLOTS,
  MMU_INT_BASE,
} from '../../hw/registers.ts';
import type { PanthorIrq } from '../base/irq.ts';
import type { PanthorDevice } from '../device.ts';
import { AsCommands } from './as-commands.ts';
import { memattr, transcfg } from './memattr.ts';
import type { PanthorVm } from './vm.ts';

/** What a refcount_t is from its first underflow on. */
const REFCOUNT_SATURATED = 0xc0000000;

export abstract class AsSlots extends AsCommands {
  abstract readonly irq: PanthorIrq;
  readonly slotsLock = new Mutex('slots_lock');
  /** as.alloc_mask, as.faulty_mask and as.slots of struct panthor_mmu. */
  allocMask = 0;
  faultyMask = 0;
  readonly slots: (PanthorVm | null)[] = new Array(MAX_AS_SLOTS).fill(null);
  /** as.lru_list: idle VMs that kept their slot, oldest first. */
  readonly lru: PanthorVm[] = [];
  readonly memattr: readonly [lo: number, hi: number];
  readonly #transcfg: number;
  /** vm_actives that enabled an AS, and VMs that lost theirs, the firmware's not counted; faults handled. */
  abstract readonly stats: { activations: number; evictions: number; faults: number };

  constructor(device: PanthorDevice) {
    super(device);
    const { b, params } = device;
    this.memattr = memattr(params.coherent, b.memattrMidgardInner);
    this.#transcfg = transcfg(params.vaBits, params.coherent);
  }

  /** The last command of enabling or disabling a slot. */
  *#update(as: number): Op<number> {
    return this.device.b.waitAfterCommand
      ? yield* this.sendCmdAndWait(as, AS_COMMAND_UPDATE)
      : yield* this.writeCmd(as, AS_COMMAND_UPDATE);
  }

  *#configure(as: number, transtab: number, memLo: number, memHi: number, cfg: number): Op<void> {
    const { regs } = this.device;
    yield 'AS_TRANSTAB';
    regs.write64(asRegister(as, AS_TRANSTAB), transtab, 0);
    yield 'AS_MEMATTR';
    regs.write64(asRegister(as, AS_MEMATTR), memLo, memHi);
    yield 'AS_TRANSCFG';
    regs.write64(asRegister(as, AS_TRANSCFG), cfg, 0);
  }

  /** panthor_mmu_as_enable(). */
  *enableAs(as: number, vm: PanthorVm): Op<number> {
    const { b, trace } = this.device;
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
    const { b, gpu, trace } = this.device;
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
      this.device.warn('panthor_vm_release_as_locked', 'no-slot');
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
    const device = this.device;
    if (!device.enter()) return -ENODEV;
    yield 'active_cnt';
    if (this.#incNotZero(vm)) {
      device.exit();
      return 0;
    }
    if (device.b.opLockOnActivate) yield* vm.opLock.lock();
    yield* this.slotsLock.lock();
    let ret = 0;
    if (!this.#incNotZero(vm)) ret = yield* this.#activateLocked(vm);
    this.slotsLock.unlock();
    if (device.b.opLockOnActivate) vm.opLock.unlock();
    device.exit();
    return ret;
  }

  /** refcount_inc_not_zero() of active_cnt. */
  #incNotZero(vm: PanthorVm): boolean {
    if (vm.activeCount === REFCOUNT_SATURATED) this.device.warn('refcount_inc_not_zero', 'saturated');
    else if (vm.activeCount > 0) vm.activeCount++;
    return vm.activeCount > 0;
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
    const device = this.device;
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
    const device = this.device;
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

  /**
   * panthor_vm_idle(): the last user is gone; the VM keeps its slot until another VM needs it. An unplug or a reset may have
   * taken the slot, and the count with it, between the two looks that refcount_dec_and_mutex_lock() takes.
   */
  *idle(vm: PanthorVm): Op<void> {
    yield 'active_cnt';
    if (vm.activeCount !== 1) {
      if (vm.activeCount === 0) this.device.warn('refcount_dec_not_one', 'underflow');
      else if (vm.activeCount !== REFCOUNT_SATURATED) vm.activeCount--;
      return;
    }
    yield* this.slotsLock.lock();
    if (vm.activeCount !== 1) {
      if (vm.activeCount === 0) {
        this.device.warn('refcount_dec_and_test', 'underflow');
        vm.activeCount = REFCOUNT_SATURATED;
      } else if (vm.activeCount !== REFCOUNT_SATURATED) vm.activeCount--;
      this.slotsLock.unlock();
      return;
    }
    if (vm.as < 0 || this.lru.includes(vm)) this.device.warn('panthor_vm_idle', 'no-slot');
    else this.lru.push(vm);
    vm.activeCount = 0;
    this.slotsLock.unlock();
  }
}
