/** Items of one part. */
const PART = 1024;

/** Stands for a part, and a list of parts, before there is one. */
const NO_PART: never[] = [];

/** A list that only grows, in parts: a long array is copied whole when it grows, and others wait meanwhile. */
export class Chunks<T> {
  #full: T[][] = NO_PART;
  #last: T[] = NO_PART;

  push(item: T): void {
    if (this.#last.length === PART) {
      if (this.#full.length === 0) this.#full = [this.#last];
      else this.#full.push(this.#last);
      this.#last = [item];
    } else if (this.#last.length === 0) this.#last = [item];
    else this.#last.push(item);
  }

  /** Empties it, with `each` for every item, oldest first. */
  takeAll(each: (item: T) => void): void {
    const full = this.#full;
    const last = this.#last;
    this.#full = NO_PART;
    this.#last = NO_PART;
    for (const part of full) for (const item of part) each(item);
    for (const item of last) each(item);
  }
}
