/** A small seeded generator (mulberry32): the same seed, the same schedules, on every machine. */
export class Rng {
    #state;
    constructor(seed) {
        this.#state = seed >>> 0;
    }
    /** A 32-bit integer. */
    next() {
        this.#state = (this.#state + 0x6d2b79f5) >>> 0;
        let t = this.#state;
        t = Math.imul(t ^ (t >>> 15), t | 1);
        t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
        return (t ^ (t >>> 14)) >>> 0;
    }
    /** An integer from 0 to n - 1. */
    below(n) {
        return Math.floor((this.next() / 0x100000000) * n);
    }
}
//# sourceMappingURL=rng.js.map