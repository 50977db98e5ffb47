/** Runtime power management: struct panthor_device.pm, panthor_device_suspend(), panthor_device_resume(). */
import { EINVAL } from '../../uapi/errno.ts';
import type { Op } from '../coroutine/op.ts';
import type { PanthorDevice } from './device.ts';

/** PANTHOR_DEVICE_PM_STATE_*. */
export type PmState = 'active' | 'suspending' | 'suspended' | 'resuming';

/** pm_runtime_set_autosuspend_delay(): how long the device must not have been needed before it is suspended, ns. */
export const AUTOSUSPEND_NS = 50_000_000;

/**
 * Who needs the device on, and whether it is. The device begins active and unneeded; that it would suspend 50 ms after it was
 * probed cannot be seen, since nothing has an address space yet.
 */
export class RuntimePm {
  readonly #device: PanthorDevice;
  state: PmState = 'active';
  /** References: pm_runtime_get() and its kin. */
  usage = 0;
  /** When the device suspends by itself, CLOCK_MONOTONIC in ns; Infinity while it is needed or suspended. */
  deadlineNs = Number.POSITIVE_INFINITY;
  /** dev->power.last_busy: when the device was last said to be needed, or resumed; CLOCK_MONOTONIC in ns. */
  #lastBusyNs = Number.NEGATIVE_INFINITY;
  readonly #settled = {
    label: 'runtime PM',
    ready: () => this.state === 'active' || this.state === 'suspended',
  };

  constructor(device: PanthorDevice) {
    this.#device = device;
  }

  /** panthor_device_resume_and_get(): a reference to a device that is on. 0 or -errno, and then there is no reference. */
  *resumeAndGet(): Op<number> {
    this.usage++;
    this.deadlineNs = Number.POSITIVE_INFINITY;
    yield this.#settled;
    if (this.state === 'active') return 0;
    const ret = yield* this.resume();
    if (ret !== 0) this.usage--;
    return ret;
  }

  /** pm_runtime_get() of a device that is on. */
  get(): void {
    this.usage++;
    this.deadlineNs = Number.POSITIVE_INFINITY;
  }

  /** pm_runtime_mark_last_busy() and pm_runtime_put_autosuspend(): after the last one the device stays on for 50 ms. */
  putAutosuspend(): void {
    this.#lastBusyNs = this.#device.now();
    this.put();
  }

  /** pm_runtime_put(): the device stays on until 50 ms after it was last busy, which this reference does not count as. */
  put(): void {
    if (--this.usage === 0 && this.state !== 'suspended') this.deadlineNs = this.#lastBusyNs + AUTOSUSPEND_NS;
  }

  /** The autosuspend timer: suspends the device where it has not been needed until `nowNs`. */
  *poll(nowNs: number): Op<void> {
    if (nowNs < this.deadlineNs || this.usage > 0) return;
    this.deadlineNs = Number.POSITIVE_INFINITY;
    yield* this.suspend();
  }

  /**
   * panthor_device_suspend(): 0, or -EINVAL where the device is not on. The firmware always halts here, so that only drivers
   * without fast-suspend reset the GPU (panthor_gpu_suspend()).
   */
  *suspend(): Op<number> {
    const device = this.#device;
    yield 'pm.state';
    if (this.state !== 'active') return -EINVAL;
    this.state = 'suspending';
    if (!device.unplugged && device.enter()) {
      device.resetWq.cancel(device.resetWork);
      yield device.resetWork.idle;
      if (device.sched !== null) yield* device.sched.suspend();
      device.calls?.power?.('suspend');
      yield* device.mmu.suspend();
      if (!device.b.fastSuspend) {
        device.calls?.power?.('reset');
        yield* device.gpu.softReset();
      }
      yield* device.gpu.suspend();
      device.exit();
    }
    yield 'power off';
    this.state = 'suspended';
    this.deadlineNs = Number.POSITIVE_INFINITY;
    return 0;
  }

  /**
   * panthor_device_resume(): 0, or -EINVAL where the device is not suspended. A reset that is pending ends with this where
   * there is fast-suspend: the firmware is loaded anew, the GPU itself is not reset. Otherwise its work is
   * queued, which forgets the reset where it comes before the device counts as on.
   */
  *resume(): Op<number> {
    const device = this.#device;
    yield 'pm.state';
    if (this.state !== 'suspended') return -EINVAL;
    this.state = 'resuming';
    if (device.enter()) {
      if (device.b.fastSuspend) device.resetPending = false;
      device.calls?.power?.('resume');
      yield* device.gpu.resume();
      yield* device.mmu.resume();
      device.sched?.resume();
      device.exit();
    }
    if (device.resetPending) device.onResetScheduled?.();
    yield 'power on';
    this.state = 'active';
    // rpm_resume()
    this.#lastBusyNs = device.now();
    return 0;
  }
}
