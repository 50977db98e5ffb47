import { EBUSY, ENOSPC } from '../../../uapi/errno.ts';

/**
 * Numbers for objects, always the lowest free one (struct idr, struct xarray with XA_FLAGS_ALLOC). Finding it looks at
 * one bit an id in words of 32, and skips words that are full with a second level of the same kind.
 */
/** Numbers from here on are only ever asked for by name; they live in a map, so that one of them costs what one costs. */
const FAR = 1 << 20;

export class Idr<T> {
  readonly #base: number;
  readonly #max: number;
  readonly #items: (T | undefined)[] = [];
  #used = new Uint32Array(2);
  #full = new Uint32Array(1);
  readonly #far = new Map<number, T>();
  /** How many numbers are taken. */
  count = 0;

  /** Numbers from `base` to `max`, both included. */
  constructor(base = 1, max = 0x7fffffff) {
    this.#base = base;
    this.#max = max;
  }

  /** Whether alloc() would fail. */
  get full(): boolean {
    return this.count > this.#max - this.#base;
  }

  /** The object with this number, or undefined. Any Number may be asked for. */
  get(id: number): T | undefined {
    return id < FAR ? this.#items[id - this.#base] : this.#far.get(id);
  }

  /** Gives `item` the lowest free number; -EBUSY when there is none (what xa_alloc() says). */
  alloc(item: T): number {
    const i = this.#lowestFree();
    const id = i + this.#base;
    if (id > this.#max) return -EBUSY;
    this.#take(i, item);
    return id;
  }

  /** Gives `item` that number; -ENOSPC where it is taken or out of range. */
  allocAt(id: number, item: T): number {
    if (id < this.#base || id > this.#max || this.get(id) !== undefined) return -ENOSPC;
    if (id >= FAR) {
      this.#far.set(id, item);
      this.count++;
      return id;
    }
    const word = (id - this.#base) >>> 5;
    if (word >= this.#used.length) this.#grow(word + 1);
    this.#take(id - this.#base, item);
    return id;
  }

  /** Frees the number and returns what had it, or undefined. */
  remove(id: number): T | undefined {
    const item = this.get(id);
    if (item === undefined) return undefined;
    if (this.#far.delete(id)) {
      this.count--;
      return item;
    }
    const i = id - this.#base;
    const word = i >>> 5;
    this.#used[word] &= ~(1 << (i & 31));
    this.#full[word >>> 5] &= ~(1 << (word & 31));
    this.#items[i] = undefined;
    this.count--;
    return item;
  }

  /** All numbers in use, lowest first. */
  ids(): number[] {
    const ids: number[] = [];
    for (let i = 0; i < this.#items.length; i++) if (this.#items[i] !== undefined) ids.push(i + this.#base);
    return ids.concat([...this.#far.keys()].sort((a, b) => a - b));
  }

  #take(i: number, item: T): void {
    const word = i >>> 5;
    this.#used[word] |= 1 << (i & 31);
    if (this.#used[word] === 0xffffffff) this.#full[word >>> 5] |= 1 << (word & 31);
    this.#items[i] = item;
    this.count++;
  }

  #lowestFree(): number {
    let group = 0;
    while (group < this.#full.length && this.#full[group] === 0xffffffff) group++;
    const word = group === this.#full.length ? group * 32 : group * 32 + lowestZero(this.#full[group]);
    if (word >= this.#used.length) this.#grow(word + 1);
    return word * 32 + lowestZero(this.#used[word]);
  }

  #grow(words: number): void {
    const used = new Uint32Array(Math.max(words, this.#used.length * 2));
    used.set(this.#used);
    this.#used = used;
    const full = new Uint32Array((used.length + 31) >>> 5);
    full.set(this.#full);
    this.#full = full;
  }
}

function lowestZero(word: number): number {
  return 31 - Math.clz32(~word & (word + 1));
}
