/**
 * What each thread may still do, learned while a space is searched. A thread's local state is where it stands and what
 * it remembers; of each that was met, it is known what the next step from there was seen to touch, and to which local
 * states it led. From that follows what the thread may touch from there on, at all or before it has taken certain locks.
 */
import { AccessSet } from './access-set.ts';

/** A local state of a thread. */
export class LocalState {
  /** What decides whether the thread may go on, and what its next steps touch. */
  readonly own = new AccessSet();
  /** What decides whether the thread may go on. */
  readonly guard = new AccessSet();
  /** Number of the lock that its next step takes, -1 for none. */
  readonly lock: number;
  readonly next: LocalState[] = [];
  readonly before: LocalState[] = [];
  /** By number of a set of locks: what the thread may touch before it takes any of these. */
  readonly futures: AccessSet[] = [];

  constructor(lock: number) {
    this.lock = lock;
  }
}

export class Futures {
  /** Counts what was learned: while it stays the same, nothing that was decided before has become wrong. */
  learned = 0;
  readonly #threads: Map<number, LocalState>[] = [];
  /** Sets of locks that were asked for, as bit masks, and their numbers. */
  readonly #cuts: number[] = [];
  readonly #numbers = new Map<number, number>();

  /** The local state of a thread with this fingerprint. */
  at(thread: number, lane0: number, lane1: number, lock: number): LocalState {
    const states = (this.#threads[thread] ??= new Map());
    const key = (lane0 >>> 0) * 0x200000 + (lane1 & 0x1fffff);
    let state = states.get(key);
    if (state === undefined) {
      states.set(key, (state = new LocalState(lock)));
      this.learned++;
    }
    return state;
  }

  /** A step from `state` was seen to touch `set`. */
  touch(state: LocalState, set: AccessSet): void {
    const { places } = set;
    for (let i = 0; i < places.length; i++) {
      const place = places[i];
      const mode = set.modes[place];
      if (!adds(state.own, place, mode)) continue;
      state.own.add(place, mode);
      this.learned++;
      for (let cut = 0; cut < this.#cuts.length; cut++) {
        if (!this.#stops(state, cut)) this.#spread(state, cut, place, mode);
      }
    }
  }

  /** What thread waits for at `state` was seen to depend on `set`. */
  wait(state: LocalState, set: AccessSet): void {
    const { places } = set;
    for (let i = 0; i < places.length; i++) {
      const place = places[i];
      if (!adds(state.guard, place, set.modes[place])) continue;
      state.guard.add(place, set.modes[place]);
      this.learned++;
    }
    this.touch(state, set);
  }

  /** A step was seen to lead from one local state to another. */
  lead(from: LocalState, to: LocalState): void {
    if (from.next.includes(to)) return;
    from.next.push(to);
    to.before.push(from);
    this.learned++;
    for (let cut = 0; cut < this.#cuts.length; cut++) {
      if (this.#stops(from, cut)) continue;
      const after = to.futures[cut];
      if (after === undefined) continue;
      for (let i = 0; i < after.places.length; i++)
        this.#spread(from, cut, after.places[i], after.modes[after.places[i]]);
    }
  }

  /** What a thread may touch from `state` on, before it takes any of `locks` (a bit mask). */
  of(state: LocalState, locks: number): AccessSet {
    let cut = this.#numbers.get(locks);
    if (cut === undefined) {
      cut = this.#cuts.push(locks) - 1;
      this.#numbers.set(locks, cut);
      for (const states of this.#threads) {
        for (const one of states?.values() ?? []) {
          if (this.#stops(one, cut)) continue;
          for (const place of one.own.places) this.#spread(one, cut, place, one.own.modes[place]);
        }
      }
    }
    return state.futures[cut] ?? NOTHING;
  }

  #stops(state: LocalState, cut: number): boolean {
    return state.lock >= 0 && (this.#cuts[cut] & (1 << state.lock)) !== 0;
  }

  /** A place is in the future of a state, and of all that lead there. */
  #spread(state: LocalState, cut: number, place: number, mode: number): void {
    const stack = [state];
    for (let one = stack.pop(); one !== undefined; one = stack.pop()) {
      const future = (one.futures[cut] ??= new AccessSet());
      if (!adds(future, place, mode)) continue;
      future.add(place, mode);
      for (const earlier of one.before) if (!this.#stops(earlier, cut)) stack.push(earlier);
    }
  }
}

const NOTHING = new AccessSet();

const adds = (set: AccessSet, place: number, mode: number): boolean =>
  place >= set.modes.length || (set.modes[place] & mode) !== mode;
