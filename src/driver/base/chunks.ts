/** Items of one part. */
const PART = 1024;

/** Parts to be used again, so many at most: V8's collector would copy each one that was made. */
const spare: unknown[][] = [];
const MAX_SPARE = 256;

/** A list that only grows, in parts: a long array is copied whole when it grows, and others wait meanwhile. */
export class Chunks<T> {
  /** The first part; then full ones, and the one that is being filled. */
  #first: T[] | null = null;
  #rest: (T | null)[][] | null = null;
  /** Items of the last part of #rest. */
  #used = PART;

  push(item: T): void {
    if (this.#first === null) this.#first = [item];
    else if (this.#first.length < PART) this.#first.push(item);
    else {
      this.#rest ??= [];
      if (this.#used === PART) {
        this.#rest.push((spare.pop() ?? new Array(PART).fill(null)) as (T | null)[]);
        this.#used = 0;
      }
      (this.#rest.at(-1) as (T | null)[])[this.#used++] = item;
    }
  }

  /** Empties it, with `each` for every item, oldest first. */
  takeAll(each: (item: T) => void): void {
    const first = this.#first;
    const rest = this.#rest;
    const used = this.#used;
    this.#first = null;
    this.#rest = null;
    this.#used = PART;
    if (first !== null) for (const item of first) each(item);
    if (rest === null) return;
    for (const part of rest) {
      const length = part === rest.at(-1) ? used : PART;
      for (let i = 0; i < length; i++) {
        each(part[i] as T);
        part[i] = null;
      }
      if (spare.length < MAX_SPARE) spare.push(part);
    }
  }
}
