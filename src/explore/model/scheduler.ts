/**
 * What panthor_sched.c does with groups that a scenario puts on the GPU by hand (`activate`, `idle`, `kill`), and around a
 * reset, a suspend and an unplug. Groups that a client creates are the driver's own scheduler's (submitted.ts).
 */
import { Mutex, type Op } from '../../coroutine/op.ts';
import type { PanthorVm } from '../../driver/mmu/vm.ts';
import type { SchedHooks } from '../../driver/reset.ts';
import { evictGroups } from './groups.ts';
import type { Harness } from './harness.ts';
import type { Group } from './vm-state.ts';

export class StagedScheduler implements SchedHooks {
  readonly #harness: Harness;
  /** panthor_scheduler.lock: held while groups are bound and unbound. */
  readonly lock = new Mutex('sched.lock');
  resetInProgress = false;
  readonly tick = { label: 'tick_work', ready: () => this.condemned() !== null };

  constructor(harness: Harness) {
    this.#harness = harness;
  }

  #groups(): Group[] {
    return [...this.#harness.vms.map(({ group }) => group), ...this.#harness.groups];
  }

  /** Whether a group of `vm` can be put on the GPU now: the scheduler binds no more VMs than there are slots. */
  canBind(vm: PanthorVm): boolean {
    // tick_work() leaves while a reset is pending.
    if (this.resetInProgress || this.#harness.device.resetPending) return false;
    const bound = new Set<PanthorVm>();
    for (const group of this.#groups()) if (group.bound && group.vm !== null) bound.add(group.vm);
    return bound.has(vm) || bound.size < this.#harness.scenario.slots;
  }

  /** A group that the next tick takes off the GPU. */
  condemned(): Group | null {
    return this.#groups().find((group) => group.killed && group.bound) ?? null;
  }

  /** panthor_sched_pre_reset(): no group has a slot any more, and none gets one. */
  *preReset(): Op<void> {
    yield* this.lock.lock();
    this.resetInProgress = true;
    yield* evictGroups(this.#harness);
    this.lock.unlock();
  }

  postReset(): void {
    this.resetInProgress = false;
    this.#harness.resets++;
  }

  /** panthor_sched_suspend(): there is no reference, so no group is on the GPU. */
  *suspend(): Op<void> {
    yield* this.lock.lock();
    this.lock.unlock();
  }

  resume(): void {}

  /** panthor_sched_unplug(): ticks leave at their drm_dev_enter() from now on. */
  *unplug(): Op<void> {
    yield* this.lock.lock();
    this.lock.unlock();
  }

  /** device.tickDone was waited for. */
  *flushTick(): Op<void> {
    yield 'flush_work';
  }
}
