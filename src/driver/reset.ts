import type { Op } from '../coroutine/op.ts';
import type { Work } from './base/workqueue.ts';
import type { PanthorDevice } from './device.ts';

/** What the scheduler does around a reset, a suspend and an unplug: panthor_sched_*(). */
export interface SchedHooks {
  preReset(): Op<void>;
  postReset(): void;
  suspend(): Op<void>;
  resume(): void;
  unplug(): Op<void>;
  /** panthor_sched_prepare_for_vm_destruction(): a tick that is due has been done when this returns. */
  flushTick(): Op<void>;
}

/**
 * panthor_device_reset_work(). A device that is not on is not reset: its next resume ends the reset, or, without fast-suspend,
 * its suspend resets it anyway.
 */
export class ResetWork implements Work {
  pending = false;
  running = false;
  /** What cancel_work_sync() waits for. */
  readonly idle = { label: 'reset.work', ready: () => !this.running };
  readonly #device: PanthorDevice;

  constructor(device: PanthorDevice) {
    this.#device = device;
  }

  *run(): Op<void> {
    const device = this.#device;
    yield 'pm.state';
    if (device.pm.state !== 'active') {
      if (!device.b.fastSuspend) device.resetPending = false;
      return;
    }
    if (!device.enter()) return;
    if (device.sched !== null) yield* device.sched.preReset();
    yield* device.reset();
    device.sched?.postReset();
    device.exit();
  }
}
