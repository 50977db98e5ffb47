import type { Op } from '../../coroutine/op.ts';
import type { Work } from '../base/workqueue.ts';
import type { PanthorGroup } from './group.ts';
import type { Scheduler } from './sched.ts';

/**
 * tick_work(): takes slots from groups that are done for, gives them to those that wait, highest priority first, and says
 * whether the device has to stay on. There is no time slicing, since who runs jobs runs them to their end, or until they
 * block or time out: a group with work keeps its slot.
 */
export class TickWork implements Work {
  pending = false;
  running = false;
  /** What flush_work() and cancel_delayed_work_sync() wait for. */
  readonly idle = { label: 'tick_work', ready: () => !this.running };
  readonly #sched: Scheduler;
  /** A group got no slot because an operation on its VM was under way. */
  #passedOver = false;

  constructor(sched: Scheduler) {
    this.#sched = sched;
  }

  /** The operations that were under way are over: ticks again where a group was passed over. */
  retry(): void {
    if (this.#passedOver) this.#sched.tick();
    this.#passedOver = false;
  }

  *run(): Op<void> {
    const { device, lock } = this.#sched;
    if (!device.enter()) return;
    if ((yield* device.pm.resumeAndGet()) === 0) {
      yield* lock.lock();
      // No group is bound to slots that are about to be reset; the end of the reset queues a tick.
      if (!device.resetPending && !this.#sched.resetInProgress && (yield* this.#schedule())) {
        this.#sched.holdPower(this.#sched.slots.bound().some((group) => !group.idle));
      }
      lock.unlock();
      device.pm.putAutosuspend();
    }
    device.exit();
  }

  /** Picks groups and applies it (tick_ctx_*()): false where a slot did not answer, and a reset is scheduled. */
  *#schedule(): Op<boolean> {
    const { slots } = this.#sched;
    for (const group of slots.bound()) {
      // The fault does not say which queue it was: all of them.
      if (group.vm.hasUnhandledFaults() && group.fatalQueues === 0) {
        group.fatalQueues = 2 ** group.queues.length - 1;
      }
      if (!group.canRun && !(yield* this.#takeOff(group))) return false;
    }
    slots.reap();
    const waiting = slots.takeWaiting();
    for (let i = 0; i < waiting.length; i++) {
      const group = waiting[i];
      if (!group.canRun) slots.terminate(group);
      else if (!(yield* this.#start(group))) {
        for (const rest of waiting.slice(i)) slots.await(rest);
        return false;
      }
    }
    return true;
  }

  /** Suspends or terminates a group, which then has no slot. */
  *#takeOff(group: PanthorGroup): Op<boolean> {
    const { device, runner, slots } = this.#sched;
    if (runner.stop?.(group) === false) {
      device.scheduleReset();
      return false;
    }
    yield* slots.unbind(group);
    return true;
  }

  /** Gives a group a slot where one can be had; idle groups give theirs up. */
  *#start(group: PanthorGroup): Op<boolean> {
    const { device, runner, slots } = this.#sched;
    // panthor_vm_active() waits for its op_lock, and with it all groups; a server whose operations are cut in slices comes back.
    if (this.#sched.work.admits !== null && group.vm.opLock.held) {
      slots.await(group);
      this.#passedOver = true;
      return true;
    }
    while (!slots.hasRoomFor(group.vm)) {
      const idle = slots.idleOne();
      if (idle === null) {
        slots.await(group);
        return true;
      }
      if (!(yield* this.#takeOff(idle))) return false;
    }
    if ((yield* slots.bind(group)) !== 0) {
      device.scheduleReset();
      // Without bind-failure-ends-tick the group is forgotten until it has a new job, and the next one is started.
      return !device.b.bindFailureEndsTick;
    }
    for (const queue of group.queues) {
      if (queue.inFlight.length === 0) continue;
      if (queue.deadlineNs === Number.POSITIVE_INFINITY) queue.startTimeout();
      yield* runner.doorbell(queue);
    }
    return true;
  }
}
