/**
 * The states that were seen: an open-addressing table of fingerprints (two 32-bit lanes) and, for each state in the
 * order of discovery, the state it was reached from, by which step, and its place in the table.
 *
 * A shared table lives in memory that worker threads share; it has its full size from the start (the operating system
 * gives the memory when it is touched) and places are claimed by compare-and-swap. A table of one thread grows.
 */
import { type Arrays, placesFor, resized, type TableBuffers, viewsOf } from './table-memory.ts';
import type { Step } from './world.ts';

export const FULL = -2;
export const SEEN = -1;
/** What enter() returns in the place of FULL, which would be a state's number there. */
export const NO_ROOM = -0x80000000;

const INITIAL_STATES = 1024;

export class StateTable {
  /** Most states that it will take. */
  readonly capacity: number;
  #shared: boolean;
  #lanes: Int32Array;
  #mask: number;
  #parents: Int32Array;
  #places: Int32Array;
  /** Which state has a place, from 1; 0 where that is not written down yet. */
  #numbers: Int32Array;
  #steps: Uint8Array;
  #count: Int32Array;

  /** A table of one thread. */
  static create(capacity: number): StateTable {
    const size = Math.min(capacity, INITIAL_STATES);
    return new StateTable(capacity, {
      lanes: new Int32Array(placesFor(size) * 2),
      parents: new Int32Array(size),
      places: new Int32Array(size),
      numbers: new Int32Array(placesFor(size)),
      steps: new Uint8Array(size),
      count: new Int32Array(1),
    });
  }

  static share(buffers: TableBuffers): StateTable {
    const arrays = viewsOf(buffers);
    return new StateTable(arrays.parents.length, arrays);
  }

  private constructor(capacity: number, arrays: Arrays) {
    this.capacity = capacity;
    this.#shared = arrays.lanes.buffer instanceof SharedArrayBuffer;
    this.#lanes = arrays.lanes;
    this.#mask = arrays.lanes.length / 2 - 1;
    this.#parents = arrays.parents;
    this.#places = arrays.places;
    this.#numbers = arrays.numbers;
    this.#steps = arrays.steps;
    this.#count = arrays.count;
  }

