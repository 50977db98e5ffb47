/**
 * Which threads are enough to go on with from a state: a persistent set, as Godefroid has it. Nothing that the others may
 * do, as long as those in the set do nothing, depends on what those in the set do next.
 */
import { type AccessSet, CLASHES, COMMUTES, WRITES } from './access-set.ts';
import type { Futures, LocalState } from './futures.ts';
import type { LockNumbers } from './lock-numbers.ts';

/** A state, as far as the choice needs it. */
export interface Situation {
  /** By thread; null for one that has ended. */
  locals: readonly (LocalState | null)[];
  /** Threads that can go on, as bits. */
  enabled: number;
  /** By thread: locks that it holds, as bits. */
  held: readonly number[];
  /** By invariant over states: what it has read here. */
  judged: readonly AccessSet[];
}

/** Whether a step that touches `one` and anything of `other` depend on each other. */
export function clash(one: AccessSet, other: AccessSet): boolean {
  const { places, modes } = one;
  const limit = other.modes.length;
  for (let i = 0; i < places.length; i++) {
    const place = places[i];
    if (place < limit && (other.modes[place] & CLASHES[modes[place]]) !== 0) return true;
  }
  return false;
}

/** Whether anything that `looked` has is written by `by`. */
export function changes(by: AccessSet, looked: AccessSet): boolean {
  const { places } = looked;
  const limit = by.modes.length;
  for (let i = 0; i < places.length; i++) {
    if (places[i] < limit && (by.modes[places[i]] & (WRITES | COMMUTES)) !== 0) return true;
  }
  return false;
}

const bits = (mask: number): number => {
  let n = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) n++;
  return n;
};

export class Chooser {
  readonly #futures: Futures;
  /** By invariant over states: all that it was ever seen to read. */
  readonly #looked: readonly AccessSet[];

  readonly #locks: LockNumbers;

  constructor(futures: Futures, looked: readonly AccessSet[], locks: LockNumbers) {
    this.#futures = futures;
    this.#looked = looked;
    this.#locks = locks;
  }

  /** The threads to go on with, as bits: the fewest that can go on, beginning with `first` where that makes no difference. */
  choose(situation: Situation, first: number): number {
    const { enabled } = situation;
    let best = enabled;
    let least = bits(enabled);
    const consider = (thread: number): boolean => {
      const set = this.close(situation, 1 << thread);
      const size = bits(set & enabled);
      if (size < least) {
        best = set;
        least = size;
      }
      return least === 1;
    };
    if (least === 1) return enabled;
    if (first >= 0 && (enabled & (1 << first)) !== 0 && consider(first)) return best & enabled;
    for (let thread = 0; thread < situation.locals.length; thread++) {
      if (thread !== first && (enabled & (1 << thread)) !== 0 && consider(thread)) break;
    }
    return best & enabled;
  }

  /** The least set around some threads that is enough. */
  close(situation: Situation, start: number): number {
    for (;;) {
      const { trusted } = this.#locks;
      const set = this.#close(situation, start);
      if (trusted === this.#locks.trusted) return set;
    }
  }

  #close(situation: Situation, start: number): number {
    const { locals } = situation;
    let set = start;
    for (;;) {
      const others = this.#active(situation, set);
      const locks = this.#locksOf(situation, ~others);
      let also = -1;
      for (let i = 0; i < locals.length && also < 0; i++) {
        const local = locals[i];
        if (local === null || (others & (1 << i)) === 0) continue;
        if (this.#mattersTo(situation, set, this.#futures.of(local, locks))) also = i;
      }
      if (also < 0) also = this.#watchedBy(situation, set, others, locks);
      if (also >= 0) {
        set |= 1 << also;
        continue;
      }
      for (let i = 0; i < locals.length && locks !== 0; i++) {
        const local = locals[i];
        if (local !== null && (others & (1 << i)) !== 0)
          this.#locks.doubt(locks, this.#futures.of(local, locks));
      }
      return set;
    }
  }

  /** Locks that some threads hold. */
  #locksOf({ held }: Situation, threads: number): number {
    let locks = 0;
    for (let i = 0; i < held.length; i++) if ((threads & (1 << i)) !== 0) locks |= held[i];
    return locks & this.#locks.trusted;
  }

  /**
   * Threads outside of `set` that may move while those in it do not: those that can go on, and those that wait for what
   * one of these may write. Whatever lock another thread holds stays held meanwhile.
   */
  #active(situation: Situation, set: number): number {
    const { locals, enabled } = situation;
    let active = enabled & ~set;
    for (let grown = true; grown; ) {
      grown = false;
      const locks = this.#locksOf(situation, ~active);
      for (let i = 0; i < locals.length && !grown; i++) {
        const waiting = locals[i];
        if (waiting === null || ((active | set) & (1 << i)) !== 0) continue;
        for (let j = 0; j < locals.length; j++) {
          const local = locals[j];
          if (local === null || (active & (1 << j)) === 0) continue;
          if (!changes(this.#futures.of(local, locks), waiting.guard)) continue;
          active |= 1 << i;
          grown = true;
          break;
        }
      }
    }
    return active;
  }

  /** Whether a thread with this future may do what the next steps of those in `set` depend on. */
  #mattersTo({ locals, enabled }: Situation, set: number, future: AccessSet): boolean {
    for (let i = 0; i < locals.length; i++) {
      const local = locals[i];
      if (local === null || (set & (1 << i)) === 0) continue;
      // One that waits goes on waiting as long as no other thread writes what it waits for.
      if (clash((enabled & (1 << i)) !== 0 ? local.own : local.guard, future)) return true;
    }
    return false;
  }

  /**
   * Invariants that look at states: where what the others do may change what one of them looks at here, at least one step
   * of the set must be none that it looks at, or a state that breaks it could be missed. Returns a thread to take in, -1
   * for none.
   */
  #watchedBy(situation: Situation, set: number, others: number, locks: number): number {
    const { locals, enabled, judged } = situation;
    let open = 0;
    let writer = -1;
    for (let judge = 0; judge < judged.length; judge++) {
      for (let i = 0; i < locals.length; i++) {
        const local = locals[i];
        if (local === null || (others & (1 << i)) === 0) continue;
        if (!changes(this.#futures.of(local, locks), judged[judge])) continue;
        open |= 1 << judge;
        writer = i;
        break;
      }
    }
    if (open === 0) return -1;
    for (let i = 0; i < locals.length; i++) {
      const local = locals[i];
      if (local === null || (set & enabled & (1 << i)) === 0) continue;
      let seen = false;
      for (let judge = 0; judge < judged.length && !seen; judge++) {
        seen = (open & (1 << judge)) !== 0 && changes(local.own, this.#looked[judge]);
      }
      if (!seen) return -1;
    }
    return writer;
  }
}
