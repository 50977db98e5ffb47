/** What each thread of a search by several does: takes prefixes of schedules from the queue and searches behind them. */
import { MAX_NOTED } from './depth-first.ts';
import { Descent } from './descent.ts';
import type { Ends } from './ends.ts';
import type { Graph } from './graph.ts';
import type { Context } from './search.ts';
import type { StateTable } from './state-table.ts';
import type { WorkQueue } from './work-queue.ts';

/** How a depth-first search shares its work with others over the same table. */
export interface Sharing {
  /** Another worker has nothing to do. */
  hasIdleWorkers(): boolean;
  /** Gives away the part of the space behind the first `length` steps of `schedule`; false where there is no room. */
  share(schedule: Uint8Array, length: number): boolean;
  /** Another thread has found what was looked for, or the budget is spent. */
  stopped(): boolean;
}

/** Shallow steps go to those who have none. */
export function sharingOver(queue: WorkQueue): Sharing {
  return {
    hasIdleWorkers: () => queue.hasIdleWorkers,
    share: (schedule, length) => queue.put(schedule, length),
    stopped: () => queue.stopped,
  };
}

export class Member {
  readonly #context: Context;
  readonly #table: StateTable;
  readonly #ends: Ends | null;
  readonly #queue: WorkQueue;
  readonly #sharing: Sharing;
  /** Its budget was spent. */
  spent = false;
  /** Where states and steps are noted, while they are few. */
  graph: Graph | null;

  /** `ends`: what is to know whether states lead to an end. */
  constructor(
    context: Context,
    table: StateTable,
    queue: WorkQueue,
    options: { ends: Ends | null; graph?: Graph | null; sharing?: Sharing },
  ) {
    const { ends, graph = null, sharing = sharingOver(queue) } = options;
    this.#context = context;
    this.#table = table;
    this.#ends = ends;
    this.graph = graph;
    this.#queue = queue;
    table.rest();
    this.#sharing = sharing;
  }

  /** Searches behind one prefix; all are to end where the budget is spent or enough was found. */
  search(prefix: Uint8Array): void {
    const descent = new Descent(this.#context, this.#table, {
      ...{ sharing: this.#sharing, graph: this.graph, mostNoted: MAX_NOTED, ends: this.#ends },
    });
    this.#table.resume();
    try {
      if (descent.run(prefix) === 'budget' && !this.#queue.stopped) this.spent = true;
    } finally {
      this.#table.rest();
    }
    this.graph = descent.graph;
    if (this.spent || this.#context.done) this.#queue.stop();
  }
}
