/**
 * The states that were seen, in memory that worker threads can share: an open-addressing table of fingerprints (two
 * 32-bit lanes, claimed by compare-and-swap) and, for each state in the order of discovery, the state it was reached
 * from, by which step, and its place in the table.
 *
 * Everything has its full size from the start; the operating system gives the memory when it is touched.
 */
import type { Step } from './world.ts';

export interface TableBuffers {
  lanes: SharedArrayBuffer;
  parents: SharedArrayBuffer;
  places: SharedArrayBuffer;
  steps: SharedArrayBuffer;
  count: SharedArrayBuffer;
}

export const FULL = -2;
export const SEEN = -1;

export class StateTable {
  readonly buffers: TableBuffers;
  readonly capacity: number;
  readonly #lanes: Int32Array;
  readonly #mask: number;
  readonly #parents: Int32Array;
  readonly #places: Int32Array;
  readonly #steps: Uint8Array;
  readonly #count: Int32Array;

  /** For up to `capacity` states; the table has at least half as many places again, a power of two. */
  static create(capacity: number): StateTable {
    let places = 1024;
    while (places < capacity * 1.5) places *= 2;
    return new StateTable({
      lanes: new SharedArrayBuffer(places * 8),
      parents: new SharedArrayBuffer(capacity * 4),
      places: new SharedArrayBuffer(capacity * 4),
      steps: new SharedArrayBuffer(capacity),
      count: new SharedArrayBuffer(4),
    });
  }

  constructor(buffers: TableBuffers) {
    this.buffers = buffers;
    this.#lanes = new Int32Array(buffers.lanes);
    this.#mask = this.#lanes.length / 2 - 1;
    this.#parents = new Int32Array(buffers.parents);
    this.#places = new Int32Array(buffers.places);
    this.#steps = new Uint8Array(buffers.steps);
    this.#count = new Int32Array(buffers.count);
    this.capacity = this.#parents.length;
  }

  /** States so far. */
  get size(): number {
    return Math.min(Atomics.load(this.#count, 0), this.capacity);
  }

  /** Bytes of table and records behind one of `size` states, had the table been made to measure. */
  static bytesPerState(): number {
    return 8 * 1.5 + 4 + 4 + 1;
  }

  /** Adds a state and returns its number, or SEEN, or FULL. */
  insert(lane0: number, lane1: number, parent: number, step: Step): number {
    const lanes = this.#lanes;
    for (
      let place = (lane0 ^ Math.imul(lane1, 0x9e3779b1)) & this.#mask;
      ;
      place = (place + 1) & this.#mask
    ) {
      let found = lanes[place * 2];
      if (found === 0) {
        if (Atomics.load(this.#count, 0) >= this.capacity) return FULL;
        found = Atomics.compareExchange(lanes, place * 2, 0, lane0);
        if (found === 0) {
          Atomics.store(lanes, place * 2 + 1, lane1);
          const index = Atomics.add(this.#count, 0, 1);
          if (index >= this.capacity) return FULL;
          this.#parents[index] = parent;
          this.#places[index] = place;
          this.#steps[index] = step;
          return index;
        }
      }
      if (found !== lane0) continue;
      let other: number;
      // Another worker may be between its two stores.
      while ((other = Atomics.load(lanes, place * 2 + 1)) === 0);
      if (other === lane1) return SEEN;
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
