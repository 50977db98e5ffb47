/**
 * What makes descriptors of clients readable: eventfds and fence files. One fence may do that to thousands of them, so it is
 * noted where the fence signals, and done by the call that signalled it before its client is told, or in a turn of work.
 */
export class Signals {
  readonly #noted: (() => void)[] = [];

  /** How many have not been delivered. */
  get count(): number {
    return this.#noted.length;
  }

  add(signal: () => void): void {
    this.#noted.push(signal);
  }

  /** Delivers those that came after the first `from` of them, with `pause` after each: others may have their turn. */
  deliver(from: number, pause: () => void): void {
    while (this.#noted.length > from) {
      for (const signal of this.#noted.splice(from)) {
        signal();
        pause();
      }
    }
  }
}
