/**
 * Mistakes in driver and machine, for the built-in scenarios to find: where each is (a function and a pattern of code in
 * it, as test/mutations/syntax.mjs has them), and what becomes of it. `equivalent`: why no scenario could tell.
 */

/** @typedef {{ name: string, file: string, in: string, find: string, to: string, equivalent?: string }} Mutant */

const MMU = 'src/driver/mmu/mmu.ts';
const IRQ = 'src/driver/base/irq.ts';
const REGION = 'src/driver/mmu/vm-region.ts';
const OP = 'src/driver/mmu/vm-op.ts';
const PAGES = 'src/driver/mmu/vm-pages.ts';
const STEPS = 'src/driver/mmu/vm-steps.ts';
const VM = 'src/driver/mmu/vm.ts';
const VMAS = 'src/driver/mmu/vm-vmas.ts';
const BIND = 'src/driver/mmu/vm-bind.ts';
const PGTABLE = 'src/driver/mmu/io-pgtable.ts';
const GPU = 'src/driver/gpu.ts';
const DEVICE = 'src/driver/device.ts';
const ENTITY = 'src/driver/sched/sched-entity.ts';
const SUBMIT = 'src/driver/ioctl/submit.ts';
const IOCTL = 'src/driver/ioctl/ioctl-vm-bind.ts';
const FILE = 'src/driver/ioctl/file.ts';
const GEM = 'src/driver/gem/gem.ts';
const RECLAIM = 'src/driver/mmu/vm-reclaim.ts';
const TICK = 'src/driver/sched/tick.ts';
const SLOTS = 'src/driver/sched/slots.ts';
const SCHED = 'src/driver/sched/sched.ts';
const GROUP = 'src/driver/sched/group.ts';
const HEAP = 'src/driver/sched/heap.ts';
const TIMESTAMP = 'src/driver/ioctl/timestamp.ts';
const TIMED = 'src/hw/timed-machine.ts';
const ACCESS = 'src/hw/access.ts';
const TLB = 'src/hw/tlb.ts';
const SPACE = 'src/hw/address-space.ts';
const REGS = 'src/hw/register-file.ts';
const MACHINE = 'src/hw/machine.ts';

/** @returns {Mutant} */
const mutant = (file, inside, name, find, to, equivalent) => ({
  name,
  file,
  in: inside,
  find,
  to,
  equivalent,
});

