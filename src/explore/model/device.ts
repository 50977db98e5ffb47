/** What happens to the whole device: reset and unplug; the queues of binds, the workers and the interrupt. */
import type { Op, Waitable } from '../../coroutine/op.ts';
import { IRQ_WAKE_THREAD, type PanthorIrq } from '../../driver/base/irq.ts';
import { allCalls } from '../scenario/scenario.ts';
import type { Harness, VmState } from './harness.ts';

/** Thread: the worker of reset.wq, panthor_device_reset_work(). */
export function* resetWorker(harness: Harness): Op<void> {
  const { resetWq } = harness.device;
  const queued = { label: 'reset work', ready: () => !resetWq.idle };
  for (;;) {
    yield queued;
    yield* resetWq.step();
    if (harness.submitted.length > 0) harness.resets++;
  }
}

/** panthor_device_unplug(): no register access once it has returned. */
export function* unplug(harness: Harness): Op<number> {
  yield 'panthor_device_unplug';
  yield* harness.device.unplug();
  harness.device.pm.gone = true;
  harness.machine.regs.reachable = false;
  return 0;
}

/** Thread: the VM_BIND queue of one VM; the fence is signalled once the job has run. */
export function* bindQueue(harness: Harness, state: VmState): Op<void> {
  for (;;) {
    yield state.work;
    const { job, va, size, thread, call } = state.jobs[0];
    state.spec.begins();
    const ret = yield* job.run();
    state.spec.observe();
    state.spec.returned([{ va, size }], ret);
    if (ret !== 0) state.asyncFailed = true;
    harness.coverage.result(thread, call, ret);
    state.jobs.shift();
    state.unsignalled--;
    if (harness.pressure !== null) state.vm.resv.remove();
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

/**
 * Has a thread serve the GPU interrupt from here on, as a tree does, where a call pulls the device out: only that tells where the
 * handler stands, since suspend and unplug wait for its end. Elsewhere who waits for an answer runs it, which makes fewer states.
 */
export function serveGpuInterrupt({ scenario, device, machine }: Harness): void {
  const { gpu } = device;
  if (!allCalls(scenario).some(({ verb }) => verb === 'remove')) return;
  gpu.noAnswer = () => machine.silent && !gpu.line.running;
}

/** Thread: an interrupt line, its hard handler and its thread. */
export function* interrupts(
  raised: Waitable,
  irq: Pick<PanthorIrq, 'rawHandler' | 'threadedHandler'>,
): Op<void> {
  for (;;) {
    yield raised;
    const ret = yield* irq.rawHandler();
    if (ret === IRQ_WAKE_THREAD) yield* irq.threadedHandler();
  }
}
