/** What one piece of code touches and changes of a state, while it runs. */
import { resized } from '../search/table-memory.ts';
import { type AccessListener, listening } from '../state/access-log.ts';
import { nameOfKey } from '../state/names.ts';
import { type Any, elementKey, LENGTH, now, POISON, type TermListener } from '../state/objects.ts';
import { placeOf } from '../state/place-numbers.ts';
import { bytesOf } from '../state/views.ts';
import { MadeObjects } from './made-objects.ts';
import { FREED, madePlace, nameOf, type Places } from './places.ts';

/** Tells the place of a Map's value from that of its key (objects.ts). */
const MAP_VALUE = 0x40000000;

/** What was noted of a run. */
export interface Recording {
  /** Places in the order in which they were first read or written. */
  touched: number[];
  /** Places that hold something else now, and what. */
  places: number[];
  values: number[];
  /** Places that were met by nothing but `n++` and `n--` whose values are not used. */
  commute: number[];
}

/**
 * Listens to code that runs. What a place of an object of the initial state holds is read when the place is met for the
 * first time: until then nothing has written there.
 */
export class Recorder implements AccessListener, TermListener {
  readonly #places: Places;
  /** How many names each owner had given when the initial state stood. */
  readonly #initial: Int32Array;
  #touched: number[] = [];
  /** Number of the run that has touched a place last, by place. */
  #touchedIn = new Int32Array(1 << 12);
  #run = 0;
  readonly #changes = new Map<number, unknown>();
  /** Places that were met when they were written already: what they held comes with the change. */
  readonly #unsettled = new Set<number>();
  readonly #freed: number[] = [];
  /** Fields that were counted up or down, and that were met otherwise. */
  readonly #counted = new Set<number>();
  readonly #used = new Set<number>();
  /** Names from here on are of objects that the run has made. */
  #owner = 0;
  #first = 0;

  constructor(places: Places) {
    this.#places = places;
    this.#initial = now.counters.slice();
  }

  /**
   * Runs `action` and notes what it does; objects are named after `owner` (objects.ts) meanwhile. What it throws goes on,
   * and nothing it did is kept then but what it touched.
   */
  record(action: () => void, owner = now.owner, first: readonly number[] = []): Recording {
    this.#run++;
    this.#touched = [];
    this.#changes.clear();
    this.#unsettled.clear();
    this.#freed.length = 0;
    this.#counted.clear();
    this.#used.clear();
    for (const place of first) this.#add(place);
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
  get touchedSoFar(): readonly number[] {
    return this.#touched;
  }

  #isNew(name: number): boolean {
    return name >> 24 === this.#owner && (name & 0xffffff) > this.#first;
  }

  /** Adds a place to what was touched; false where it is there already. */
  #add(place: number): boolean {
    if (place >= this.#touchedIn.length) {
      const length = Math.max(place + 1, this.#touchedIn.length * 2);
      this.#touchedIn = resized(this.#touchedIn, new Int32Array(length));
    }
    if (this.#touchedIn[place] === this.#run) return false;
    this.#touchedIn[place] = this.#run;
    this.#touched.push(place);
    return true;
  }

  /** A place is touched: its number where what it held at first is yet to be read, else -1. */
  #touch(name: number, key: number): number {
    if (this.#isNew(name)) return -1;
    const place = placeOf(name, key);
    if (!this.#add(place) || this.#places.isKnown(place)) return -1;
    this.#places.makeRoom();
    this.#places.know(place);
    return (name & 0xffffff) <= this.#initial[name >> 24] ? place : -1;
  }

  #read(target: Any, name: number, key: number, changed: boolean, value: unknown): void {
    const place = this.#touch(name, key);
    if (place < 0) return;
    if (changed) this.#unsettled.add(place);
    else if (value !== 0 || !ArrayBuffer.isView(target))
      this.#places.values[place] = this.#places.numberOf(value);
  }

  field(target: Any, key: number, changed: boolean, commutes = false): void {
    const name = target.$id as number;
    if (!this.#isNew(name)) (commutes ? this.#counted : this.#used).add(placeOf(name, key));
    if (target instanceof Map || target instanceof Set) this.whole(target);
    else if (!ArrayBuffer.isView(target))
      this.#read(
        target,
        name,
        key,
        changed,
        key === LENGTH && Array.isArray(target) ? target.length : target[nameOfKey(key)],
      );
  }

  element(target: Any, index: number, changed: boolean): void {
    const list = target instanceof DataView ? bytesOf(target) : target;
    this.#read(target, target.$id, elementKey(index), changed, (list as Any)[index]);
  }

  whole(target: Any): void {
    const name = target.$id as number | undefined;
    if (name === undefined || this.#isNew(name)) return;
    if (target instanceof Map || target instanceof Set) {
      let i = 0;
      for (const [key, value] of target.entries()) {
        this.#read(target, name, elementKey(i), false, key);
        this.#read(target, name, elementKey(i++) ^ MAP_VALUE, false, value);
      }
      this.#touch(name, elementKey(i));
      return;
    }
    if (!ArrayBuffer.isView(target) && !Array.isArray(target)) return;
    if (Array.isArray(target)) this.field(target, LENGTH, false);
    const { length } = target instanceof DataView ? bytesOf(target) : (target as unknown as unknown[]);
    for (let i = 0; i < length; i++) this.element(target, i, false);
  }

  term(id: number, key: number, value: unknown, sign: 1 | -1): void {
    if (key === POISON) {
      this.#add(FREED);
      this.#freed.push(id);
      return;
    }
    const place = placeOf(id, key);
    if (sign < 0 && this.#unsettled.delete(place)) this.#places.values[place] = this.#places.numberOf(value);
    const unknown = this.#touch(id, key);
    if (unknown >= 0 && sign < 0) this.#places.values[place] = this.#places.numberOf(value);
    this.#changes.set(place, sign > 0 ? value : undefined);
  }

  #finish(made: readonly object[]): Recording {
    const places = this.#places;
    const result: Recording = { touched: this.#touched, places: [], values: [], commute: [] };
    for (const place of this.#counted) if (!this.#used.has(place)) result.commute.push(place);
    places.makeRoom();
    const put = (place: number, value: number) => {
      if (places.values[place] === value) return;
      result.places.push(place);
      result.values.push(value);
    };
    // How objects were made comes first: what refers to them is numbered by it.
    const undoFrom = places.length;
    if (made.length > 0) {
      const objects = new MadeObjects(places, (name) => this.#isNew(name));
      for (const one of made) {
        const number = objects.numberOf(one);
        const place = madePlace(nameOf(one) as number);
        places.makeRoom();
        put(place, number);
        places.set(place, number);
      }
    }
    const numbers: number[] = [];
    for (const [place, value] of this.#changes) numbers.push(place, places.numberOf(value));
    places.undoTo(undoFrom);
    places.makeRoom();
    for (let i = 0; i < numbers.length; i += 2) put(numbers[i], numbers[i + 1]);
    if (this.#freed.length > 0) {
      let freed = places.values[FREED];
      for (const name of this.#freed) freed = places.freedNumber(freed, name);
      put(FREED, freed);
    }
    return result;
  }
}
