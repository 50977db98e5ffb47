/** What tables of states have in common. */

/** Words of a place: two lanes, and which state has it, from 1. A place is in one line of the processor's cache. */
export const WORDS = 4;
export const NUMBER = 2;

/** Places for `states` states: at least half as many again, a power of two. */
export function placesFor(states: number): number {
  let places = 1024;
  while (places < states * 1.5) places *= 2;
  return places;
}

/** `bigger`, which begins as `old` is. */
export function resized<T extends Int32Array | Uint8Array>(old: T, bigger: T): T {
  bigger.set(old);
  return bigger;
}

/** Where the search for a fingerprint begins. */
export const hash = (lane0: number, lane1: number): number => lane0 ^ Math.imul(lane1, 0x9e3779b1);

/** Words of what is foreseen of a step: the fingerprint of where it leads, and what step() need not look for (World.foresee()). */
export const FORESEEN = 3;

/** Loads the places where the search for some fingerprints begins, of which none is waited for (StateTable.touch()). */
export function touch(
  words: Int32Array,
  mask: number,
  lanes: Int32Array,
  first: number,
  end: number,
): number {
  let seen = 0;
  for (let i = first; i < end; i += FORESEEN) seen ^= words[(hash(lanes[i], lanes[i + 1]) * WORDS) & mask];
  return seen;
}
