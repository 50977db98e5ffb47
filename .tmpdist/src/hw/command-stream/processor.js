/**
 * The command-stream hardware: gives the queues that have slots turns, as many instructions at a time as it is allowed.
 * A queue that waits (SYNC_WAIT, PROGRESS_WAIT) is passed over until something changes; the others go on.
 */
import { Core } from './core.js';
import { StreamFatal } from './exceptions.js';
import { execute } from './execute.js';
import { STAY } from './outcome.js';
/** Instructions of one queue before it is another's turn. */
const SLICE = 256;
export class StreamProcessor {
    core;
    memory;
    /** Queues with a slot, in the order of their turns. */
    #queues = [];
    constructor(memory, clock, events) {
        this.memory = memory;
        this.core = new Core(memory, clock, events);
    }
    /** The queue has a slot: it goes on where it was. Again for a queue that has one does nothing. */
    start(queue) {
        if (queue.running || queue.dead)
            return;
        queue.running = true;
        queue.triedAt = 0;
        this.#queues = [...this.#queues, queue].sort((a, b) => b.group.priority - a.group.priority || b.priority - a.priority);
    }
    /** The queue has lost its slot. */
    stop(queue) {
        queue.running = false;
        this.#queues = this.#queues.filter((one) => one !== queue);
    }
    /** Memory may have changed in other ways: blocked queues have another look. */
    wake() {
        this.core.changes++;
    }
    /** Whether a queue waits for something. */
    get waiting() {
        return this.#queues.some((queue) => queue.blocked !== null);
    }
    /**
     * Executes at most `budget` instructions (and what is left of one slice).
     *
     * @returns whether there is more that could be executed right now
     */
    *run(budget) {
        this.memory.invalidate();
        for (let left = budget; left > 0;) {
            const before = left;
            for (const queue of this.#queues) {
                if (!this.#canGoOn(queue))
                    continue;
                const done = yield* this.#turn(queue);
                left -= done;
            }
            if (left === before)
                return false;
        }
        return this.#queues.some((queue) => this.#canGoOn(queue));
    }
    #canGoOn(queue) {
        if (!queue.running || queue.group.halted || !queue.hasWork || queue.group.space.as < 0)
            return false;
        return queue.blocked === null || queue.triedAt !== this.core.changes;
    }
    /** One queue's turn; how many instructions it took. */
    *#turn(queue) {
        const { core } = this;
        const before = queue.blocked;
        queue.blocked = null;
        let done = 0;
        try {
            this.memory.select(queue.group.space.as);
            while (done < SLICE && queue.hasWork && queue.running) {
                done++;
                const outcome = yield* execute(core, queue);
                if (outcome === STAY)
                    break;
            }
        }
        catch (error) {
            if (!(error instanceof StreamFatal))
                throw error;
            queue.dead = true;
            queue.group.halted = true;
            queue.syncWait = null;
            core.events.fatal(queue, error.type, error.info);
            this.memory.invalidate();
        }
        queue.triedAt = core.changes;
        if (queue.blocked !== before)
            core.events.blocked(queue);
        return done;
    }
}
//# sourceMappingURL=processor.js.map