/** Where searches with sleep sets begin and turn back. */

/** Of a thread that does not sleep. */
export const AWAKE = -1;

/** By thread: the number of what its next step touches, where all that begins with it is seen elsewhere; else AWAKE. */
export type Asleep = readonly number[];

/** A state to begin with. */
export interface Start {
  schedule: Uint8Array;
  asleep: Asleep;
}

/** A state at which the search turned back because all that follows is another search's. */
export interface Leaf extends Start {
  asleep: Asleep;
  weight: number;
}

/**
 * What lies behind the present state, to which the first `length` steps of `schedule` lead, where the search is to turn back
 * at it; null where it is to go on. Threads that sleep are given as bits.
 */
export type LeafWeight = (schedule: Uint8Array, length: number, sleeping: number) => number | null;
