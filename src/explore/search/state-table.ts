/**
 * The states that were seen: an open-addressing table of fingerprints (two 32-bit lanes) and, for each state in the
 * order of discovery, the state it was reached from and by which step. It grows.
 */
import { type SharedBuffers, SharedTable } from './shared-table.ts';
import { hash, NUMBER, placesFor, resized, touch, WORDS } from './table-memory.ts';
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
  #words: Int32Array;
  /** Index of the last place's first word. */
  #mask: number;
  #parents: Int32Array;
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
    this.#words = new Int32Array(placesFor(size) * WORDS);
    this.#mask = this.#words.length - WORDS;
    this.#parents = new Int32Array(size);
    this.#steps = new Uint8Array(size);
  }

  /** The states that were seen so far go into memory that several threads share; they keep their numbers. */
  moveTo(buffers: SharedBuffers): void {
    this.#shared = new SharedTable(buffers, { words: this.#words, states: this.#count });
    this.#words = new Int32Array(0);
  }

  /** This thread does not look into the table until it calls resume(); others may wait for that. */
  rest(): void {
    this.#shared?.rest();
  }

  resume(): void {
    this.#shared?.resume();
  }

  /** States so far. */
  get size(): number {
    return this.#shared?.size ?? this.#count;
  }

  /** Bytes that the table takes for each of its states. */
  get bytesPerState(): number {
    if (this.#shared !== null) return this.#shared.bytesPerState;
    const bytes = this.#words.byteLength + this.#parents.byteLength + this.#steps.byteLength;
    return bytes / Math.max(1, this.#count);
  }

  /** Adds a state and returns its number, or SEEN, or FULL. */
  insert(lane0: number, lane1: number, parent: number, step: Step): number {
    const place = this.#placeOf(lane0, lane1);
    return this.#words[place] !== 0 ? SEEN : this.#add(place, lane0, lane1, parent, step);
  }

  /** Adds a state: its number, or ~number where it was there before, or NO_ROOM. */
  enter(lane0: number, lane1: number): number {
    if (this.#shared !== null) return this.#shared.enter(lane0, lane1, NO_ROOM);
    const place = this.#placeOf(lane0, lane1);
    const words = this.#words;
    if (words[place] !== 0) return ~(words[place + NUMBER] - 1);
    const index = this.#add(place, lane0, lane1, -1, 0);
    return index === FULL ? NO_ROOM : index;
  }

  /**
   * Brings the places where the search for states begins near the processor, all at once, for it waits for none of them:
   * `lanes` has FORESEEN words of each, from `first` on. What is returned means nothing, and is to be kept so that nothing is left out.
   */
  touch(lanes: Int32Array, first: number, end: number): number {
    return this.#shared?.touch(lanes, first, end) ?? touch(this.#words, this.#mask, lanes, first, end);
  }

  /** The place that a state has, or is to have. */
  #placeOf(lane0: number, lane1: number): number {
    const words = this.#words;
    const mask = this.#mask;
    let place = (hash(lane0, lane1) * WORDS) & mask;
    while (words[place] !== 0 && (words[place] !== lane0 || words[place + 1] !== lane1))
      place = (place + WORDS) & mask;
    return place;
  }

  #add(place: number, lane0: number, lane1: number, parent: number, step: Step): number {
    const index = this.#count;
    if (index >= this.capacity) return FULL;
    if (index === this.#parents.length) {
      this.#grow();
      return this.insert(lane0, lane1, parent, step);
    }
    this.#put(place, lane0, lane1, index);
    this.#count = index + 1;
    this.#parents[index] = parent;
    this.#steps[index] = step;
    return index;
  }

  #put(place: number, lane0: number, lane1: number, index: number): void {
    this.#words[place] = lane0;
    this.#words[place + 1] = lane1;
    this.#words[place + NUMBER] = index + 1;
  }

  #grow(): void {
    const size = Math.min(this.capacity, this.#parents.length * 2);
    const old = this.#words;
    this.#words = new Int32Array(placesFor(size) * WORDS);
    this.#mask = this.#words.length - WORDS;
    this.#parents = resized(this.#parents, new Int32Array(size));
    this.#steps = resized(this.#steps, new Uint8Array(size));
    // In the order of places, which is that of the new ones but for one bit: memory is gone through in two streams.
    for (let place = 0; place < old.length; place += WORDS) {
      const [lane0, lane1] = [old[place], old[place + 1]];
      if (lane0 !== 0) this.#put(this.#placeOf(lane0, lane1), lane0, lane1, old[place + NUMBER] - 1);
    }
  }

  /** The number of a state; -1 where it was not entered. */
  find(lane0: number, lane1: number): number {
    if (this.#shared !== null) return this.#shared.find(lane0, lane1);
    const place = this.#placeOf(lane0, lane1);
    return this.#words[place] === 0 ? -1 : this.#words[place + NUMBER] - 1;
  }

  /** Whether state `index` has this fingerprint: it must, each time its schedule is run again. */
  matches(index: number, lane0: number, lane1: number): boolean {
    return this.find(lane0, lane1) === index;
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
