/** What happens to the whole device: reset, suspend, resume, unplug; the queues of binds and the interrupt. */
import type { Op } from '../../coroutine/op.ts';
import { IRQ_WAKE_THREAD, type PanthorIrq } from '../../driver/base/irq.ts';
import { evictGroups } from './groups.ts';
import type { Harness, VmState } from './harness.ts';

/** Thread: panthor_device_reset_work(), whenever a reset was scheduled. */
export function* resetWork(harness: Harness): Op<void> {
  for (;;) {
    yield harness.resetWork;
    if (!harness.device.enter()) {
      harness.device.resetPending = false;
      continue;
    }
    yield* harness.schedLock.lock();
    harness.resetInProgress = true;
    yield* evictGroups(harness);
    harness.schedLock.unlock();
    yield* harness.device.reset();
    harness.resetInProgress = false;
    harness.device.exit();
  }
}

/** panthor_device_suspend(): only while no group is on the GPU; the registers are gone afterwards. */
export function* suspend(harness: Harness): Op<void> {
  const nothingRuns = {
    label: 'runtime suspend',
    ready: () => !harness.groups.some((group) => group.bound) && !harness.vms.some((vm) => vm.group.bound),
  };
  for (;;) {
    yield nothingRuns;
    yield* harness.schedLock.lock();
    if (nothingRuns.ready()) break;
    harness.schedLock.unlock();
  }
  harness.powered = false;
  harness.schedLock.unlock();
  yield* harness.device.mmu.suspend();
  yield 'power off';
  harness.machine.reset();
  harness.machine.regs.reachable = false;
}

export function* resume(harness: Harness): Op<void> {
  yield 'power on';
  harness.machine.regs.reachable = true;
  yield* harness.device.mmu.resume();
  harness.powered = true;
}

/** panthor_device_unplug(): no register access once it has returned. */
export function* unplug(harness: Harness): Op<void> {
  yield* harness.device.unplug();
  harness.gone = true;
  harness.machine.regs.reachable = false;
}

/** Thread: the VM_BIND queue of one VM; the fence is signalled once the job has run. */
export function* bindQueue(harness: Harness, state: VmState): Op<void> {
  for (;;) {
    yield state.work;
    const { job, thread, call } = state.jobs[0];
    const ret = yield* job.run();
    state.spec.observe();
    if (ret !== 0) state.spec.failed();
    harness.coverage.result(thread, call, ret);
    state.jobs.shift();
    state.unsignalled--;
    yield* job.cleanup();
  }
}

/** Thread: the MMU interrupt line, its hard handler and its thread. */
export function* interrupts(harness: Harness, irq: PanthorIrq): Op<void> {
  for (;;) {
    yield harness.mmuInterrupt;
    const ret = yield* irq.rawHandler();
    if (ret === IRQ_WAKE_THREAD) yield* irq.threadedHandler();
  }
}
