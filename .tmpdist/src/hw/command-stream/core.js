/** Bits of a flush id (LATEST_FLUSH_ID; panthor_job_create() refuses others but the topmost). */
const FLUSH_ID_MASK = 0xffffff;
export class Core {
    memory;
    clock;
    events;
    /** Counts changes of memory, progress and whatever else a blocked queue may wait for. */
    changes = 1;
    /** Instructions executed. */
    instructions = 0;
    /** LATEST_FLUSH_ID */
    flushId = 0;
    #heaps = new WeakMap();
    constructor(memory, clock, events) {
        this.memory = memory;
        this.clock = clock;
        this.events = events;
    }
    /** Writes a word; queues that wait for memory have another look. */
    *store32(va, value) {
        yield* this.memory.store32(va, value);
        this.changes++;
    }
    /** Adds to a word or, where it is `wide`, to two of them. */
    *atomicAdd(va, lo, hi, wide) {
        yield* this.memory.atomicAdd(va, lo, hi, wide);
        this.changes++;
    }
    /** The counters of the heap whose context is at `va` in the queue's address space. */
    heapCounters(queue, va) {
        const { space } = queue.group;
        let heaps = this.#heaps.get(space);
        if (heaps === undefined) {
            heaps = new Map();
            this.#heaps.set(space, heaps);
        }
        let counters = heaps.get(va);
        if (counters === undefined) {
            counters = { vtStart: 0, vtEnd: 0, fragEnd: 0 };
            heaps.set(va, counters);
        }
        return counters;
    }
    /** A cache flush that was asked for when `since` was LATEST_FLUSH_ID: it is done unless there was one since then. */
    flush(since) {
        const age = (this.flushId - since) & FLUSH_ID_MASK;
        if (age > 0 && age <= FLUSH_ID_MASK >> 1)
            return;
        this.flushId = (this.flushId + 1) & FLUSH_ID_MASK;
        this.events.flushed(this.flushId);
    }
    /** One of the queue's tasks asked to be counted (progress_increment). */
    countProgress(queue) {
        if (++queue.progress[0] === 0x100000000)
            queue.progress[1]++;
        this.changes++;
    }
}
//# sourceMappingURL=core.js.map