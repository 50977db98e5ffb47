import { EINTR } from '../../../uapi/errno.ts';

/** What PanthorDrv.ioctl() returns when the caller has to wait: `file.blocked` says for what. */
export const BLOCKED = 1;

/**
 * A call that waits. It completes once: by what it waits for, by its deadline (when it is polled then) or because
 * it is cancelled. Outputs are in the caller's memory before the callbacks run.
 */
export class BlockedCall {
  /** CLOCK_MONOTONIC, ns; Infinity waits for ever. */
  readonly deadlineNs: number;
  readonly #retry: () => number | undefined;
  readonly #leave: () => void;
  readonly #late: number;
  #callbacks: ((ret: number) => void)[] = [];
  #ret: number | undefined;

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

  /** wake_up_process(): something happened; looks again. */
  wake(): void {
    if (this.done) return;
    const ret = this.#retry();
    if (ret !== undefined) this.#complete(ret);
  }

  /** schedule_timeout() runs out at `nowNs`, if it does. */
  poll(nowNs: number): void {
    if (!this.done && nowNs >= this.deadlineNs) this.#complete(this.#late);
  }

  /** The caller got a signal: ERESTARTSYS inside the kernel, EINTR for who does not restart the call. */
  cancel(): void {
    if (!this.done) this.#complete(-EINTR);
  }

  #complete(ret: number): void {
    this.#ret = ret;
    this.#leave();
    const callbacks = this.#callbacks;
    this.#callbacks = [];
    for (const callback of callbacks) callback(ret);
  }
}
