import { Rng } from './rng.js';
import { MAX_THREADS, threadOf } from './world.js';
/**
 * Probabilistic concurrency testing: each thread has a random priority, the highest that can go on goes on, and at
 * `changes` random steps the running thread drops below all others. A bug that needs d ordering constraints among n
 * threads and k steps is hit with a probability of at least 1 / (n k^(d-1)) a run, d being changes + 1.
 *
 * S. Burckhardt, P. Kothari, M. Musuvathi, S. Nagarakatte: A Randomized Scheduler with Probabilistic Guarantees of
 * Finding Bugs, ASPLOS 2010.
 */
export class PctPicker {
    #changes;
    #length;
    #priority = new Float64Array(MAX_THREADS);
    #points = [];
    #lowest = 0;
    #rng = new Rng(0);
    /** `length`: about how many steps a schedule has. */
    constructor(changes, length) {
        this.#changes = changes;
        this.#length = Math.max(1, length);
    }
    begin(seed) {
        this.#rng = new Rng(seed);
        for (let i = 0; i < MAX_THREADS; i++)
            this.#priority[i] = 1 + this.#rng.next();
        this.#points = Array.from({ length: this.#changes }, () => this.#rng.below(this.#length));
        this.#lowest = 0;
    }
    pick(steps, n, depth) {
        const best = this.#best(steps, n);
        if (!this.#points.includes(depth))
            return best;
        this.#priority[threadOf(steps[best])] = this.#lowest--;
        return this.#best(steps, n);
    }
    /** Of several ways that the thread can go on (a Choice), any with the same chance. */
    #best(steps, n) {
        let first = 0;
        for (let i = 1; i < n; i++) {
            if (this.#priority[threadOf(steps[i])] > this.#priority[threadOf(steps[first])])
                first = i;
        }
        let ways = 1;
        while (first + ways < n && threadOf(steps[first + ways]) === threadOf(steps[first]))
            ways++;
        return ways > 1 ? first + this.#rng.below(ways) : first;
    }
}
//# sourceMappingURL=pct.js.map