/**
 * Something that there is not enough of for everybody (descriptors, bytes of unfinished messages), counted by client. A
 * client may have as much as is left for the others afterwards: one that takes all it can get leaves half, and whoever
 * comes next gets something, too.
 */
export class Shares {
  readonly #limit: number;
  #total = 0;
  readonly #held = new Map<number, number>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get total(): number {
    return this.#total;
  }

  /** Gives `count` more to process `pid`; false, and nothing given, where that is more than its share. */
  take(pid: number, count: number): boolean {
    const held = (this.#held.get(pid) ?? 0) + count;
    if (count > 0 && held > this.#limit - this.#total - count) return false;
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