  /** The states that were seen so far go into memory that several threads share; they keep their numbers. */
  moveTo(buffers: TableBuffers): void {
    const [lanes, places, parents, steps] = [this.#lanes, this.#places, this.#parents, this.#steps];
    const size = this.#count[0];
    const shared = viewsOf(buffers);
    this.#shared = true;
    this.#lanes = shared.lanes;
    this.#mask = shared.lanes.length / 2 - 1;
    this.#parents = shared.parents;
    this.#places = shared.places;
    this.#numbers = shared.numbers;
    this.#steps = shared.steps;
    this.#count = shared.count;
    for (let i = 0; i < size; i++)
      this.insert(lanes[places[i] * 2], lanes[places[i] * 2 + 1], parents[i], steps[i]);
  }

  /** States so far. */
  get size(): number {
    return Math.min(Atomics.load(this.#count, 0), this.capacity);
  }

  /** Bytes that the table takes for each of its states. */
  get bytesPerState(): number {
    const bytes =
      this.#lanes.byteLength + this.#parents.byteLength + this.#places.byteLength + this.#steps.byteLength;
    return this.#shared ? 8 * 1.5 + 4 + 4 + 1 : bytes / Math.max(1, this.size);
  }

  /** Adds a state and returns its number, or SEEN, or FULL. */
  insert(lane0: number, lane1: number, parent: number, step: Step): number {
    return this.#shared
      ? this.#insertShared(lane0, lane1, parent, step)
      : this.#insertAlone(lane0, lane1, parent, step);
  }

  /** Adds a state: its number, or ~number where it was there before, or FULL. */
  enter(lane0: number, lane1: number): number {
    if (!this.#shared) {
      const lanes = this.#lanes;
      for (
        let place = hash(lane0, lane1) & this.#mask;
        lanes[place * 2] !== 0;
        place = (place + 1) & this.#mask
      ) {
        if (lanes[place * 2] === lane0 && lanes[place * 2 + 1] === lane1) return ~(this.#numbers[place] - 1);
      }
    }
    const index = this.insert(lane0, lane1, -1, 0);
    if (index === SEEN) return ~this.find(lane0, lane1);
    return index === FULL ? NO_ROOM : index;
  }

  #insertAlone(lane0: number, lane1: number, parent: number, step: Step): number {
    const lanes = this.#lanes;
    let place = hash(lane0, lane1) & this.#mask;
    for (; lanes[place * 2] !== 0; place = (place + 1) & this.#mask) {
      if (lanes[place * 2] === lane0 && lanes[place * 2 + 1] === lane1) return SEEN;
    }
    const index = this.#count[0];
    if (index >= this.capacity) return FULL;
    if (index === this.#parents.length) {
      this.#grow();
      return this.#insertAlone(lane0, lane1, parent, step);
    }
    lanes[place * 2] = lane0;
    lanes[place * 2 + 1] = lane1;
    this.#count[0] = index + 1;
    this.#record(index, parent, place, step);
    return index;
  }

  #insertShared(lane0: number, lane1: number, parent: number, step: Step): number {
    const lanes = this.#lanes;
    for (let place = hash(lane0, lane1) & this.#mask; ; place = (place + 1) & this.#mask) {
      let found = Atomics.load(lanes, place * 2);
      if (found === 0) {
        if (Atomics.load(this.#count, 0) >= this.capacity) return FULL;
        found = Atomics.compareExchange(lanes, place * 2, 0, lane0);
        if (found === 0) {
          Atomics.store(lanes, place * 2 + 1, lane1);
          const index = Atomics.add(this.#count, 0, 1);
          if (index < this.capacity) this.#record(index, parent, place, step);
          Atomics.store(this.#numbers, place, index + 1);
          return index < this.capacity ? index : FULL;
        }
      }
      if (found === lane0 && this.#secondLane(place) === lane1) return SEEN;
    }
  }

  #record(index: number, parent: number, place: number, step: Step): void {
    this.#parents[index] = parent;
    this.#places[index] = place;
    if (!this.#shared) this.#numbers[place] = index + 1;
    this.#steps[index] = step;
  }

  #grow(): void {
    const size = Math.min(this.capacity, this.#parents.length * 2);
    const old = this.#lanes;
    const oldPlaces = this.#places;
    this.#lanes = new Int32Array(placesFor(size) * 2);
    this.#numbers = new Int32Array(this.#lanes.length / 2);
    this.#mask = this.#lanes.length / 2 - 1;
    this.#parents = resized(this.#parents, new Int32Array(size));
    this.#steps = resized(this.#steps, new Uint8Array(size));
    this.#places = new Int32Array(size);
    for (let i = 0; i < oldPlaces.length; i++) {
      const lane0 = old[oldPlaces[i] * 2];
      const lane1 = old[oldPlaces[i] * 2 + 1];
      let place = hash(lane0, lane1) & this.#mask;
      while (this.#lanes[place * 2] !== 0) place = (place + 1) & this.#mask;
      this.#lanes[place * 2] = lane0;
      this.#lanes[place * 2 + 1] = lane1;
      this.#places[i] = place;
      this.#numbers[place] = i + 1;
    }
  }

  /** The number of a state; -1 where it was not entered. */
  find(lane0: number, lane1: number): number {
    const lanes = this.#lanes;
    for (
      let place = hash(lane0, lane1) & this.#mask;
      lanes[place * 2] !== 0;
      place = (place + 1) & this.#mask
    ) {
      if (lanes[place * 2] !== lane0 || this.#secondLane(place) !== lane1) continue;
      let number: number;
      // Another thread may be about to write it down.
      while ((number = Atomics.load(this.#numbers, place)) === 0);
      return number - 1;
    }
    return -1;
  }

  /** The second lane of a place whose first is there: another thread may be between its two stores. */
  #secondLane(place: number): number {
    for (;;) {
      const lane = Atomics.load(this.#lanes, place * 2 + 1);
      if (lane !== 0) return lane;
    }
  }

  /** Whether state `index` has this fingerprint: it must, each time its schedule is run again. */
  matches(index: number, lane0: number, lane1: number): boolean {
    const place = this.#places[index];
    return this.#lanes[place * 2] === lane0 && this.#lanes[place * 2 + 1] === lane1;
  }

  /** Writes the steps that lead to state `index` to `into` and returns how many they are. */
  schedule(index: number, into: Uint8Array): number {
    let depth = 0;
    for (let i = index; this.#parents[i] >= 0; i = this.#parents[i]) depth++;
    if (depth > into.length) throw new RangeError(`a schedule of ${depth} steps`);
    for (let i = index, at = depth; at > 0; i = this.#parents[i]) into[--at] = this.#steps[i];
    return depth;
  }
}

const hash = (lane0: number, lane1: number): number => lane0 ^ Math.imul(lane1, 0x9e3779b1);
