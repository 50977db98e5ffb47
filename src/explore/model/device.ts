/** What happens to the whole device: reset and unplug; the queues of binds, the workers and the interrupt. */
import { ENODEV } from '../../../uapi/errno.ts';
import type { Op } from '../../coroutine/op.ts';
import { IRQ_WAKE_THREAD, type PanthorIrq } from '../../driver/base/irq.ts';
import { evictGroups } from './groups.ts';
import type { Harness, VmState } from './harness.ts';
import { pmGet, pmPut } from './power.ts';

/** Thread: panthor_device_reset_work(), whenever a reset was queued; not while the device is suspended or suspending. */
export function* resetWork(harness: Harness): Op<void> {
  const { device } = harness;
  for (;;) {
    yield device.resetDue;
    device.resetQueued = false;
    device.resetRunning = true;
    if (device.pmState === 'active' && device.enter()) {
      yield* harness.schedLock.lock();
      harness.resetInProgress = true;
      yield* evictGroups(harness);
      harness.schedLock.unlock();
      yield* device.reset();
      harness.resetInProgress = false;
      harness.resets++;
      device.exit();
    }
    device.resetRunning = false;
  }
}

/** panthor_device_unplug(): no register access once it has returned. The device is on meanwhile. */
export function* unplug(harness: Harness): Op<number> {
  yield* pmGet(harness);
  yield* harness.device.unplug();
  harness.gone = true;
  harness.machine.regs.reachable = false;
  pmPut(harness);
  return harness.device.unplugged ? 0 : -ENODEV;
}

/** Thread: the VM_BIND queue of one VM; the fence is signalled once the job has run. */
export function* bindQueue(harness: Harness, state: VmState): Op<void> {
  for (;;) {
    yield state.work;
    const { job, va, size, thread, call } = state.jobs[0];
    // drm_sched_stop() waits for it.
    state.vm.jobRunning = true;
    const ret = yield* job.run();
    state.vm.jobRunning = false;
    state.spec.observe();
    state.spec.returned(va, size, ret);
    if (ret !== 0) state.asyncFailed = true;
    harness.coverage.result(thread, call, ret);
    state.jobs.shift();
    state.unsignalled--;
    yield* job.cleanup();
  }
}

/** Thread: a worker of the driver's queue of work: jobs of the DRM scheduler, freeing of groups, … */
export function* worker(harness: Harness): Op<void> {
  for (;;) {
    yield harness.workQueued;
    yield* harness.work.step();
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
