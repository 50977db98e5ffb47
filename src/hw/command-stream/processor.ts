/**
 * The command-stream hardware: gives the queues that have slots turns, as many instructions at a time as it is allowed.
 * A queue that waits (SYNC_WAIT, PROGRESS_WAIT) is passed over until something changes; the others go on.
 */
import { Core, type GpuClock, type StreamEvents } from './core.ts';
import { StreamFatal } from './exceptions.ts';
import { execute } from './execute.ts';
import type { GpuMemory } from './gpu-memory.ts';
import { STAY } from './outcome.ts';
import type { StreamOp } from './stream-memory.ts';
import type { StreamQueue } from './stream-queue.ts';

/** Instructions of one queue before it is another's turn. */
const SLICE = 256;

export class StreamProcessor {
  readonly core: Core;
  readonly memory: GpuMemory;
  /** Queues with a slot, in the order of their turns. */
  #queues: StreamQueue[] = [];
  /** How many of them have had their turn in this round. */
  #done = 0;

  constructor(memory: GpuMemory, clock: GpuClock, events: StreamEvents) {
    this.memory = memory;
    this.core = new Core(memory, clock, events);
  }

  /** The queue has a slot: it goes on where it was. Again for a queue that has one does nothing. */
  start(queue: StreamQueue): void {
    if (queue.running || queue.dead) return;
    queue.running = true;
    queue.triedAt = 0;
    this.#done = 0;
    this.#queues = [...this.#queues, queue].sort(
      (a, b) => b.group.priority - a.group.priority || b.priority - a.priority,
    );
  }

  /** The queue has lost its slot. */
  stop(queue: StreamQueue): void {
    queue.running = false;
    this.#done = 0;
    this.#queues = this.#queues.filter((one) => one !== queue);
  }

  /** Memory may have changed in other ways: blocked queues have another look. */
  wake(): void {
    this.core.changes++;
  }

  /** Whether a queue waits for something. */
  get waiting(): boolean {
    return this.#queues.some((queue) => queue.blocked !== null);
  }

  /**
   * Executes at most `budget` instructions (and what is left of one slice); the next call goes on with the next queue.
   *
   * @returns whether there is more that could be executed right now
   */
  *run(budget: number): StreamOp<boolean> {
    this.memory.invalidate();
    let passed = 0;
    for (let left = budget; left > 0 && passed < this.#queues.length; ) {
      if (this.#done >= this.#queues.length) this.#done = 0;
      const queue = this.#queues[this.#done++];
      if (this.#canGoOn(queue)) {
        left -= yield* this.#turn(queue);
        passed = 0;
      } else passed++;
    }
    return this.#queues.some((queue) => this.#canGoOn(queue));
  }

  #canGoOn(queue: StreamQueue): boolean {
    if (!queue.running || queue.group.halted || !queue.hasWork || queue.group.space.as < 0) return false;
    return queue.blocked === null || queue.triedAt !== this.core.changes;
  }

  /** One queue's turn; how many instructions it took. */
  *#turn(queue: StreamQueue): StreamOp<number> {
    const { core } = this;
    const before = queue.blocked;
    queue.blocked = null;
    let done = 0;
    try {
      this.memory.select(queue.group.space.as);
      while (done < SLICE && queue.hasWork && queue.running) {
        done++;
        const outcome = yield* execute(core, queue);
        if (outcome === STAY) break;
      }
    } catch (error) {
      if (!(error instanceof StreamFatal)) throw error;
      queue.dead = true;
      queue.group.halted = true;
      queue.syncWait = null;
      core.events.fatal(queue, error.type, error.info);
      this.memory.invalidate();
    }
    queue.triedAt = core.changes;
    if (queue.blocked !== before) core.events.blocked(queue);
    return done;
  }
}
