/** What happens to the whole device: reset, suspend, resume, unplug; the queues of binds and the interrupt. */
import type { Op } from '../../coroutine/op.ts';
import { IRQ_WAKE_THREAD, type PanthorIrq } from '../../driver/base/irq.ts';
import { evictGroups } from './groups.ts';
import type { Stage, VmState } from './harness.ts';

/** Thread: panthor_device_reset_work(), whenever a reset was scheduled. */
export function* resetWork(stage: Stage): Op<void> {
  for (;;) {
    yield stage.resetWork;
    if (!stage.device.enter()) {
      stage.device.resetPending = false;
      continue;
    }
    yield* stage.schedLock.lock();
    stage.resetInProgress = true;
    yield* evictGroups(stage);
    stage.schedLock.unlock();
    yield* stage.device.reset();
    stage.resetInProgress = false;
    stage.device.exit();
  }
}

/** panthor_device_suspend(): only while no group is on the GPU; the registers are gone afterwards. */
export function* suspend(stage: Stage): Op<void> {
  const nothingRuns = {
    label: 'runtime suspend',
    ready: () => !stage.groups.some((group) => group.bound) && !stage.vms.some((vm) => vm.group.bound),
  };
  for (;;) {
    yield nothingRuns;
    yield* stage.schedLock.lock();
    if (nothingRuns.ready()) break;
    stage.schedLock.unlock();
  }
  stage.powered = false;
  stage.schedLock.unlock();
  yield* stage.device.mmu.suspend();
  yield 'power off';
  stage.machine.reset();
  stage.machine.regs.reachable = false;
}

export function* resume(stage: Stage): Op<void> {
  yield 'power on';
  stage.machine.regs.reachable = true;
  yield* stage.device.mmu.resume();
  stage.powered = true;
}

/** panthor_device_unplug(): no register access once it has returned. */
export function* unplug(stage: Stage): Op<void> {
  yield* stage.device.unplug();
  stage.gone = true;
  stage.machine.regs.reachable = false;
}

/** Thread: the VM_BIND queue of one VM; the fence is signalled once the job has run. */
export function* bindQueue(state: VmState): Op<void> {
  for (;;) {
    yield state.work;
    const job = state.jobs[0];
    const ret = yield* job.run();
    state.spec.observe();
    if (ret !== 0) state.spec.failed();
    state.jobs.shift();
    state.unsignalled--;
    yield* job.cleanup();
  }
}

/** Thread: the MMU interrupt line, its hard handler and its thread. */
export function* interrupts(stage: Stage, irq: PanthorIrq): Op<void> {
  for (;;) {
    yield stage.mmuInterrupt;
    const ret = yield* irq.rawHandler();
    if (ret === IRQ_WAKE_THREAD) yield* irq.threadedHandler();
  }
}
