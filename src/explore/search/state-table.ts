/**
 * The states that were seen: an open-addressing table of fingerprints (two 32-bit lanes) and, for each state in the
 * order of discovery, the state it was reached from, by which step, and its place in the table. It grows.
 */
import { type SharedBuffers, SharedTable } from './shared-table.ts';
import { hash, placesFor, resized } from './table-memory.ts';
import type { Step } from './world.ts';

export const FULL = -2;
export const SEEN = -1;
/** What enter() returns in the place of FULL, which would be a state's number there. */
export const NO_ROOM = -0x80000000;

const INITIAL_STATES = 1024;

export class StateTable {
  /** Most states that it will take. */
  readonly capacity: number;
  /** Where several threads share it; nothing is known then of how states were reached. */
  #shared: SharedTable | null = null;
  #lanes: Int32Array;
  #mask: number;
  #parents: Int32Array;
  #places: Int32Array;
  /** Which state has a place, from 1. */
  #numbers: Int32Array;
  #steps: Uint8Array;
  #count = 0;

  /** A table of one thread. */
  static create(capacity: number): StateTable {
    return new StateTable(capacity, Math.min(capacity, INITIAL_STATES));
  }

  /** This thread's view of a table that several share. */
  static share(buffers: SharedBuffers): StateTable {
    const table = new StateTable(buffers.capacity, 0);
    table.#shared = new SharedTable(buffers);
    return table;
  }

  private constructor(capacity: number, size: number) {
    this.capacity = capacity;
    this.#lanes = new Int32Array(placesFor(size) * 2);
    this.#mask = this.#lanes.length / 2 - 1;
    this.#parents = new Int32Array(size);
    this.#places = new Int32Array(size);
    this.#numbers = new Int32Array(placesFor(size));
    this.#steps = new Uint8Array(size);
  }

  /** The states that were seen so far go into memory that several threads share; they keep their numbers. */
  moveTo(buffers: SharedBuffers): void {
    const shared = new SharedTable(buffers);
    for (let i = 0; i < this.#count; i++) {
      const place = this.#places[i];
      shared.enter(this.#lanes[place * 2], this.#lanes[place * 2 + 1], NO_ROOM);
    }
    this.#shared = shared;
  }

  /** States so far. */
  get size(): number {
    return this.#shared?.size ?? this.#count;
  }

  /** Bytes that the table takes for each of its states. */
  get bytesPerState(): number {
    if (this.#shared !== null) return this.#shared.bytesPerState;
    const bytes =
      this.#lanes.byteLength + this.#parents.byteLength + this.#places.byteLength + this.#steps.byteLength;
    return bytes / Math.max(1, this.#count);
  }

  /** Adds a state and returns its number, or SEEN, or FULL. */
  insert(lane0: number, lane1: number, parent: number, step: Step): number {
    const lanes = this.#lanes;
    let place = hash(lane0, lane1) & this.#mask;
    for (; lanes[place * 2] !== 0; place = (place + 1) & this.#mask) {
      if (lanes[place * 2] === lane0 && lanes[place * 2 + 1] === lane1) return SEEN;
    }
    const index = this.#count;
    if (index >= this.capacity) return FULL;
    if (index === this.#parents.length) {
      this.#grow();
      return this.insert(lane0, lane1, parent, step);
    }
    lanes[place * 2] = lane0;
    lanes[place * 2 + 1] = lane1;
    this.#count = index + 1;
    this.#parents[index] = parent;
    this.#places[index] = place;
    this.#numbers[place] = index + 1;
    this.#steps[index] = step;
    return index;
  }

  /** Adds a state: its number, or ~number where it was there before, or NO_ROOM. */
  enter(lane0: number, lane1: number): number {
    if (this.#shared !== null) return this.#shared.enter(lane0, lane1, NO_ROOM);
    const number = this.find(lane0, lane1);
    if (number >= 0) return ~number;
    const index = this.insert(lane0, lane1, -1, 0);
    return index === FULL ? NO_ROOM : index;
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
    if (this.#shared !== null) return this.#shared.find(lane0, lane1);
    const lanes = this.#lanes;
    for (
      let place = hash(lane0, lane1) & this.#mask;
      lanes[place * 2] !== 0;
      place = (place + 1) & this.#mask
    ) {
      if (lanes[place * 2] === lane0 && lanes[place * 2 + 1] === lane1) return this.#numbers[place] - 1;
    }
    return -1;
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
