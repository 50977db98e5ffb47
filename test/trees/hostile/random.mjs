/** Random choices from a seed: the same seed gives the same streams on every machine. */
export class Random {
  #state;

  constructor(seed) {
    this.#state = (seed ^ 0x9e3779b9) >>> 0;
  }

  /** An integer from 0 up to but without `limit`, at most 2^32. */
  below(limit) {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let x = this.#state;
    x = Math.imul(x ^ (x >>> 15), x | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return Math.floor((((x ^ (x >>> 14)) >>> 0) / 2 ** 32) * limit);
  }

  /** Whether something of one in `n` happens. */
  oneIn(n) {
    return this.below(n) === 0;
  }

  of(list) {
    return list[this.below(list.length)];
  }

  /** One of the keys of `weights`, as often as its number says. */
  weighted(weights) {
    const entries = Object.entries(weights);
    let at = this.below(entries.reduce((sum, [, weight]) => sum + weight, 0));
    for (const [key, weight] of entries) {
      if (at < weight) return key;
      at -= weight;
    }
    throw new Error('no weight');
  }
}
