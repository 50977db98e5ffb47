/** What steps and reactions were found to do, by number. */
import type { Violation } from '../search/world.ts';

/**
 * Changes of a state: places, and what they hold afterwards; and by how much the sums of its fingerprint change. One class
 * for all of them, and all fields from the start: the engine reads those of objects of one shape in one instruction.
 */
export class Change {
  readonly places: Int32Array;
  readonly values: Int32Array;
  readonly lane0: number;
  readonly lane1: number;
  /** Places of these that are only counted up or down. */
  readonly commute: readonly number[];
  /** Of a step: where its thread stands afterwards. */
  local = 0;
  /** Of a step: drm_dev_enter() that failed on the way. */
  failedEnters = 0;
  /** Of a step: what was thrown; nothing else counts then. */
  violation: Violation | null = null;
  /** What is looked at before it, and changed, by number; -1 where that was not asked for. */
  footprint = -1;
  /** Of a reaction: names that the thread has given then, where it makes something; -1 for no more than before. */
  counter = -1;
  /** Reactions and checks, and threads that wait, that have looked at one of the places; as of `watched` (Places). */
  watchers = 0;
  waiters = 0;
  watched = -1;

  constructor(
    places: readonly number[],
    values: readonly number[],
    lane0: number,
    lane1: number,
    commute: readonly number[],
  ) {
    this.places = Int32Array.from(places);
    this.values = Int32Array.from(values);
    this.lane0 = lane0;
    this.lane1 = lane1;
    this.commute = commute;
  }
}

/** What a reaction does, by how many names the thread of the step had given: what it makes is named after those. */
export interface ReactionEntry {
  /** Where it does the same whichever thread acts. */
  always: Change | null;
  byNames: Map<number, Change>;
}
