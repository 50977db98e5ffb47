/** What panthor_sched.c does around a reset, a suspend and an unplug, to the groups that a scenario stages. */
import type { Op } from '../../coroutine/op.ts';
import type { SchedHooks } from '../../driver/reset.ts';
import { evictGroups } from './groups.ts';
import type { Harness } from './harness.ts';

export class StagedScheduler implements SchedHooks {
  readonly #harness: Harness;

  constructor(harness: Harness) {
    this.#harness = harness;
  }

  /** panthor_sched_pre_reset(): no group has a slot any more, and none gets one. */
  *preReset(): Op<void> {
    const { schedLock } = this.#harness;
    yield* schedLock.lock();
    this.#harness.resetInProgress = true;
    yield* evictGroups(this.#harness);
    schedLock.unlock();
  }

  postReset(): void {
    this.#harness.resetInProgress = false;
    this.#harness.resets++;
  }

  /** panthor_sched_suspend(): there is no reference, so no group is on the GPU. */
  *suspend(): Op<void> {
    yield* this.#harness.schedLock.lock();
    this.#harness.schedLock.unlock();
  }

  resume(): void {}

  /** panthor_sched_unplug(): ticks leave at their drm_dev_enter() from now on. */
  *unplug(): Op<void> {
    yield* this.#harness.schedLock.lock();
    this.#harness.schedLock.unlock();
  }

  /** device.tickDone was waited for. */
  *flushTick(): Op<void> {
    yield 'flush_work';
  }
}
