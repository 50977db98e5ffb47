/**
 * Work that interrupts, fences and calls leave behind. It is done in order, by whoever drains the queue: the end of
 * each ioctl where nothing else runs, worker threads in the explorer.
 */
export class Workqueue {
    #items = [];
    get idle() {
        return this.#items.length === 0;
    }
    /** queue_work(): does nothing when the work is pending already; work under way is queued again after its run. */
    queue(work) {
        if (work.pending)
            return;
        work.pending = true;
        if (!work.running)
            this.#items.push(work);
    }
    /** Does the oldest piece of work; false when there is none. */
    *step() {
        const work = this.#items.shift();
        if (work === undefined)
            return false;
        work.pending = false;
        work.running = true;
        yield* work.run();
        work.running = false;
        if (work.pending)
            this.#items.push(work);
        return true;
    }
    /** Works until nothing is left. */
    *drain() {
        while (yield* this.step())
            ;
    }
}
//# sourceMappingURL=workqueue.js.map