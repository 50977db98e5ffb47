/** What runtime power management and the reset work make of a device, where the driver itself keeps no account of it. */
import type { Op } from '../../coroutine/op.ts';
import type { PmState } from './explored-device.ts';

/** The fields of ExploredDevice that the scenario's threads change, for a device that is not the model's. */
export abstract class PowerState {
  pmState: PmState = 'active';
  pmRefs = 0;
  resetQueued = false;
  resetRunning = false;
  readonly resetWork = { label: 'reset work', ready: () => this.resetQueued };
  readonly resetIdle = { label: 'cancel_work_sync', ready: () => !this.resetRunning };
  readonly pmSteady = {
    label: 'power management',
    ready: () => this.pmState === 'active' || this.pmState === 'suspended',
  };

  /** The driver has queued its reset work, which it does only while the power is on. */
  resetScheduled(): void {
    if (this.pmState === 'active') this.resetQueued = true;
  }

  /** cancel_work_sync(&ptdev->reset.work) */
  *cancelReset(): Op<void> {
    this.resetQueued = false;
    yield this.resetIdle;
    this.resetQueued = false;
  }
}
