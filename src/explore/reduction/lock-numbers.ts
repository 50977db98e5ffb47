/**
 * Locks by number. What a thread does after it has taken a lock cannot come in between while another holds that lock:
 * provided that only its holder ever releases it, and that it is taken by waiting for it.
 */
import type { Mutex } from '../../coroutine/op.ts';
import { type AccessSet, COMMUTES, WRITES } from './access-set.ts';

/** Locks beyond these are taken for what everything else is. */
const MOST = 30;

export class LockNumbers {
  readonly #numbers = new Map<Mutex, number>();
  readonly #locks: Mutex[] = [];
  /** By number: the place where it is kept whether the lock is held. */
  readonly #places: number[] = [];
  /** Locks, as bits, that no thread was seen to take or to release but by waiting for it first. */
  trusted = -1;

  /** The number of a lock; -1 where there are too many. `guard`: what a thread reads that waits for it. */
  of(lock: Mutex, guard: AccessSet): number {
    let number = this.#numbers.get(lock);
    if (number === undefined) {
      number = this.#locks.length < MOST && guard.places.length === 1 ? this.#locks.push(lock) - 1 : -1;
      if (number >= 0) this.#places[number] = guard.places[0];
      this.#numbers.set(lock, number);
    }
    return number;
  }

  /** Of `held`, the locks that are held still. */
  stillHeld(held: number): number {
    let still = 0;
    for (let rest = held; rest !== 0; rest &= rest - 1) {
      const number = 31 - Math.clz32(rest & -rest);
      if (this.#locks[number].held) still |= 1 << number;
    }
    return still;
  }

  /** Trusts none of `locks` any more that a thread may write which has not waited for it. */
  doubt(locks: number, future: AccessSet): void {
    for (let rest = locks; rest !== 0; rest &= rest - 1) {
      const number = 31 - Math.clz32(rest & -rest);
      const mode = future.modes[this.#places[number]] ?? 0;
      if ((mode & (WRITES | COMMUTES)) !== 0) this.trusted &= ~(1 << number);
    }
  }
}
