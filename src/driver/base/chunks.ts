/** Items of one part. */
const PART = 1024;

/** A list that only grows, in parts: a long array is copied whole when it grows, and others wait meanwhile. */
export class Chunks<T> {
  #full: T[][] = [];
  #last: T[] = [];

  push(item: T): void {
    if (this.#last.length === PART) {
      this.#full.push(this.#last);
      this.#last = [];
    }
    this.#last.push(item);
  }

  /** Empties it, with `each` for every item, oldest first. */
  takeAll(each: (item: T) => void): void {
    const parts = this.#full;
    parts.push(this.#last);
    this.#full = [];
    this.#last = [];
    for (const part of parts) for (const item of part) each(item);
  }
}
