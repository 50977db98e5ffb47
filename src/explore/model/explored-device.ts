/**
 * The device as a scenario's threads share it: what the driver asks of the rest of the kernel (the reset worker, runtime
 * power management) as far as it decides what may run beside what.
 */
import type { Op } from '../../coroutine/op.ts';
import { type DeviceOptions, PanthorDevice } from '../../driver/device.ts';
import type { Coverage } from '../coverage.ts';

/** enum panthor_device_pm_state */
export type PmState = 'active' | 'suspending' | 'suspended' | 'resuming';

export class ExploredDevice extends PanthorDevice {
  readonly #coverage: Coverage;
  pmState: PmState = 'active';
  /** References of runtime PM: the device is not suspended while there is one. */
  pmRefs = 0;
  /** The reset work is queued, and it is under way. */
  resetQueued = false;
  resetRunning = false;
  /** Ready when the reset worker has something to do; when cancel_work_sync() returns; when the power is steady. */
  readonly resetDue = { label: 'reset work', ready: () => this.resetQueued };
  readonly resetIdle = { label: 'cancel_work_sync', ready: () => !this.resetRunning };
  readonly pmSteady = {
    label: 'power management',
    ready: () => this.pmState === 'active' || this.pmState === 'suspended',
  };

  constructor(coverage: Coverage, options: DeviceOptions) {
    super(options);
    this.#coverage = coverage;
  }

  override enter(): boolean {
    const entered = super.enter();
    if (!entered) this.#coverage.happened('devEnterFailed');
    return entered;
  }

  /** panthor_device_schedule_reset(): pending at once, queued only while the power is on. */
  override scheduleReset(): void {
    const before = this.resetPending;
    super.scheduleReset();
    if (!before && this.pmState === 'active') this.resetQueued = true;
  }

  /** cancel_work_sync(&ptdev->reset.work) */
  *cancelReset(): Op<void> {
    this.resetQueued = false;
    yield this.resetIdle;
    this.resetQueued = false;
  }
}
