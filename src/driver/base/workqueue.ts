import type { Mutex, Op } from '../../coroutine/op.ts';

/** Something to do later, in a worker's context (struct work_struct). Queued twice before it ran, it runs once. */
export interface Work {
  /** It waits for a worker. */
  pending: boolean;
  /** A worker is in it. */
  running: boolean;
  /** The mutex that it begins with (a VM's op_lock), where it has one. */
  readonly lock?: Mutex | undefined;
  /** It may take long (SchedJob.cost). */
  readonly long?: boolean;
  /** The open file whose calls have left it, where it is one's. */
  readonly owner?: unknown;
  run(): Op<void>;
}

/** Pieces of work that may not be done are passed over, so many. */
const MAX_LOOKED_AT = 64;

/**
 * Work that interrupts, fences and calls leave behind. It is done in order, by the caller of drain(): the end of
 * each ioctl where nothing else runs, worker threads in the explorer.
 */
export class Workqueue {
  readonly #items: Work[] = [];
  /** Whether a piece of work may be done now; what may not stays queued. Null: everything may. */
  admits: ((work: Work) => boolean) | null = null;
  /** Whether it is time to do something else than work. */
  isOver: (() => boolean) | null = null;
  /** The open file whose call is being made, where a caller says so: what it queues is its own (Work.owner). */
  caller: unknown = null;

  get idle(): boolean {
    return this.#items.length === 0;
  }

  /** queue_work(): does nothing when the work is pending already; work under way is queued again after its run. */
  queue(work: Work): void {
    if (work.pending) return;
    work.pending = true;
    if (!work.running) this.#items.push(work);
  }

  /** Whether a piece of work that has several parts may go on with the next. */
  mayGoOn(work: Work): boolean {
    return !this.isOver?.() && (this.admits?.(work) ?? true);
  }

  /** cancel_work(): takes work back that no worker has begun; one that runs is not queued again. */
  cancel(work: Work): void {
    work.pending = false;
    const at = this.#items.indexOf(work);
    if (at >= 0) this.#items.splice(at, 1);
  }

  /** Does the oldest piece of work that may be done; false when there is none. */
  *step(): Op<boolean> {
    const work = this.#next();
    if (work === undefined) return false;
    work.pending = false;
    work.running = true;
    yield* work.run();
    work.running = false;
    if (work.pending) this.#items.push(work);
    return true;
  }

  #next(): Work | undefined {
    const { admits } = this;
    // shift() is a call of V8's own, pop() is compiled in.
    if (admits === null) return this.#items.length === 1 ? this.#items.pop() : this.#items.shift();
    if (this.#items.length === 0 || this.isOver?.()) return undefined;
    for (let at = 0; at < this.#items.length && at < MAX_LOOKED_AT; at++) {
      if (admits(this.#items[at])) return this.#items.splice(at, 1)[0];
    }
    return undefined;
  }

  /** Works until nothing is left that may be done. */
  *drain(): Op<void> {
    while (yield* this.step());
  }
}
