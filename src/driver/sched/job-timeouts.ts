import type { PanthorQueue } from './queue.ts';

/** Queues with jobs in flight, and the deadlines of those that have a slot (queue_timedout_job()). */
export class JobTimeouts {
  readonly #busy = new Set<PanthorQueue>();

  add(queue: PanthorQueue): void {
    this.#busy.add(queue);
  }

  delete(queue: PanthorQueue): void {
    this.#busy.delete(queue);
  }

  /** queue_timedout_job() for each queue without progress since its deadline: its group can run no more. Whether there is one. */
  poll(nowNs: number): boolean {
    let any = false;
    for (const queue of this.#busy) {
      if (nowNs < queue.deadlineNs) continue;
      queue.group.timedout = true;
      any = true;
    }
    return any;
  }

  /** The first deadline, CLOCK_MONOTONIC in ns; Infinity where there is none. */
  get nextNs(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const queue of this.#busy) next = Math.min(next, queue.deadlineNs);
    return next;
  }
}
