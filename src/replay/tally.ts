/** What a replay counts and finds, in the shape of `replay --json`. */
import type { Refusal } from '../payload/refusal.ts';

export interface Finding {
  index: number;
  what: string;
}
/** A call that the model refused. */
export interface Refused extends Refusal {
  index: number;
  call: string;
}
/** A call that ended otherwise than it was recorded. */
export interface Divergence extends Finding {
  /** Behaviours that, switched alone, have the call end as recorded: "+name" or "-name". Set where it was looked for. */
  would_explain?: readonly string[];
}
export interface Explained {
  index: number;
  why: string;
}
export interface Warning {
  /** First record that caused it. */
  index: number;
  /** Kernel function and reason. */
  what: string;
  count: number;
}

/** How many findings of a kind are kept; all are counted. */
const KEPT = 1000;

export class FindingList<T> {
  readonly kept: T[] = [];
  count = 0;

  add(finding: T): void {
    if (this.count++ < KEPT) this.kept.push(finding);
  }
}

/** How often a call was made. */
export interface CallCount {
  readonly name: string;
  count: number;
}

/** Calls by name. Who counts asks for the counter once and not at each call: a look by name costs more than counting. */
export class CallCounts {
  total = 0;
  failed = 0;
  readonly #counts = new Map<string, CallCount>();

  counter(name: string): CallCount {
    let counter = this.#counts.get(name);
    if (counter === undefined) {
      counter = { name, count: 0 };
      this.#counts.set(name, counter);
    }
    return counter;
  }

  /** In the order in which counters were asked for. */
  get by_name(): Record<string, number> {
    const made = [...this.#counts.values()].filter(({ count }) => count > 0);
    return Object.fromEntries(made.map(({ name, count }) => [name, count]));
  }

  toJSON(): { total: number; failed: number; by_name: Record<string, number> } {
    const { total, failed, by_name } = this;
    return { total, failed, by_name };
  }
}

export class Tally {
  records = 0;
  mmaps = 0;
  readonly ioctls = new CallCounts();
  readonly bindOps = { map: 0, unmap: 0, sync_only: 0, sparse: 0, async: 0, sync: 0 };
  readonly explained = new FindingList<Explained>();
  /** Failures of the capture's machine (no memory, a signal) that the replay followed. */
  readonly followed = new FindingList<Finding>();
  /** Calls that the model refused, with the function and the field, where they are known. */
  readonly refused = new FindingList<Refused>();
  readonly divergences = new FindingList<Divergence>();
  /** Waits that the model would not have answered yet. */
  readonly wouldBlock = new FindingList<Finding>();
  /** Results that depend on how fast the GPU is, which a replay does not know. */
  readonly timing = new FindingList<Finding>();
  readonly warnings = new Map<string, Warning>();
}
