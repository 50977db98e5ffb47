/** Below this many items that are gone, moving the others is not worth it. */
const MIN_GONE = 64;
/** Items of one array: a long one is copied whole when it grows, and others wait meanwhile. */
const PART = 1024;

/** First in, first out; taking one out costs the same however many there are (Array.shift() moves all the others). */
export class Fifo<T> {
  /** The oldest, of which #head are gone. */
  #items: T[] = [];
  #head = 0;
  /** Arrays with those behind them, where one is too small. */
  #more: T[][] | null = null;

  get length(): number {
    const more = this.#more;
    const behind = more === null ? 0 : (more.length - 1) * PART + (more.at(-1) as T[]).length;
    return this.#items.length - this.#head + behind;
  }

  /** The oldest, undefined where there is none. */
  get first(): T | undefined {
    return this.#items[this.#head];
  }

  push(item: T): void {
    if (this.#more === null && this.#items.length < PART) {
      this.#items.push(item);
      return;
    }
    this.#more ??= [];
    const last = this.#more.at(-1);
    if (last === undefined || last.length === PART) this.#more.push([item]);
    else last.push(item);
  }

  /** Takes the oldest out. */
  shift(): T | undefined {
    if (this.#head === this.#items.length) return undefined;
    const item = this.#items[this.#head++];
    if (this.#more !== null) {
      if (this.#head === this.#items.length) this.#next(this.#more);
    } else if (this.#head > MIN_GONE && 2 * this.#head > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  /** The first array is empty: goes on with the next. */
  #next(more: T[][]): void {
    this.#items = more.shift() as T[];
    this.#head = 0;
    if (more.length === 0) this.#more = null;
  }
}
