/** What each thread of a search by several does: takes prefixes of schedules from the queue and searches behind them. */
import { Descent, type Sharing } from './descent.ts';
import type { Graph } from './graph.ts';
import type { Context } from './search.ts';
import type { StateTable } from './state-table.ts';
import type { WorkQueue } from './work-queue.ts';

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
  readonly #graph: Graph | null;
  readonly #queue: WorkQueue;
  readonly #sharing: Sharing;
  /** Its budget was spent. */
  spent = false;

  constructor(
    context: Context,
    table: StateTable,
    graph: Graph | null,
    queue: WorkQueue,
    sharing: Sharing = sharingOver(queue),
  ) {
    this.#context = context;
    this.#table = table;
    this.#graph = graph;
    this.#queue = queue;
    this.#sharing = sharing;
  }

  /** Searches behind one prefix; all are to end where the budget is spent or enough was found. */
  search(prefix: Uint8Array): void {
    const descent = new Descent(this.#context, this.#table, this.#sharing, this.#graph);
    if (descent.run(prefix) === 'budget' && !this.#queue.stopped) this.spent = true;
    if (this.spent || this.#context.done) this.#queue.stop();
  }
}
