import { LockOrder, type SavedOrder } from '../lock-order.ts';
import { MAX_DEPTH } from '../search/search.ts';
import { resized } from '../search/table-memory.ts';
import { MAX_THREADS, type Step, threadOf } from '../search/world.ts';
import { mix32 } from '../state/hash.ts';
import type { Change } from './entries.ts';
import type { Known } from './known.ts';
import { ENDED, type Local, WAITS } from './locals.ts';

/** Numbers that are kept of the state before a step. */
const WORDS = 8;

/** The present state, as numbers, and the way back to each state before it. */
export class Present {
  readonly #known: Known;
  readonly threads: number;
  /** Where each thread stands, by number, and what is known of that. */
  readonly at = new Int32Array(MAX_THREADS).fill(-1);
  readonly locals: Local[] = [];
  /** Threads that have not ended, that wait for something, and that wait at the lock of a region, as bits. */
  live = 0;
  waiting = 0;
  accessing = 0;
  /** The call that each thread is at. */
  readonly calls = new Int32Array(MAX_THREADS);
  /** Steps that each thread has taken. */
  readonly begun = new Int32Array(MAX_THREADS);
  /** Watchers to be asked anew. */
  dirty = -1;
  /** Threads of which it is known whether they may go on, and which may, as bits. */
  asked = 0;
  ready = 0;
  readonly schedule = new Uint8Array(MAX_DEPTH);
  depth = 0;
  /** Length of the schedule before a step that did not come to its end; -1 for none. */
  broken = -1;
  readonly locks: LockOrder | null;
  #lane0: number;
  #lane1: number;
  /** What the threads add to the lanes. */
  #terms0 = 0;
  #terms1 = 0;
  #marks = new Int32Array(1 << 12);
  readonly #savedLocks: SavedOrder[] = [];

  constructor(
    known: Known,
    lanes: readonly [number, number],
    locals: readonly number[],
    hasLockOrder: boolean,
  ) {
    this.#known = known;
    this.threads = locals.length;
    [this.#lane0, this.#lane1] = lanes;
    this.locks = hasLockOrder ? new LockOrder() : null;
    for (let i = 0; i < locals.length; i++) this.stand(i, locals[i]);
  }

  /** A thread stands somewhere else. */
  stand(thread: number, local: number): void {
    if (local === this.at[thread]) return;
    const before = this.locals[thread];
    const after = this.#known.locals.list[local];
    this.at[thread] = local;
    this.locals[thread] = after;
    this.calls[thread] = after.call;
    const others = ~(1 << thread);
    this.live = (this.live & others) | (Number(after.kind !== ENDED) << thread);
    this.waiting = (this.waiting & others) | (Number(after.kind === WAITS) << thread);
    this.accessing = (this.accessing & others) | (Number(after.access) << thread);
    this.#terms0 = (this.#terms0 + after.term0 - (before?.term0 ?? 0)) | 0;
    this.#terms1 = (this.#terms1 + after.term1 - (before?.term1 ?? 0)) | 0;
  }

  /** Notes what the state is before a step. */
  mark(step: Step): void {
    if ((this.depth + 1) * WORDS > this.#marks.length) {
      this.#marks = resized(this.#marks, new Int32Array(this.#marks.length * 2));
    }
    const thread = threadOf(step);
    const marks = this.#marks;
    const at = this.depth * WORDS;
    marks[at] = thread;
    marks[at + 1] = this.#known.places.length;
    marks[at + 2] = this.at[thread];
    marks[at + 3] = this.#lane0;
    marks[at + 4] = this.#lane1;
    marks[at + 5] = this.dirty;
    marks[at + 6] = this.asked;
    marks[at + 7] = this.ready;
    if (this.locks !== null) this.#savedLocks[this.depth] = this.locks.save(thread);
    this.broken = this.depth;
    this.schedule[this.depth++] = step;
    this.begun[thread]++;
  }

  change(change: Change): void {
    this.#known.places.change(change);
    this.dirty |= this.#known.places.watchersOf(change);
    this.asked &= ~change.waiters;
    this.#lane0 = (this.#lane0 + change.lane0) | 0;
    this.#lane1 = (this.#lane1 + change.lane1) | 0;
  }

  /** Undoes the last step. */
  undo(): void {
    const marks = this.#marks;
    const at = --this.depth * WORDS;
    const thread = marks[at];
    this.#known.places.undoTo(marks[at + 1]);
    this.stand(thread, marks[at + 2]);
    this.#lane0 = marks[at + 3];
    this.#lane1 = marks[at + 4];
    this.dirty = marks[at + 5];
    this.asked = marks[at + 6];
    this.ready = marks[at + 7];
    this.begun[thread]--;
    if (this.locks !== null) this.locks.restore(this.#savedLocks[this.depth]);
    this.broken = -1;
  }

  fingerprint(lanes: Int32Array): void {
    lanes[0] = mix32((this.#lane0 ^ (this.locks?.fingerprint ?? 0)) + this.#terms0) || 1;
    lanes[1] = mix32(this.#lane1 + this.#terms1) || 1;
  }

  /** The fingerprint after a step of a thread that comes to `change` and nothing else, and has to do with no lock whose order is judged. */
  fingerprintAfter(thread: number, change: Change, lanes: Int32Array): void {
    const before = this.locals[thread];
    const after = this.#known.locals.list[change.local];
    const sum0 = ((this.#lane0 + change.lane0) | 0) ^ (this.locks?.fingerprint ?? 0);
    lanes[0] = mix32(sum0 + this.#terms0 + after.term0 - before.term0) || 1;
    lanes[1] = mix32(this.#lane1 + change.lane1 + this.#terms1 + after.term1 - before.term1) || 1;
  }

  /** The same state, by another name: how many names a thread has given was not counted in. */
  count(thread: number, counter: number): void {
    this.stand(thread, this.#known.locals.withCounter(this.at[thread], counter));
  }
}
