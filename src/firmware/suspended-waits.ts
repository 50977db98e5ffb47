import type { PanthorQueue } from '../driver/sched/queue.ts';
import type { Scheduler } from '../driver/sched/sched.ts';
import type { GpuMemory } from '../hw/command-stream/gpu-memory.ts';
import type { StreamQueue } from '../hw/command-stream/stream-queue.ts';
import { waitIsOver } from '../hw/command-stream/sync.ts';

/** Queues that lost their slot in a SYNC_WAIT: the driver looks for them whether what they wait for has happened. */
export class SuspendedWaits {
  readonly #memory: GpuMemory;
  readonly #sched: Scheduler;
  readonly #queues = new Map<StreamQueue, PanthorQueue>();

  constructor(memory: GpuMemory, sched: Scheduler) {
    this.#memory = memory;
    this.#sched = sched;
  }

  get size(): number {
    return this.#queues.size;
  }

  add(stream: StreamQueue, queue: PanthorQueue): void {
    this.#queues.set(stream, queue);
  }

  forget(stream: StreamQueue): void {
    this.#queues.delete(stream);
  }

  /** sync_upd_work() with panthor_queue_eval_syncwait(): who need not wait any longer asks for a slot. */
  look(): void {
    for (const [stream, queue] of this.#queues) {
      if (queue.group.canRun && !this.#isOver(stream, queue)) continue;
      this.#queues.delete(stream);
      if (!queue.group.canRun) continue;
      stream.blocked = null;
      this.#sched.reportUnblocked(queue);
    }
  }

  /** What is not mapped any more cannot be looked at; the queue finds that out itself. */
  #isOver({ syncWait: wait }: StreamQueue, { group }: PanthorQueue): boolean {
    if (wait === null) return true;
    const { ttbr } = group.vm.pgtable;
    const lo = this.#memory.peek32(ttbr, wait.va);
    const hi = wait.wide ? this.#memory.peek32(ttbr, wait.va + 4) : 0;
    return lo === undefined || hi === undefined || waitIsOver(wait, lo, hi);
  }
}