/** @type {Mutant[]} */
export const MUTANTS = [
  // Slots
  mutant(
    MMU,
    'incNotZero',
    'vm_active counts a second user twice',
    'if (vm.activeCount > 0) vm.activeCount++;',
    'if (vm.activeCount > 0) vm.activeCount += 2;',
  ),
  mutant(
    MMU,
    'active',
    'vm_active forgets drm_dev_exit on its short way',
    'if (this.incNotZero(vm)) { device.exit(); return 0; }',
    'if (this.#incNotZero(vm)) { return 0; }',
  ),
  mutant(
    MMU,
    'active',
    'vm_active does not look again once it has the lock',
    'if (!this.incNotZero(vm)) ret = yield* this.activateLocked(vm);',
    'ret = yield* this.#activateLocked(vm);',
  ),
  mutant(
    MMU,
    'active',
    'vm_active leaves op_lock taken',
    'if (device.b.opLockOnActivate) vm.opLock.unlock();',
    '',
  ),
  mutant(
    MMU,
    'activateLocked',
    'a VM with a slot that faulted is not enabled again',
    '(this.faultyMask & (1 << vm.as)) !== 0',
    'false',
  ),
  mutant(MMU, 'activateLocked', 'a VM that becomes active stays in the LRU list', 'this.lruRemove(vm);', ''),
  mutant(
    MMU,
    'activateLocked',
    'a VM counts as active although its slot could not be enabled',
    'if (ret === 0) { vm.activeCount = 1; this.lruRemove(vm); }',
    'vm.activeCount = 1; this.lruRemove(vm);',
  ),
  mutant(
    MMU,
    'assignSlot',
    'the youngest idle VM loses its slot',
    'this.lru[0]',
    'this.lru[this.lru.length - 1]',
    'the choice among idle VMs is a matter of speed: no invariant says which',
  ),
  mutant(
    MMU,
    'assignSlot',
    'the VM that loses its slot still believes in it',
    'this.releaseAs(victim);',
    'this.slots[as] = null;',
  ),
  mutant(MMU, 'assignSlot', 'a slot that was given away is not marked', 'this.allocMask |= 1 << as;', ''),
  mutant(MMU, 'assignSlot', 'the slot does not know its VM', 'this.slots[as] = vm;', ''),
  mutant(
    MMU,
    'assignSlot',
    'a slot is recycled without a flush',
    'if (device.b.flushOnEvict) { const $ret = yield* this.disableAs(as, true); if ($ret !== 0) return $ret; } else { device.trace?.as("evict", as, victim.uid); }',
    '',
  ),
  mutant(MMU, 'releaseAs', 'a VM that lost its slot stays in the LRU list', 'this.lruRemove(vm);', ''),
  mutant(MMU, 'releaseAs', 'a VM that lost its slot stays active', 'vm.activeCount = 0;', ''),
  mutant(MMU, 'releaseAs', 'a released slot stays marked', 'this.allocMask &= ~(1 << vm.as);', ''),
  mutant(
    MMU,
    'idle',
    'vm_idle does not look again once it has the lock',
    `if (vm.activeCount !== 1) {
      if (vm.activeCount === 0) {
        this.device.warn('refcount_dec_and_test', 'underflow');
        vm.activeCount = REFCOUNT_SATURATED;
      } else if (vm.activeCount !== REFCOUNT_SATURATED) vm.activeCount--;
      this.slotsLock.unlock();
      return;
    }`,
    '',
  ),
  mutant(MMU, 'idle', 'an idle VM is not put into the LRU list', 'this.lru.push(vm);', ';'),
  mutant(
    MMU,
    'idle',
    'vm_idle takes one user too many',
    `if (vm.activeCount === 0) this.device.warn('refcount_dec_not_one', 'underflow');
     else if (vm.activeCount !== REFCOUNT_SATURATED) vm.activeCount--;`,
    'if (vm.activeCount > 0) vm.activeCount -= 2;',
  ),
  mutant(MMU, 'enableForVm', 'the fault of before is not forgotten', 'vm.unhandledFault = false;', ''),
  mutant(MMU, 'enableForVm', 'faulty_mask is not cleared', 'this.faultyMask &= ~bit;', ''),
  mutant(
    MMU,
    'enableForVm',
    'the interrupt of the fault is not cleared when its slot comes back',
    'regs.write32(MMU_INT_BASE + INT_CLEAR, bit);',
    '',
    'the handler has cleared it (clear-fault-in-handler); nothing raises it while the slot is disabled',
  ),
  mutant(
    MMU,
    'enableAs',
    'the slot of another is enabled',
    'yield* this.configure(as, vm.pgtable.ttbr, this.memattr[0], this.memattr[1], this.transcfg);',
    'yield* this.#configure(as ^ 1, vm.pgtable.ttbr, this.memattr[0], this.memattr[1], this.#transcfg);',
  ),
  mutant(
    MMU,
    'enableAs',
    'faults of an enabled slot stay masked',
    'if (b.maskPerSlot) yield* this.irq.enableEvents(1 << as);',
    '',
  ),
  mutant(
    MMU,
    'enableAs',
    'UPDATE is forgotten when a slot is enabled',
    'return yield* this.update(as);',
    'return 0;',
  ),
  mutant(
    MMU,
    'configure',
    'TRANSTAB is not written',
    "yield 'AS_TRANSTAB'; regs.write64(asRegister(as, AS_TRANSTAB), transtab, 0);",
    '',
  ),
  mutant(
    MMU,
    'configure',
    'TRANSCFG is not written',
    "yield 'AS_TRANSCFG'; regs.write64(asRegister(as, AS_TRANSCFG), cfg, 0);",
    '',
  ),
  mutant(
    MMU,
    'disableAs',
    'disabling a slot does not flush',
    'if (b.flushByGpuCommand) { const $ret = yield* gpu.flushCaches(); if ($ret !== 0) return $ret; }',
    '',
  ),
  mutant(
    MMU,
    'disableAs',
    'a locked region is left locked when its slot is disabled',
    'if (b.unlockBeforeDisable && vm !== null && vm.lockedSize !== 0) { const $ret = yield* this.sendCmdAndWait(as, AS_COMMAND_UNLOCK); if ($ret !== 0) return $ret; }',
    '',
  ),
  mutant(
    MMU,
    'disableAs',
    'a slot that is disabled keeps its tables',
    'yield* this.configure(as, 0, 0, 0, AS_TRANSCFG_ADRMODE_UNMAPPED);',
    '',
  ),
  mutant(
    MMU,
    'disableAs',
    'faults of a slot that is disabled are not masked',
    'if (b.maskPerSlot) yield* this.irq.disableEvents(1 << as);',
    '',
  ),
  mutant(MMU, 'onFault', 'faulty_mask is not set', 'this.faultyMask |= bit;', ''),
  mutant(MMU, 'onFault', 'the VM is not told of its fault', 'vm.unhandledFault = true;', ''),
  mutant(MMU, 'onFault', 'a faulty slot stays enabled', 'yield* this.disableAs(as, false);', ''),
  mutant(
    MMU,
    'onFault',
    'the interrupt is not cleared',
    "if (b.clearFaultInHandler) { yield 'MMU_INT_CLEAR'; regs.write32(MMU_INT_BASE + INT_CLEAR, bit); } else { const { mask } = this.irq; yield 'MMU_INT_MASK'; regs.write32(MMU_INT_BASE + INT_MASK, mask); }",
    '',
    'the slot stays masked until it is enabled again, and that clears the interrupt, too',
  ),
  mutant(
    MMU,
    'onFault',
    'slots_lock is not taken for a fault',
    'yield* this.slotsLock.lock();',
    'this.slotsLock.held = true;',
  ),
  mutant(MMU, 'sendCmdAndWait', 'a command is not waited for', 'ret = yield* this.waitReady(as);', ';'),
  mutant(MMU, 'sendCmdAndWait', 'a command is sent to a slot that is busy', 'if (ret !== 0) return ret;', ''),
  mutant(MMU, 'timedOut', 'a command that times out schedules no reset', 'this.device.scheduleReset();', ''),
  mutant(
    MMU,
    'resume',
    'slots stay marked over a suspend',
    'this.allocMask = 0;',
    '',
    'panthor_mmu_suspend() has released every slot',
  ),
  mutant(MMU, 'releaseAll', 'suspend and unplug leave the slots with their VMs', 'this.releaseAs(vm);', ''),
  mutant(MMU, 'preReset', 'queues of binds run through a reset', 'vm.stop();', ''),
  mutant(MMU, 'preReset', 'a reset does not wait for the bind that runs', 'yield vm.queueIdle;', ''),
  mutant(MMU, 'postReset', 'queues of binds stay stopped', 'for (const vm of this.vms) vm.start();', ''),
  mutant(
    MMU,
    'postReset',
    'slots stay marked over a reset',
    'this.allocMask = 0;',
    '',
    'releaseAs() clears each bit',
  ),
  mutant(
    MMU,
    'postReset',
    'VMs keep slots that a reset has cleared',
    'for (const vm of this.slots) if (vm !== null) this.releaseAs(vm);',
    '',
  ),
  mutant(
    MMU,
    'postReset',
    'faults stay noted over a reset',
    'this.faultyMask = 0;',
    '',
    'a reset takes every slot away; who gets one enables it, and that forgets the fault',
  ),

  // Interrupts
  mutant(
    IRQ,
    'resume',
    'the interrupt stays masked after a reset',
    'this.regs.write32(this.base + INT_MASK, this.mask);',
    '',
  ),
  mutant(IRQ, 'suspend', 'suspending an interrupt does not wait for its handler', 'yield this.idle;', ''),
  mutant(
    IRQ,
    'suspend',
    'a suspended interrupt is not masked',
    'this.regs.write32(this.base + INT_MASK, 0);',
    '',
  ),
  mutant(
    IRQ,
    'threadedHandler',
    'the mask is not restored after the handler',
    "if (this.state === 'processing') { this.state = 'active'; this.regs.write32(this.base + INT_MASK, this.mask); }",
    "if (this.state === 'processing') this.state = 'active';",
  ),
  mutant(
    IRQ,
    'threadedHandler',
    'a handler that ends unsuspends the interrupt',
    "this.state === 'processing'",
    'true',
  ),
  mutant(IRQ, 'enableEvents', 'bits are not remembered', 'this.mask |= bits;', ''),
  mutant(IRQ, 'disableEvents', 'bits are not forgotten', 'this.mask &= ~bits;', ''),

  // Regions
  mutant(
    REGION,
    'issueLock',
    'the region is recorded although LOCK failed',
    'b.recordLockAfterSuccess && ret === 0',
    'b.recordLockAfterSuccess',
  ),
  mutant(REGION, 'issueLock', 'a failed LOCK is not reported', 'return ret;', 'return 0;'),
  mutant(REGION, 'issueLock', 'LOCKADDR is not written', 'yield* mmu.writeLockAddr(vm.as, start, size);', ''),
  mutant(
    REGION,
    'issueLock',
    'slots_lock is not taken for a lock',
    'yield* mmu.slotsLock.lock();',
    'mmu.slotsLock.held = true;',
  ),
  mutant(REGION, 'unlockRegion', 'the region is not forgotten', 'vm.lockedSize = 0;', ''),
  mutant(
    REGION,
    'unlockRegion',
    'caches are not flushed before the unlock',
    'ret = yield* device.gpu.flushCaches();',
    ';',
  ),
  mutant(
    REGION,
    'unlockRegion',
    'the region is unlocked before the flush',
    'ret = yield* device.gpu.flushCaches(); if (ret === 0) ret = yield* mmu.sendCmdAndWait(vm.as, AS_COMMAND_UNLOCK);',
    'ret = yield* mmu.sendCmdAndWait(vm.as, AS_COMMAND_UNLOCK); if (ret === 0) ret = yield* device.gpu.flushCaches();',
  ),
  mutant(
    REGION,
    'unlockRegion',
    'a failed unlock schedules no reset',
    'if (b.resetOnUnlockFailure) device.scheduleReset(); else $_;',
    '',
    'flushCaches() and wait_ready() have scheduled one already',
  ),
  mutant(REGION, 'unlockRegion', 'a region is unlocked in a slot that the VM has lost', 'vm.as >= 0', 'true'),
  mutant(
    REGION,
    'widen',
    'a wider lock forgets what was locked',
    'Math.min(start, vm.lockedStart)',
    'start',
    'a locked region is a naturally aligned power of two: a block that it touches lies in it, or begins no later',
  ),
  mutant(
    REGION,
    'isLocked',
    'a region counts as locked where its end is not',
    'end <= vm.lockedStart + vm.lockedSize',
    'true',
  ),

  // Operations
  mutant(
    OP,
    'execOp',
    'an operation does not lock its region',
    'b.lockAroundOp ? yield* lockRegion(vm, ctx.va, ctx.range) : 0',
    '0',
  ),
  mutant(OP, 'execOp', 'op_lock is not taken', 'yield* vm.opLock.lock();', 'vm.opLock.held = true;'),
  mutant(
    OP,
    'execOp',
    'an asynchronous operation that fails leaves the VM usable',
    'if (ret !== 0 && flagUnusableOnFailure) yield* declareUnusable(vm);',
    '',
  ),
  mutant(
    OP,
    'execOp',
    'an unusable VM takes maps',
    'vm.unusable ? -EINVAL : yield* smMap(vm, ctx)',
    'yield* smMap(vm, ctx)',
  ),
  mutant(
    OP,
    'cleanup',
    'what was reserved and not used stays reserved',
    'this.memory.unreserve(this.tables);',
    '',
  ),
  mutant(OP, 'cleanup', 'the object of an operation is not let go', 'this.bo.put();', ''),
  mutant(OP, 'takeTable', 'a table is taken that was not counted', 'this.tables--;', ''),
  mutant(
    OP,
    'prepareMapOpCtx',
    'a map holds no reference to its object',
    'ctx.bo = bo.get();',
    'ctx.bo = bo;',
  ),
  mutant(
    OP,
    'reserveTables',
    'a reservation that fails goes unnoticed',
    'if (!this.memory.reserve(count)) return false;',
    'this.#memory.reserve(count);',
  ),
  mutant(
    PAGES,
    'undoMap',
    'a map that fails half-way is not undone',
    'yield* unmapPages(vm, start, mapped);',
    '',
  ),
  mutant(PAGES, 'undoMap', 'a failed map leaves the VM usable', 'yield* declareUnusable(vm);', ''),
  mutant(
    PAGES,
    'declareUnusable',
    'an unusable VM keeps its slot enabled',
    'yield* device.mmu.disableAs(vm.as, false);',
    '',
  ),
  mutant(
    STEPS,
    'remapPages',
    'the region is not widened to the block',
    'yield* lockRegion(vm, start, end - start);',
    '',
  ),
  mutant(
    STEPS,
    'smStepMap',
    'a mapping is made that is not remembered',
    'insertVma(vm, ctx.va, ctx.range, bo, offset, flags);',
    '',
  ),
  mutant(
    PGTABLE,
    'free',
    'a table page is freed twice',
    'this.memory.free(page);',
    'this.#memory.free(page); this.#memory.free(page);',
  ),

  // VMs, objects, the device
  mutant(VM, 'free', 'a freed VM stays in the LRU list', 'mmu.lruRemove(this);', ''),
  mutant(VM, 'free', 'a freed VM keeps its slot', 'mmu.slots[this.as] = null;', ''),
  mutant(VM, 'free', 'the slot of a freed VM stays enabled', 'yield* mmu.disableAs(this.as, false);', ''),
  mutant(VM, 'free', 'a freed VM keeps its tables', 'this.pgtable.free(device.condResched);', ''),
  mutant(VM, 'destroy', 'groups run on while their VM is destroyed', 'yield device.tickDone;', ''),
  mutant(VMAS, 'removeVma', 'a mapping that goes does not let its object go', 'bo.put();', ''),
  mutant(VMAS, 'insertVma', 'a mapping does not hold its object', 'bo.get().serial', 'bo.serial'),
  mutant(VM, 'put', 'a VM is freed with one reference left', '--this.refs === 0', '--this.refs <= 1'),
  mutant(BIND, 'cleanup', 'a job does not let its VM go', 'yield* this.vm.put();', ''),
  mutant(
    IOCTL,
    'vmBind',
    'VM_BIND lets a reference go that it has not',
    'if (vm !== undefined) yield* vm.put();',
    'if (vm !== undefined) { yield* vm.put(); yield* vm.put(); }',
  ),
  mutant(
    IOCTL,
    'vmBind',
    'VM_BIND does not look whether the device is there',
    'if (!drv.device.enter()) return -ENODEV;',
    'drv.device.enter();',
    'registers are reached through a slot alone, and panthor_mmu_unplug() takes those away under slots_lock (docs/review.md, drm_dev_enter)',
  ),
  mutant(
    FILE,
    'deleteHandle',
    'closing a handle lets its object go twice',
    'this.release(handle, bo);',
    'this.#release(handle, bo); bo.put();',
  ),
  mutant(GPU, 'flushCaches', 'a flush is not waited for', 'yield device.machine.flushDone;', ''),
  mutant(
    GPU,
    'flushCaches',
    'cache_flush_lock is not released',
    'this.cacheFlushLock.unlock(); return ret;',
    'return ret;',
  ),
  mutant(
    GPU,
    'resetDone',
    'a reset does not forget pending flushes',
    'if (this.device.b.forgetRequestsOnReset) this.pendingReqs = 0; else $_;',
    'this.pendingReqs &= ~GPU_IRQ_RESET_COMPLETED;',
  ),
  mutant(DEVICE, 'unplug', 'an unplug does not wait for sections that are open', 'yield this.noReaders;', ''),
  mutant(DEVICE, 'unplug', 'an unplug does not take the MMU down', 'yield* this.mmu.unplug();', ''),
  mutant(DEVICE, 'unplug', 'an unplug does not keep the device on', 'yield* this.pm.resumeAndGet();', ''),
  mutant(DEVICE, 'exit', 'drm_dev_exit() does nothing', 'this.readers--;', ''),

  // Fences and submission
  mutant(ENTITY, 'finish', 'a job that is done signals no fence', 'job.finished?.signal(error);', ''),
  mutant(
    ENTITY,
    'next',
    'a job does not wait for what it depends on',
    'if (dep !== null) { dep.onSignal(this.kick); return null; }',
    '',
  ),
  mutant(ENTITY, 'next', 'a job that waits is not woken', 'dep.onSignal(this.kick);', ''),
  mutant(
    SUBMIT,
    'push',
    'a submission signals nothing',
    'if (point === 0n) syncobj.replaceFence(fence); else if (fence !== null) syncobj.addPoint(fence, point);',
    '',
  ),
  mutant(GEM, 'put', 'an object is freed with one reference left', '--this.refs === 0', '--this.refs === 1'),

  // The machine
  mutant(
    TIMED,
    'canComplete',
    'LOCK does not wait for accesses in flight',
    '!this.inFlight.some($_)',
    'true',
  ),
  mutant(
    TIMED,
    'isLocked',
    'a locked region makes no access wait',
    'va >= space.lockStart && va < space.lockEnd',
    'false',
  ),
  mutant(
    TIMED,
    'isLocked',
    'the last page of a region is not locked',
    'va < space.lockEnd',
    'va < space.lockEnd - 0x1000',
  ),
  mutant(
    TIMED,
    'unlock',
    'UNLOCK drops no TLB entries',
    'this.tlb.drop(space.index, space.lockStart, space.lockEnd);',
    '',
  ),
  mutant(TIMED, 'unlock', 'UNLOCK does not unlock', 'space.lockStart = space.lockEnd = 0;', ''),
  mutant(TIMED, 'finishFlush', 'a cache flush leaves the L2 as it was', 'this.tlb.flushDescriptors();', ''),
  mutant(
    TIMED,
    'finishFlush',
    'a cache flush is not acknowledged',
    'this.regs.words[(GPU_INT_BASE + INT_RAWSTAT) >> 2] |= GPU_IRQ_CLEAN_CACHES_COMPLETED;',
    '',
  ),
  mutant(
    TIMED,
    'execute',
    'UPDATE does not latch TRANSTAB',
    'space.transtab = words[asRegister(space.index, AS_TRANSTAB) >> 2];',
    '',
  ),
  mutant(TIMED, 'execute', 'UPDATE leaves the TLB as it was', 'this.tlb.drop(space.index, 0, 2 ** 64);', ''),
  mutant(ACCESS, 'fault', 'a fault raises no interrupt', 'machine.raiseMmuInterrupt(1 << as);', ''),
  mutant(
    ACCESS,
    'permits',
    'everything may be written',
    "kind === 'read' || (found.attrLo & AP_READ_ONLY) === 0",
    'true',
  ),
  mutant(
    ACCESS,
    'permits',
    'everything may be executed',
    "if (kind === 'execute') return (found.attrHi & XN_HIGH) === 0;",
    '',
  ),
  mutant(TIMED, 'carryOut', 'a command never ends', 'space.command = 0;', ''),
  mutant(
    TIMED,
    'carryOut',
    'a stuck LOCK never takes hold',
    'if (tookHold.chosen === 1 && space.command === command) this.execute(space, command);',
    '',
  ),
  mutant(
    TIMED,
    'reset',
    'a reset leaves regions locked',
    'for (const space of this.spaces) space.clear();',
    '',
  ),
  mutant(
    TIMED,
    'reset',
    'a reset leaves the TLB as it was',
    'this.tlb.dropAll();',
    '',
    'after a reset every slot is enabled with UPDATE before anything runs in it, and UPDATE drops its entries',
  ),
  mutant(
    ACCESS,
    'walk',
    'what a walk found is not remembered',
    'return found.pa < 0 ? found : $m.tlb.insert(as, va, found);',
    'return found;',
    'the TLB is a cache: a machine without one shows the driver less, and nothing that is wrong',
  ),
  mutant(TLB, 'drop', 'the TLB forgets the first page only', 'entry.page < end', 'entry.page <= start'),
  mutant(
    TLB,
    'keep',
    'the L2 keeps nothing',
    '$a.push(at, lo, hi);',
    ';',
    'the L2 is a cache: a machine without one shows the driver less, and nothing that is wrong',
  ),
  mutant(
    SPACE,
    'clear',
    'a reset does not end the command that hangs',
    'this.stuck = this.hung = false;',
    '',
  ),
  mutant(
    REGS,
    'act',
    'clearing an interrupt clears nothing',
    'this.words[(offset - INT_CLEAR + INT_RAWSTAT) >> 2] &= ~value;',
    ';',
  ),
  mutant(
    MACHINE,
    'raiseMmuInterrupt',
    'an interrupt replaces those before it',
    'this.regs.words[MMU_RAWSTAT] |= bits;',
    'this.regs.words[MMU_RAWSTAT] = bits;',
  ),
  // Reclaim
  mutant(
    RECLAIM,
    'evictBoMappings',
    'the shrinker takes no lock',
    'if (!vm.opLock.tryLock()) return -EDEADLK;',
    'vm.opLock.tryLock();',
  ),
  mutant(
    RECLAIM,
    'evictBoMappings',
    'the shrinker unmaps without a lock',
    'ret = yield* lockRegion(vm, va, range);',
    '',
  ),
  mutant(
    RECLAIM,
    'evictBoMappings',
    'what the shrinker could not lock it unmaps all the same',
    'if (ret !== 0) break;',
    '',
  ),
  mutant(
    RECLAIM,
    'evictBoMappings',
    'the shrinker leaves the pages mapped',
    'yield* unmapPages(vm, va, range);',
    '',
  ),
  mutant(RECLAIM, 'evictBoMappings', 'the shrinker leaves its region locked', 'yield* unlockRegion(vm);', ''),
  mutant(
    RECLAIM,
    'evictBoMappings',
    'the shrinker does not note what it took',
    'vm.vmas.setEvicted(id, true);',
    '',
  ),
  mutant(
    RECLAIM,
    'tryEvict',
    'the shrinker takes what is pinned',
    'bo.pins > 0',
    'false',
    'who has it pinned is looked for again before its pages go, and a mapping that was unmapped for nothing comes back with the next job',
  ),
  mutant(
    RECLAIM,
    'tryEvict',
    'the shrinker does not look again whether it is pinned',
    'bo.pins === 0',
    'true',
  ),
  mutant(
    RECLAIM,
    'tryEvict',
    'the shrinker frees pages that it could not unmap',
    'if (evicted) bo.evict();',
    'bo.evict();',
  ),
  mutant(RECLAIM, 'lockAndEvict', 'the shrinker does not look at fences', 'vm.resv.unsignaled > 0', 'false'),
  mutant(
    RECLAIM,
    'lockAndEvict',
    'the shrinker keeps reservations locked',
    'for (const vm of locked) vm.resv.lock.unlock();',
    '',
  ),
  mutant(
    RECLAIM,
    'restoreVmas',
    'a submission brings nothing back',
    'while (vmas.evictedCount > 0 && ret === 0) { yield* vm.opLock.lock(); const id = [...vmas.ids()].find((one) => vmas.evicted[one] === 1); vm.opLock.unlock(); if (id === undefined) break; const bo = ($d.gem.objects[vmas.bo[id]]).get(); ret = bo.pin() ? yield* remapEvicted(vm, id, bo) : -ENOMEM; bo.put(); }',
    '',
  ),
  mutant(
    RECLAIM,
    'remapEvicted',
    'a mapping that is back counts as evicted',
    'if (ret === 0) vmas.setEvicted(id, false);',
    '',
  ),
  mutant(
    RECLAIM,
    'remapEvicted',
    'pages come back without a lock',
    'ret = yield* lockRegion(vm, va, range);',
    '',
  ),
  mutant(
    RECLAIM,
    'remapEvicted',
    'the tables for pages that come back are not given back',
    'ctx.cleanup();',
    '',
  ),
  // Groups and ticks
  mutant(TICK, 'run', 'a tick binds groups although a reset is pending', '!device.resetPending', 'true'),
  mutant(TICK, 'run', 'a tick keeps the scheduler locked', 'lock.unlock();', ''),
  mutant(
    TICK,
    'schedule',
    'a group that can run no more keeps its slot',
    'if (!group.canRun && !(yield* this.takeOff(group))) return false;',
    '',
  ),
  mutant(
    TICK,
    'schedule',
    'a fault of its VM does not matter to a group',
    'if (group.vm.hasUnhandledFaults() && group.fatalQueues === 0) { group.fatalQueues = 2 ** group.queues.length - 1; }',
    '',
  ),
  mutant(
    TICK,
    'start',
    'a group whose VM got no slot is started',
    'if ((yield* $s.bind(group)) !== 0) { device.scheduleReset(); return !device.b.bindFailureEndsTick; }',
    'yield* this.sched.slots.bind(group);',
  ),
  mutant(SLOTS, 'unbind', 'a group that loses its slot keeps its VM active', 'yield* group.vm.idle();', ''),
  mutant(
    SLOTS,
    'unbind',
    'a group that loses its slot with work does not ask for another',
    'this.await(group);',
    '',
  ),
  mutant(SCHED, 'postReset', 'after a reset the scheduler does not look for work', 'this.tick();', ''),
  mutant(SCHED, 'preReset', 'groups keep their slots over a reset', 'yield* this.suspend();', ''),
  mutant(SCHED, 'destroyGroup', 'a group that is destroyed goes on', 'group.destroyed = true;', ''),
  mutant(GROUP, 'run', 'a group that is freed does not let its VM go', 'yield* this.vm.put();', ''),
  mutant(
    GROUP,
    'run',
    'a group that is freed keeps its ring buffers',
    'for (const queue of this.queues) yield* queue.free();',
    '',
  ),
  mutant(SCHED, 'rotate', 'a group whose time is over stays on the GPU', 'this.runner.stop?.(group);', ''),
  mutant(
    HEAP,
    'createHeap',
    'a heap is made in a pool that is gone',
    'ret = this.destroyed ? -EINVAL : this.heaps.alloc(heap);',
    'ret = this.heaps.alloc(heap);',
  ),
  mutant(HEAP, 'destroy', 'the pool of heaps outlives its VM', 'yield* this.contexts.destroy();', ''),
  mutant(
    TIMESTAMP,
    'queryTimestamps',
    'the device stays on for ever once timestamps were read',
    'drv.device.pm.put();',
    '',
  ),
];
