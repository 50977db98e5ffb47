/** What steps touch, by number: most steps touch what others have touched before, and whether two depend on each other is found out once. */
import { type AccessSet, CLASHES } from '../state/access-set.ts';

/** That of a step that touches nothing. */
export const NOTHING = 0;

/** Numbers up to which it is kept of each pair whether they depend on each other: a byte each. */
const MAX_KEPT = 4096;
const PAIR = 2 ** 26;

export class Footprints {
  /** Places and modes (AccessSet) in turn, ordered by place. */
  readonly #list: Int32Array[] = [new Int32Array(0)];
  readonly #numbers = new Map<string, number>([['', NOTHING]]);
  readonly #unions = new Map<number, number>();
  /** By pair: 1 where they depend on each other, 2 where not, 0 where that was not asked. */
  #pairs = new Uint8Array(64 * 64);
  #width = 64;

  /** The number of what is in `set`. */
  of({ places, modes }: AccessSet): number {
    return this.#intern(places.map((place) => [place, modes[place]]));
  }

  #intern(touched: [place: number, mode: number][]): number {
    touched.sort(([a], [b]) => a - b);
    const key = touched.join();
    let number = this.#numbers.get(key);
    if (number === undefined) {
      this.#numbers.set(key, (number = this.#list.length));
      this.#list.push(Int32Array.from(touched.flat()));
    }
    return number;
  }

  /** The number of what one or the other touches. */
  union(one: number, other: number): number {
    if (one === other || other === NOTHING) return one;
    if (one === NOTHING) return other;
    const key = one * PAIR + other;
    let number = this.#unions.get(key);
    if (number === undefined) {
      const modes = new Map<number, number>();
      for (const list of [this.#list[one], this.#list[other]])
        for (let i = 0; i < list.length; i += 2) modes.set(list[i], (modes.get(list[i]) ?? 0) | list[i + 1]);
      number = this.#intern([...modes]);
      this.#unions.set(key, number);
    }
    return number;
  }

  /** Whether two steps that touch these do not depend on each other. */
  independent(one: number, other: number): boolean {
    if (one >= MAX_KEPT || other >= MAX_KEPT) return !this.#clash(one, other);
    if (one >= this.#width || other >= this.#width) this.#widen(Math.max(one, other));
    const at = one * this.#width + other;
    if (this.#pairs[at] === 0) this.#pairs[at] = this.#clash(one, other) ? 1 : 2;
    return this.#pairs[at] === 2;
  }

  #clash(one: number, other: number): boolean {
    const a = this.#list[one];
    const b = this.#list[other];
    for (let i = 0, j = 0; i < a.length && j < b.length; ) {
      if (a[i] < b[j]) i += 2;
      else if (a[i] > b[j]) j += 2;
      else if ((CLASHES[a[i + 1]] & b[j + 1]) !== 0) return true;
      else [i, j] = [i + 2, j + 2];
    }
    return false;
  }

  #widen(number: number): void {
    const before = this.#width;
    while (this.#width <= number) this.#width *= 2;
    const pairs = new Uint8Array(this.#width * this.#width);
    for (let i = 0; i < before; i++)
      pairs.set(this.#pairs.subarray(i * before, (i + 1) * before), i * this.#width);
    this.#pairs = pairs;
  }
}
