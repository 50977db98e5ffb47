/** Calls of live clients that wait in a tree's driver, each on a thread of the kernel's. */
import { ETIME } from '../../../uapi/errno.ts';
import { BlockedCall } from '../../driver/ioctl/blocked.ts';
import { type Beside, outcome, type Waiting } from '../replay/beside.ts';
import type { ClientCall } from '../replay/client-calls.ts';

/** Threads of the kernel's for calls: 0 to 2 and 31 are client-calls.ts's and runner.ts's. */
const FIRST = 3;
const LAST = 30;
/** One thread is left for calls that do not wait. */
export const MAX_WAITS = LAST - FIRST;

export class Waits {
  readonly #beside: Beside;
  readonly #now: () => number;
  readonly #free = Array.from({ length: LAST - FIRST + 1 }, (_, i) => FIRST + i);
  readonly #waiting = new Set<BlockedCall>();
  /** Does something in the tree for a call: null where its driver has gone wrong. */
  readonly #guard: <T>(work: () => T) => T | null;

  constructor(beside: Beside, now: () => number, guard: <T>(work: () => T) => T | null) {
    this.#beside = beside;
    this.#now = now;
    this.#guard = guard;
  }

  /** A thread for the next call; there is always one for those that do not wait (full). */
  get thread(): number {
    return this.#free[0];
  }

  /** Whether there is no thread for another call that may wait. */
  get full(): boolean {
    return this.#free.length <= 1;
  }

  /** Something was signalled, or the tree is left behind: all have another look, each in its turn. */
  wake(): void {
    for (const call of this.#waiting) call.wake();
  }

  /**
   * What a client waits for whose call waits in the tree.
   *
   * @param model the model's call, null where that has returned
   * @param differs told what the call came to in the model and in the tree, where that is not the same
   */
  add(
    { tree, sleepNs }: Waiting,
    model: BlockedCall | null,
    differs: (model: string, tree: string) => void,
  ): BlockedCall {
    const asked = tree as ClientCall;
    const thread = asked.thread as number;
    this.#free.splice(this.#free.indexOf(thread), 1);
    let there: number | null = null;
    let told = false;
    const tell = (ours: string, theirs: string): void => {
      if (!told) differs(ours, theirs);
      told = true;
    };
    const giveBack = (): void => {
      if (!this.#free.includes(thread)) this.#free.unshift(thread);
    };
    const deadline = model?.deadlineNs ?? this.#now() + sleepNs;
    const look = (): number | undefined => {
      if (this.#beside.outOfStep !== null) return there ?? undefined;
      const isOver = this.#now() >= deadline;
      const ret = this.#guard(() => {
        this.#beside.followModel();
        return this.#beside.calls.look(asked, isOver);
      });
      if (ret === null) return there ?? undefined;
      if (ret === 'blocked') {
        if (there !== null && !isOver) tell(outcome(there), 'waits');
        return undefined;
      }
      giveBack();
      const ours = model === null ? null : (there ?? 'blocked');
      if (ours !== null && ours !== ret) tell(outcome(ours), outcome(ret));
      return ret;
    };
    const leave = (): void => {
      this.#waiting.delete(call);
      if (!this.#free.includes(thread) && this.#beside.outOfStep === null)
        this.#guard(() => this.#beside.calls.interrupt(thread));
      giveBack();
      model?.cancel();
    };
    const call = new BlockedCall(deadline, -ETIME, look, leave);
    this.#waiting.add(call);
    model?.onComplete((ret) => {
      there = ret;
      if (this.#beside.outOfStep !== null) call.wake();
    });
    return call;
  }
}
