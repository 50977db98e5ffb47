/**
 * The states that several threads have seen: an open-addressing table of fingerprints in memory that they share, whose places
 * are claimed by compare-and-swap. It begins small and doubles, because a table that is larger than its states are many costs
 * a miss of every cache at each look: each size has a region of its own, of which the operating system gives what is touched.
 */
import { hash, placesFor } from './table-memory.ts';

/** Words of the header: states, the size in use, whether it is being changed, threads; and then for each whether it is inside. */
const COUNT = 0;
const SIZE = 1;
const GROWING = 2;
const MEMBERS = 3;
const FIRST_MEMBER = 16;
/** A cache line, so that threads do not wait for each other's. */
const WORDS_PER_MEMBER = 16;
/** More threads than --jobs takes. */
const MAX_MEMBERS = 1024;
const HEADER = FIRST_MEMBER + MAX_MEMBERS * WORDS_PER_MEMBER;

export interface SharedBuffers {
  header: SharedArrayBuffer;
  /** Two lanes for each place, and which state has it, from 1. */
  lanes: SharedArrayBuffer;
  numbers: SharedArrayBuffer;
  /** Most states that it takes. */
  capacity: number;
}

/** Places of all sizes before size number `n`. */
const placesBefore = (n: number): number => placesFor(0) * (2 ** n - 1);

/** Memory for a table of `capacity` states. */
export function allocateShared(capacity: number): SharedBuffers {
  const places = placesBefore(Math.log2(placesFor(capacity) / placesFor(0)) + 1);
  return {
    header: new SharedArrayBuffer(HEADER * 4),
    lanes: new SharedArrayBuffer(places * 8),
    numbers: new SharedArrayBuffer(places * 4),
    capacity,
  };
}

export class SharedTable {
  readonly capacity: number;
  readonly #header: Int32Array;
  readonly #buffers: SharedBuffers;
  /** This thread's word in the header. */
  readonly #self: number;
  /** The size that the next three are of. */
  #size = -1;
  #lanes: Int32Array = new Int32Array(0);
  #numbers: Int32Array = new Int32Array(0);
  #mask = 0;

  /** One for each thread. */
  constructor(buffers: SharedBuffers) {
    this.#buffers = buffers;
    this.capacity = buffers.capacity;
    this.#header = new Int32Array(buffers.header);
    const member = Atomics.add(this.#header, MEMBERS, 1);
    if (member >= MAX_MEMBERS) throw new RangeError(`more than ${MAX_MEMBERS} threads over one table`);
    this.#self = FIRST_MEMBER + member * WORDS_PER_MEMBER;
    this.#use(0);
  }

  /** States so far. */
  get size(): number {
    return Math.min(Atomics.load(this.#header, COUNT), this.capacity);
  }

  get bytesPerState(): number {
    return ((this.#mask + 1) * 12) / Math.max(1, this.size);
  }

  #use(size: number): void {
    const places = placesFor(0) * 2 ** size;
    this.#size = size;
    this.#lanes = new Int32Array(this.#buffers.lanes, placesBefore(size) * 8, places * 2);
    this.#numbers = new Int32Array(this.#buffers.numbers, placesBefore(size) * 4, places);
    this.#mask = places - 1;
  }

  /** Adds a state and returns its number, ~number where it was there before, or `full` where there is no room. */
  enter(lane0: number, lane1: number, full: number): number {
    this.#begin();
    const lanes = this.#lanes;
    for (let place = hash(lane0, lane1) & this.#mask; ; place = (place + 1) & this.#mask) {
      let found = Atomics.load(lanes, place * 2);
      if (found === 0) {
        if (Atomics.load(this.#header, COUNT) >= this.capacity) {
          this.#end();
          return full;
        }
        found = Atomics.compareExchange(lanes, place * 2, 0, lane0);
        if (found === 0) return this.#claimed(place, lane1, full);
      }
      if (found !== lane0 || this.#secondLane(place) !== lane1) continue;
      const number = this.#numberAt(place);
      this.#end();
      return ~number;
    }
  }

  /** The place is this thread's, with the first lane in it. */
  #claimed(place: number, lane1: number, full: number): number {
    Atomics.store(this.#lanes, place * 2 + 1, lane1);
    const index = Atomics.add(this.#header, COUNT, 1);
    Atomics.store(this.#numbers, place, index + 1);
    this.#end();
    if (placesFor(index + 1) > this.#mask + 1 && index + 1 < this.capacity) this.#grow();
    return index < this.capacity ? index : full;
  }

  /** The number of a state; -1 where it was not entered. */
  find(lane0: number, lane1: number): number {
    this.#begin();
    const lanes = this.#lanes;
    let number = -1;
    for (let place = hash(lane0, lane1) & this.#mask; number < 0; place = (place + 1) & this.#mask) {
      const found = Atomics.load(lanes, place * 2);
      if (found === 0) break;
      if (found === lane0 && this.#secondLane(place) === lane1) number = this.#numberAt(place);
    }
    this.#end();
    return number;
  }

  /** The second lane of a place whose first is there: another thread may be between its two stores. */
  #secondLane(place: number): number {
    let lane: number;
    while ((lane = Atomics.load(this.#lanes, place * 2 + 1)) === 0);
    return lane;
  }

  /** Which state has a place; another thread may be about to write it down. */
  #numberAt(place: number): number {
    let number: number;
    while ((number = Atomics.load(this.#numbers, place)) === 0);
    return number - 1;
  }

  /** From here to #end() no other thread makes the table larger. */
  #begin(): void {
    const header = this.#header;
    for (;;) {
      Atomics.store(header, this.#self, 1);
      if (Atomics.load(header, GROWING) === 0) break;
      Atomics.store(header, this.#self, 0);
      Atomics.wait(header, GROWING, 1);
    }
    const size = Atomics.load(header, SIZE);
    if (size !== this.#size) this.#use(size);
  }

  #end(): void {
    Atomics.store(this.#header, this.#self, 0);
  }

  /** Goes on in a region of twice the size, once no other thread is inside; one of those who want to does it. */
  #grow(): void {
    const header = this.#header;
    if (Atomics.compareExchange(header, GROWING, 0, 1) !== 0) return;
    if (Atomics.load(header, SIZE) === this.#size) {
      const members = Atomics.load(header, MEMBERS);
      for (let i = 0; i < members; i++)
        while (Atomics.load(header, FIRST_MEMBER + i * WORDS_PER_MEMBER) !== 0);
      const [lanes, numbers] = [this.#lanes, this.#numbers];
      this.#use(this.#size + 1);
      for (let i = 0; i < numbers.length; i++) {
        if (numbers[i] !== 0) this.#put(lanes[i * 2], lanes[i * 2 + 1], numbers[i]);
      }
      Atomics.store(header, SIZE, this.#size);
    }
    Atomics.store(header, GROWING, 0);
    Atomics.notify(header, GROWING);
  }

  #put(lane0: number, lane1: number, number: number): void {
    let place = hash(lane0, lane1) & this.#mask;
    while (this.#lanes[place * 2] !== 0) place = (place + 1) & this.#mask;
    this.#lanes[place * 2] = lane0;
    this.#lanes[place * 2 + 1] = lane1;
    this.#numbers[place] = number;
  }
}
