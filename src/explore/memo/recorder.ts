/** What one piece of code touches and changes of a state, while it runs. */
import { type AccessListener, listening, placeOf } from '../state/access-log.ts';
import { type Any, elementKey, frozen, LENGTH, now, POISON, type TermListener } from '../state/objects.ts';
import { bytesOf } from '../state/views.ts';
import { FREED, madePlace, type Places } from './places.ts';

/** The first bit of a Map's value among its entry's keys (objects.ts). */
const MAP_VALUE = 0x40000000;

/** What was noted of a run. */
export interface Recording {
  /** Places in the order in which they were first read or written. */
  touched: number[];
  /** Places that hold something else now, and what. */
  places: number[];
  values: number[];
}

export class Recorder implements AccessListener, TermListener {
  readonly #places: Places;
  readonly #touched = new Set<number>();
  readonly #changes = new Map<number, unknown>();
  readonly #freed: number[] = [];
  /** Names from here on are of objects that the run has made. */
  #owner = 0;
  #first = 0;

  constructor(places: Places) {
    this.#places = places;
  }

  /** Runs `action` and notes what it does; objects are named after `owner` (objects.ts) meanwhile. What it throws goes on, and nothing it did is kept then but what it touched. */
  record(action: () => void, owner = now.owner, first: readonly number[] = []): Recording {
    this.#touched.clear();
    this.#changes.clear();
    this.#freed.length = 0;
    for (const place of first) this.#touched.add(place);
    this.#owner = owner;
    this.#first = now.counters[owner];
    const made: object[] = [];
    now.naming = made;
    now.terms = this;
    try {
      listening(this, action);
    } finally {
      now.naming = null;
      now.terms = null;
    }
    return this.#finish(made);
  }

  /** What was touched until something was thrown. */
  touchedSoFar(): number[] {
    this.#places.makeRoom();
    return [...this.#touched];
  }

  #isNew(name: number): boolean {
    return name >> 24 === this.#owner && (name & 0xffffff) > this.#first;
  }

  #touch(name: number, key: number): void {
    if (!this.#isNew(name)) this.#touched.add(placeOf(name, key));
  }

  field(target: Any, key: number): void {
    const name = target.$id as number;
    if (target instanceof Map || target instanceof Set) this.whole(target);
    else if (!ArrayBuffer.isView(target)) this.#touch(name, key);
  }

  element(target: Any, index: number): void {
    this.#touch(target.$id, elementKey(index));
  }

  whole(target: Any): void {
    const name = target.$id as number | undefined;
    if (name === undefined || this.#isNew(name)) return;
    if (target instanceof Map || target instanceof Set) {
      for (let i = 0; i <= target.size; i++) {
        this.#touch(name, elementKey(i));
        if (target instanceof Map) this.#touch(name, elementKey(i) ^ MAP_VALUE);
      }
      return;
    }
    if (!ArrayBuffer.isView(target) && !Array.isArray(target)) return;
    if (Array.isArray(target)) this.#touch(name, LENGTH);
    const { length } = target instanceof DataView ? bytesOf(target) : (target as unknown as unknown[]);
    for (let i = 0; i < length; i++) this.#touch(name, elementKey(i));
  }

  term(id: number, key: number, value: unknown, sign: 1 | -1): void {
    if (key === POISON) {
      this.#touched.add(FREED);
      this.#freed.push(id);
      return;
    }
    this.#touch(id, key);
    this.#changes.set(placeOf(id, key), sign > 0 ? value : undefined);
  }

  #finish(made: readonly object[]): Recording {
    const places = this.#places;
    const result: Recording = { touched: [], places: [], values: [] };
    const names = new Map<object, number>();
    for (const one of made) this.#madeNumber(one, names);
    places.makeRoom();
    const put = (place: number, value: number) => {
      if (places.values[place] === value) return;
      result.places.push(place);
      result.values.push(value);
    };
    // How objects were made comes first: what refers to them is numbered by it.
    const undoFrom = places.length;
    for (const [one, number] of names) {
      const place = madePlace(nameOf(one));
      places.makeRoom();
      put(place, number);
      places.set(place, number);
    }
    const numbers = [...this.#changes].map(([place, value]) => [place, places.numberOf(value)] as const);
    places.undoTo(undoFrom);
    places.makeRoom();
    for (const [place, number] of numbers) put(place, number);
    if (this.#freed.length > 0) {
      let freed = places.values[FREED];
      for (const name of this.#freed) freed = places.freedNumber(freed, name);
      put(FREED, freed);
    }
    result.touched = [...this.#touched];
    return result;
  }

  /** What an object that was just made is, besides its name: what of it may be read without a note. */
  #madeNumber(target: Any, known: Map<object, number>): number {
    const before = known.get(target);
    if (before !== undefined) return before;
    known.set(target, 0);
    const parts: string[] = [];
    const part = (value: unknown) => {
      if ((typeof value === 'object' && value !== null) || typeof value === 'function') {
        const name = (value as Any).$id ?? frozen.get(value as object);
        if (name === undefined) parts.push('?');
        else if (this.#isNew(name)) parts.push(`${name}:${this.#madeNumber(value, known)}`);
        else parts.push(`${this.#places.objectKey(value as object)}`);
      } else parts.push(`${typeof value}${String(value)}`);
    };
    if (typeof target === 'function') {
      parts.push(target.$place ?? 'function');
      for (const captured of target.$captured?.() ?? []) part(captured);
    } else if (ArrayBuffer.isView(target)) parts.push(target.constructor.name, String(target.byteLength));
    else {
      parts.push(target.constructor?.name ?? '');
      const collection = Array.isArray(target) || target instanceof Map || target instanceof Set;
      if (!collection && typeof target.next !== 'function')
        for (const name in target) {
          parts.push(name);
          part(target[name]);
        }
    }
    const number = this.#places.madeNumber(parts.join(' '));
    known.set(target, number);
    return number;
  }
}

const nameOf = (target: Any): number => target.$id ?? frozen.get(target);
