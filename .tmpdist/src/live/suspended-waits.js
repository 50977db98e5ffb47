import { waitIsOver } from '../hw/command-stream/sync.js';
/** Queues that lost their slot in a SYNC_WAIT: the driver looks for them whether what they wait for has happened. */
export class SuspendedWaits {
    #memory;
    #sched;
    #queues = new Map();
    constructor(memory, sched) {
        this.#memory = memory;
        this.#sched = sched;
    }
    get size() {
        return this.#queues.size;
    }
    add(stream, queue) {
        this.#queues.set(stream, queue);
    }
    forget(stream) {
        this.#queues.delete(stream);
    }
    /** sync_upd_work() with panthor_queue_eval_syncwait(): who need not wait any longer asks for a slot. */
    look() {
        for (const [stream, queue] of this.#queues) {
            if (queue.group.canRun && !this.#isOver(stream, queue))
                continue;
            this.#queues.delete(stream);
            if (!queue.group.canRun)
                continue;
            stream.blocked = null;
            this.#sched.reportUnblocked(queue);
        }
    }
    /** What is not mapped any more cannot be looked at; the queue finds that out itself. */
    #isOver({ syncWait: wait }, { group }) {
        if (wait === null)
            return true;
        const { ttbr } = group.vm.pgtable;
        const lo = this.#memory.peek32(ttbr, wait.va);
        const hi = wait.wide ? this.#memory.peek32(ttbr, wait.va + 4) : 0;
        return lo === undefined || hi === undefined || waitIsOver(wait, lo, hi);
    }
}
//# sourceMappingURL=suspended-waits.js.map