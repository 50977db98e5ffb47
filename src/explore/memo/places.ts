/** A state as numbers: for each place (access-log.ts) the number of the value that it holds. */
import { resized } from '../search/table-memory.ts';
import { $key } from '../state/names.ts';
import { type Any, frozen } from '../state/objects.ts';
import { placeCount, placeOf, SPECIAL, specialPlace } from '../state/place-numbers.ts';
import type { Change } from './entries.ts';

/** In the place of a field: what an object was when it was made. */
const MADE = $key('what the object was when it was made');
/** More than objects of one name that were made differently. */
const MADE_LIMIT = 2 ** 20;

/** Which place it is that says how the object with this name was made. */
export const madePlace = (name: number): number => placeOf(name, MADE);

/** The place that says which objects are freed. */
export const FREED = specialPlace(SPECIAL.FREED, 0);

/** The name of an object that is part of the state. */
export const nameOf = (target: Any): number | undefined => target.$id ?? frozen.get(target);

/** Values at places, and the way back. */
export class Places {
  /** By place; 0: there is nothing, or undefined. */
  values = new Int32Array(1 << 14);
  /** By place: which reactions and checks have looked there, as bits that users give out; and for which threads that wait. */
  #watchers = new Int32Array(1 << 14);
  #waiters = new Int32Array(1 << 14);
  /** How often a place was looked at by one that had not looked there before. */
  watched = 0;
  /** By place: 1 where what it held at first is known. */
  #known = new Uint8Array(1 << 14);
  readonly #numbers = new Map<unknown, number>();
  readonly #objects = new Map<number, number>();
  readonly #made = new Map<string, number>();
  #next = 1;
  #places = new Int32Array(1 << 10);
  #before = new Int32Array(1 << 10);
  /** Changes that can be undone. */
  length = 0;

  /** Makes room for every place that was met so far. */
  makeRoom(): void {
    if (placeCount() <= this.values.length) return;
    const length = placeCount() * 2;
    this.values = resized(this.values, new Int32Array(length));
    this.#watchers = resized(this.#watchers, new Int32Array(length));
    this.#waiters = resized(this.#waiters, new Int32Array(length));
    this.#known = resized(this.#known, new Uint8Array(length));
  }

  isKnown(place: number): boolean {
    return place < this.#known.length && this.#known[place] === 1;
  }

  know(place: number): void {
    this.#known[place] = 1;
  }

  /**
   * The number of a value. Objects of one name that were made differently have different ones; what is no part of the
   * state (a method, say) never changes.
   */
  numberOf(value: unknown): number {
    if (value === undefined) return 0;
    const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function';
    if (!isObject) return this.#number(value);
    if (nameOf(value) === undefined) return 0;
    const key = this.objectKey(value as object);
    let number = this.#objects.get(key);
    if (number === undefined) this.#objects.set(key, (number = this.#next++));
    return number;
  }

  #number(key: unknown): number {
    let number = this.#numbers.get(key);
    if (number === undefined) this.#numbers.set(key, (number = this.#next++));
    return number;
  }

  /** An object by its name and how it was made. */
  objectKey(value: object): number {
    const name = nameOf(value) as number;
    const place = madePlace(name);
    return name * MADE_LIMIT + (place < this.values.length ? this.values[place] : 0);
  }

  /** The number of a way to make an object, put into words. */
  madeNumber(words: string): number {
    let number = this.#made.get(words);
    if (number === undefined) this.#made.set(words, (number = this.#made.size + 1));
    return number;
  }

  /** Which objects are freed once `name` is, too. */
  freedNumber(before: number, name: number): number {
    return this.#number(`f${before},${name}`);
  }

  /** Changes a place, to be undone. */
  set(place: number, value: number): void {
    if (this.length === this.#places.length) this.#makeRoomToUndo(1);
    this.#places[this.length] = place;
    this.#before[this.length++] = this.values[place];
    this.values[place] = value;
  }

  /** `places` were looked at by those who have these bits. */
  watch(places: readonly number[], watchers: number, waiters: number): void {
    for (const place of places) {
      const [by, waiting] = [this.#watchers[place], this.#waiters[place]];
      if ((watchers & ~by) === 0 && (waiters & ~waiting) === 0) continue;
      this.#watchers[place] = by | watchers;
      this.#waiters[place] = waiting | waiters;
      this.watched++;
    }
  }

  /** Which reactions and checks have looked at one of the places of `change`, as bits; its `waiters` are known then, too. */
  watchersOf(change: Change): number {
    if (change.watched !== this.watched) this.#findWatchers(change);
    return change.watchers;
  }

  /** Makes a change, to be undone. */
  change(change: Change): void {
    const { places, values } = change;
    const n = places.length;
    if (this.length + n > this.#places.length) this.#makeRoomToUndo(n);
    const [state, changed, before] = [this.values, this.#places, this.#before];
    let at = this.length;
    for (let i = 0; i < n; i++) {
      const place = places[i];
      changed[at] = place;
      before[at++] = state[place];
      state[place] = values[i];
    }
    this.length = at;
  }

  #findWatchers(change: Change): void {
    change.watchers = change.waiters = 0;
    for (const place of change.places) {
      change.watchers |= this.#watchers[place];
      change.waiters |= this.#waiters[place];
    }
    change.watched = this.watched;
  }

  #makeRoomToUndo(n: number): void {
    const length = Math.max(this.length + n, this.#places.length * 2);
    this.#places = resized(this.#places, new Int32Array(length));
    this.#before = resized(this.#before, new Int32Array(length));
  }

  /** Tells `visit` of the places of all changes but the first `length`. */
  changedSince(length: number, visit: (place: number) => void): void {
    for (let i = length; i < this.length; i++) visit(this.#places[i]);
  }

  /** Undoes all but the first `length` changes. */
  undoTo(length: number): void {
    const [state, changed, before] = [this.values, this.#places, this.#before];
    for (let i = this.length - 1; i >= length; i--) state[changed[i]] = before[i];
    this.length = length;
  }
}
