import { EINTR } from '../../../uapi/errno.ts';

/** What PanthorDrv.ioctl() returns when the caller has to wait: `file.blocked` says for what. */
export const BLOCKED = 1;

const NOTHING = (): undefined => undefined;
const NO_CALLBACKS: ((ret: number) => void)[] = [];

/**
 * A call that waits. It completes once: by what it waits for, by its deadline (when it is polled then) or because
 * it is cancelled. Outputs are in the caller's memory before the callbacks run.
 */
export class BlockedCall {
  /** CLOCK_MONOTONIC, ns; Infinity waits for ever. */
  readonly deadlineNs: number;
  /**
   * wake_up_process(): called when there is something to look at; its caller calls look() later, as a thread that is woken
   * runs later. Null: it is looked at at once.
   */
  onWake: (() => void) | null = null;
  #retry: () => number | undefined;
  #leave: () => void;
  readonly #late: number;
  #callbacks: ((ret: number) => void)[] = [];
  #ret: number | undefined;
  /** What it returns where it has nothing to show for it: its time is over, or it was cancelled. */
  #end: number | undefined;
  #looking = false;

  /**
   * @param deadlineNs when to give up
   * @param late what to return then (-ETIME)
   * @param retry looks again: the result, or undefined to go on waiting; writes the outputs
   * @param leave unhooks whatever wakes this call
   */
  constructor(deadlineNs: number, late: number, retry: () => number | undefined, leave: () => void) {
    this.deadlineNs = deadlineNs;
    this.#late = late;
    this.#retry = retry;
    this.#leave = leave;
  }

  /** Whether the call has returned. */
  get done(): boolean {
    return this.#ret !== undefined;
  }

  /** Calls `callback` with the result (0 or -errno), at once when there is one. */
  onComplete(callback: (ret: number) => void): void {
    if (this.#ret === undefined) this.#callbacks.push(callback);
    else callback(this.#ret);
  }

  /** Something happened that it waits for. */
  wake(): void {
    if (this.done) return;
    if (this.onWake === null) this.look();
    else this.onWake();
  }

  /** Looks whether it is over, and completes it then. */
  look(): void {
    if (this.done || this.#looking) return;
    this.#looking = true;
    const ret = this.#retry() ?? this.#end;
    this.#looking = false;
    if (ret !== undefined) this.#complete(ret);
  }

  /** schedule_timeout() runs out at `nowNs`, if it does. */
  poll(nowNs: number): void {
    if (nowNs >= this.deadlineNs) this.#giveUp(this.#late);
  }

  /** The caller got a signal: ERESTARTSYS inside the kernel, EINTR for who does not restart the call. */
  cancel(): void {
    this.#giveUp(-EINTR);
  }

  #giveUp(ret: number): void {
    if (this.done) return;
    this.#end ??= ret;
    if (this.onWake === null) this.#complete(this.#end);
    else this.onWake();
  }

  #complete(ret: number): void {
    this.#ret = ret;
    this.#leave();
    const callbacks = this.#callbacks;
    // A table that it was in may be in V8's old generation, and would keep what it refers to until that is collected.
    this.#callbacks = NO_CALLBACKS;
    this.#retry = NOTHING;
    this.#leave = NOTHING;
    this.onWake = null;
    for (const callback of callbacks) callback(ret);
  }
}

/** The calls that wait. */
export class BlockedCalls {
  /** In the order in which they came; not a Set, as those that come and go make V8 copy what is gone (RenewedMap). */
  readonly #calls: BlockedCall[] = [];
  /** No deadline is before that, ns. */
  #next = Number.POSITIVE_INFINITY;

  get size(): number {
    return this.#calls.length;
  }

  add(call: BlockedCall): void {
    this.#calls.push(call);
    if (call.deadlineNs < this.#next) this.#next = call.deadlineNs;
  }

  delete(call: BlockedCall): void {
    const at = this.#calls.indexOf(call);
    if (at >= 0) this.#calls.splice(at, 1);
    if (this.#calls.length === 0) this.#next = Number.POSITIVE_INFINITY;
  }

  /** When poll() may have something to do next, CLOCK_MONOTONIC in ns; Infinity for never. */
  get nextNs(): number {
    return this.#next;
  }

  /** Gives up those whose deadline has passed at `nowNs`. */
  poll(nowNs: number): void {
    if (nowNs < this.#next) return;
    // Who is given up leaves the list.
    for (const call of [...this.#calls]) call.poll(nowNs);
    this.#next = Number.POSITIVE_INFINITY;
    for (const { deadlineNs } of this.#calls) {
      if (deadlineNs > nowNs && deadlineNs < this.#next) this.#next = deadlineNs;
    }
  }
}
