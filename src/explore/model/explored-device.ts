/** The device as a scenario's threads share it: what coverage hears of it, its power, and the rest of the scheduler. */
import { EAGAIN } from '../../../uapi/errno.ts';
import type { Op } from '../../coroutine/op.ts';
import { type DeviceOptions, PanthorDevice } from '../../driver/device.ts';
import { RuntimePm } from '../../driver/pm.ts';
import type { Coverage } from '../coverage.ts';

/** Runtime PM of the driver, with the part of the PM core that decides whether it may suspend, and the power itself. */
export class ExploredPm extends RuntimePm {
  /** Called when the power goes on and off. */
  onPower: (on: boolean) => void = () => {};
  /** A suspend or a resume is under way: the PM core lets no other thread in meanwhile. */
  busy = false;
  /** panthor_device_unplug() has returned. */
  gone = false;
  /** A resume has ended a reset that was pending (fast-suspend). */
  endedReset = false;
  readonly #explored: PanthorDevice;
  readonly #free = { label: 'PM core', ready: () => !this.busy };

  constructor(device: PanthorDevice) {
    super(device);
    this.#explored = device;
  }

  override *resumeAndGet(): Op<number> {
    this.usage++;
    yield this.#free;
    if (this.state === 'active') return 0;
    this.busy = true;
    const ret = yield* this.resume();
    this.busy = false;
    if (ret !== 0) this.usage--;
    return ret;
  }

  /** -EAGAIN while there is a reference. The registers are gone afterwards. */
  override *suspend(): Op<number> {
    if (this.usage > 0 || this.busy) return -EAGAIN;
    this.busy = true;
    const ret = yield* super.suspend();
    this.busy = false;
    if (ret !== 0) return ret;
    this.onPower(false);
    return 0;
  }

  override *resume(): Op<number> {
    if (this.state === 'suspended') this.onPower(true);
    const wasPending = this.#explored.resetPending;
    const ret = yield* super.resume();
    if (wasPending && !this.#explored.resetPending) this.endedReset = true;
    return ret;
  }
}

export class ExploredDevice extends PanthorDevice {
  readonly #coverage: Coverage;
  override readonly pm: ExploredPm;

  constructor(coverage: Coverage, options: DeviceOptions) {
    super(options);
    this.#coverage = coverage;
    this.pm = new ExploredPm(this);
    this.onResetScheduled = () => this.resetWq.queue(this.resetWork);
  }

  override enter(): boolean {
    const entered = super.enter();
    if (!entered) this.#coverage.happened('devEnterFailed');
    return entered;
  }
}
