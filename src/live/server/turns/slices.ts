/** What a call, or a piece of work that one has left, may take before others have their turn, ns. */
const SLICE_NS = 250_000;
/** Calls of condResched() between two looks at the clock. */
const CALLS = 2;
/** Calls that are under way at once, each paused by the next. */
const MAX_DEPTH = 4;

export interface SlicesOptions {
  /** CLOCK_MONOTONIC, ns. */
  now: () => number;
  /** Gives others a turn each. */
  others: () => void;
}

/**
 * Cuts long calls into slices: the driver calls condResched() where a kernel thread could be preempted and holds at most
 * its VM's op_lock, and once a slice is over the other clients have a turn each, within that call. So they wait for a
 * slice and not for the call. What could need the lock waits for the call's end: other calls on the same file, work on
 * the same VM, resets.
 */
export class Slices {
  readonly #options: SlicesOptions;
  readonly #deferred: (() => void)[] = [];
  #begun = Number.POSITIVE_INFINITY;
  #calls = 0;
  #depth = 0;

  constructor(options: SlicesOptions) {
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

  /** Whether the present slice is over. */
  get over(): boolean {
    return this.#options.now() - this.#begun > SLICE_NS;
  }

  /** A slice begins. */
  begin(): void {
    this.#begun = this.#options.now();
  }

  readonly condResched = (): void => {
    if (++this.#calls < CALLS || this.#depth >= MAX_DEPTH) return;
    this.#calls = 0;
    if (!this.over) return;
    this.#depth++;
    try {
      this.begin();
      this.#options.others();
    } finally {
      this.#depth--;
      this.begin();
    }
  };

  /** Does something now, or after the call that is paused. */
  afterPause(what: () => void): void {
    if (this.pauses) this.#deferred.push(what);
    else what();
  }

  /** No call is under way: does what was put off. There is no slice until the next begins. */
  end(): void {
    this.#begun = Number.POSITIVE_INFINITY;
    for (const what of this.#deferred.splice(0)) what();
  }
}
