/**
 * The states that several threads have seen: an open-addressing table of fingerprints in memory that they share, whose places
 * are claimed by compare-and-swap. It begins small and doubles, because a table that is larger than its states are many costs
 * a miss of every cache at each look: each size has a region of its own, of which the operating system gives what is touched.
 *
 * Most looks find a state, and are plain loads, which cost a tenth of Atomics.load(): words of a place change once, from 0. Only
 * where a word is 0 does a thread ask again by Atomics. Who makes the table larger says so, and begins when each of the others
 * has stopped at its next look, or rests because it has nothing to search.
 */
import { hash, NUMBER, placesFor, touch, WORDS } from './table-memory.ts';

/** A line of the cache: what one thread writes often and others read often is in lines of their own. */
const LINE = 16;
/** Words of the header: the size in use, whether it is being changed, threads; states; and of each thread whether it may use the table. */
const SIZE = 0;
const GROWING = 1;
const MEMBERS = 2;
const COUNT = LINE;
const FIRST_MEMBER = 2 * LINE;
/** More threads than --jobs takes. */
const MAX_MEMBERS = 1024;
const HEADER = FIRST_MEMBER + MAX_MEMBERS * LINE;
/** A thread that has not stopped by then is dead, ms. */
const LONGEST_STEP_MS = 60_000;

export interface SharedBuffers {
  header: SharedArrayBuffer;
  /** Places of all sizes; see WORDS. */
  places: SharedArrayBuffer;
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
    places: new SharedArrayBuffer(places * WORDS * 4),
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
  #words: Int32Array = new Int32Array(0);
  /** Index of the last place's first word. */
  #mask = 0;

  /**
   * One for each thread, which may use the table until it calls rest(). `begun`: what the first one brings with it, places of a
   * table and how many states they are.
   */
  constructor(buffers: SharedBuffers, begun?: { words: Int32Array; states: number }) {
    this.#buffers = buffers;
    this.capacity = buffers.capacity;
    this.#header = new Int32Array(buffers.header);
    const member = Atomics.add(this.#header, MEMBERS, 1);
    if (member >= MAX_MEMBERS) throw new RangeError(`more than ${MAX_MEMBERS} threads over one table`);
    this.#self = FIRST_MEMBER + member * LINE;
    this.resume();
    if (begun !== undefined) this.#bring(begun.words, begun.states);
  }

  /** This thread does not use the table until it calls resume(). */
  rest(): void {
    Atomics.store(this.#header, this.#self, 0);
    Atomics.notify(this.#header, this.#self);
  }

  /** This thread uses the table from now on, once it has the size that it is to have. */
  resume(): void {
    const header = this.#header;
    for (;;) {
      Atomics.store(header, this.#self, 1);
      if (Atomics.load(header, GROWING) === 0) break;
      this.rest();
      Atomics.wait(header, GROWING, 1);
    }
    const size = Atomics.load(header, SIZE);
    if (size !== this.#size) this.#use(size);
  }

  /** No other thread is there yet; a table for one has at least as many places as one for several. */
  #bring(words: Int32Array, states: number): void {
    this.#use(Math.log2(words.length / WORDS / placesFor(0)));
    this.#words.set(words);
    Atomics.store(this.#header, COUNT, states);
    Atomics.store(this.#header, SIZE, this.#size);
  }

  /** States so far. */
  get size(): number {
    return Math.min(Atomics.load(this.#header, COUNT), this.capacity);
  }

  get bytesPerState(): number {
    return this.#words.byteLength / Math.max(1, this.size);
  }

  #use(size: number): void {
    const places = placesFor(0) * 2 ** size;
    this.#size = size;
    this.#words = new Int32Array(this.#buffers.places, placesBefore(size) * WORDS * 4, places * WORDS);
    this.#mask = this.#words.length - WORDS;
  }

  /** Adds a state and returns its number, ~number where it was there before, or `full` where there is no room. */
  enter(lane0: number, lane1: number, full: number): number {
    if (this.#header[GROWING] !== 0) this.#stop();
    const words = this.#words;
    const mask = this.#mask;
    for (let place = (hash(lane0, lane1) * WORDS) & mask; ; place = (place + WORDS) & mask) {
      let found = words[place];
      if (found === 0) {
        found = Atomics.compareExchange(words, place, 0, lane0);
        if (found === 0) return this.#claimed(place, lane1, full);
      }
      if (found !== lane0 || this.#written(place + 1) !== lane1) continue;
      return ~(this.#written(place + NUMBER) - 1);
    }
  }

  /**
   * The place is this thread's, with the first lane in it. Where that is one state too many, the place is lost: who is told
   * so ends the search.
   */
  #claimed(place: number, lane1: number, full: number): number {
    const words = this.#words;
    // Who reads them waits for each of them, in whichever order they come.
    words[place + 1] = lane1;
    const index = Atomics.add(this.#header, COUNT, 1);
    words[place + NUMBER] = index + 1;
    if (placesFor(index + 1) * WORDS > this.#words.length && index + 1 < this.capacity) this.#grow();
    return index < this.capacity ? index : full;
  }

  /** The number of a state; -1 where it was not entered. */
  find(lane0: number, lane1: number): number {
    if (this.#header[GROWING] !== 0) this.#stop();
    const words = this.#words;
    const mask = this.#mask;
    for (let place = (hash(lane0, lane1) * WORDS) & mask; ; place = (place + WORDS) & mask) {
      const found = words[place];
      if (found === 0) return -1;
      if (found === lane0 && this.#written(place + 1) === lane1) return this.#written(place + NUMBER) - 1;
    }
  }

  /** See StateTable.touch(). */
  touch(lanes: Int32Array, first: number, end: number): number {
    return touch(this.#words, this.#mask, lanes, first, end);
  }

  /** Another word of a place whose first is there: another thread may be about to write it. */
  #written(at: number): number {
    let word = this.#words[at];
    while (word === 0) word = Atomics.load(this.#words, at);
    return word;
  }

  /** Another thread makes the table larger. */
  #stop(): void {
    this.rest();
    this.resume();
  }

  /** Waits until no other thread uses the table. @throws where one does not stop */
  #waitForOthers(): void {
    const header = this.#header;
    const members = Atomics.load(header, MEMBERS);
    for (let i = 0; i < members; i++) {
      const word = FIRST_MEMBER + i * LINE;
      if (word !== this.#self && Atomics.wait(header, word, 1, LONGEST_STEP_MS) === 'timed-out')
        throw new Error('a thread of the search does not answer any more');
    }
  }

  /** Goes on in a region of twice the size; one of those who want to does it. */
  #grow(): void {
    const header = this.#header;
    if (Atomics.compareExchange(header, GROWING, 0, 1) !== 0) return;
    if (Atomics.load(header, SIZE) === this.#size) {
      this.#waitForOthers();
      const old = this.#words;
      this.#use(this.#size + 1);
      for (let place = 0; place < old.length; place += WORDS)
        if (old[place] !== 0) this.#put(old[place], old[place + 1], old[place + NUMBER]);
      Atomics.store(header, SIZE, this.#size);
    }
    Atomics.store(header, GROWING, 0);
    Atomics.notify(header, GROWING);
  }

  #put(lane0: number, lane1: number, number: number): void {
    const words = this.#words;
    let place = (hash(lane0, lane1) * WORDS) & this.#mask;
    while (words[place] !== 0) place = (place + WORDS) & this.#mask;
    words[place] = lane0;
    words[place + 1] = lane1;
    words[place + NUMBER] = number;
  }
}
