import type { Account, FairOrder } from './fair-order.ts';

/** How long the thread does something before it looks whether others have asked for something, ns. */
const SLICE_NS = 20_000;
/** Calls of condResched() until the clock is looked at, and where calls come faster than one in so many ns. */
const CALLS = 2;
const FAST_CALLS = 16;
const FAST_NS = 300;
/** Calls that are under way at once, each paused by the next. */
const MAX_DEPTH = 4;

export interface SlicesOptions<T> {
  /** CLOCK_MONOTONIC, ns. */
  now: () => number;
  /** Looks what has been asked for, and gives turns to those who have used less than the turn that is paused. */
  others: () => void;
  order: FairOrder<T>;
}

/**
 * Cuts long calls into slices: the driver calls condResched() where a kernel thread could be preempted and holds at most
 * its VM's op_lock, and once a slice is over those clients have their turns that have used less time, within that call. So
 * they wait for a slice and not for the call. What could need the lock waits for the call's end: other calls on the same
 * file, work on the same VM, resets.
 */
export class Slices<T> {
  readonly #options: SlicesOptions<T>;
  /** When what has been asked for was looked at last, ns. */
  #looked = Number.POSITIVE_INFINITY;
  /** From when on time has not been charged, ns. */
  #begun = 0;
  /** Calls that are left until the clock is looked at, of how many; and when it was looked at last, ns. */
  #left = CALLS;
  #stride = CALLS;
  #read = 0;
  #depth = 0;

  constructor(options: SlicesOptions<T>) {
    this.#options = options;
  }

  /** A call is paused. */
  get pauses(): boolean {
    return this.#depth > 0;
  }

  /** A call that gives others their turns was itself made in such a turn. */
  get nested(): boolean {
    return this.#depth > 1;
  }

  /** Whether it is time for another look. */
  get over(): boolean {
    return this.#options.now() - this.#looked > SLICE_NS;
  }

  /** What has been asked for is known: a slice begins. */
  looked(): void {
    this.#looked = this.#options.now();
  }

  /** A turn of `account`. */
  turn(account: Account<T>, what: () => void): void {
    const { now, order } = this.#options;
    order.begin(account);
    this.#begun = now();
    try {
      what();
    } finally {
      order.charge(now() - this.#begun);
      order.end();
    }
  }

  readonly condResched = (): void => {
    if (--this.#left > 0 || this.#depth >= MAX_DEPTH) return;
    const { now, order, others } = this.#options;
    const time = now();
    this.#stride = time - this.#read < this.#stride * FAST_NS ? FAST_CALLS : CALLS;
    this.#left = this.#stride;
    this.#read = time;
    if (time - this.#looked <= SLICE_NS) return;
    order.charge(time - this.#begun);
    this.#depth++;
    try {
      others();
    } finally {
      this.#depth--;
      this.#begun = now();
    }
  };

  /** Nothing is under way: there is no slice until the next look. */
  end(): void {
    this.#looked = Number.POSITIVE_INFINITY;
  }
}
