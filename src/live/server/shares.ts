import { RenewedMap } from '../../driver/base/renewed-map.ts';

/**
 * Something that there is not enough of for all (descriptors, bytes of unfinished messages), counted by client. A
 * client may have as much as is left for the others afterwards, or a few times that: one that takes all it can get leaves
 * a part, and the next client gets something, too.
 */
export class Shares {
  readonly #limit: number;
  readonly #times: number;
  #total = 0;
  readonly #held = new RenewedMap<number, number>();

  /** With `times` 1 a client has at most half of `limit`, with 3 three quarters. */
  constructor(limit: number, times = 1) {
    this.#limit = limit;
    this.#times = times;
  }

  get total(): number {
    return this.#total;
  }

  /** Gives `count` more to process `pid`; false, and nothing given, where that is more than its share. */
  take(pid: number, count: number): boolean {
    const held = (this.#held.get(pid) ?? 0) + count;
    if (count > 0 && held > this.#times * (this.#limit - this.#total - count)) return false;
    this.#total += count;
    if (held === 0) this.#held.delete(pid);
    else this.#held.set(pid, held);
    return true;
  }

  /** Gives back what `take` gave. */
  giveBack(pid: number, count: number): void {
    this.take(pid, -count);
  }
}
