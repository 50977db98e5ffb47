/** What steps and reactions were found to do, by number. */
import type { Violation } from '../search/world.ts';
import type { Places } from './places.ts';
import type { Recording } from './recorder.ts';

/** Changes of a state: places, and what they hold afterwards; and by how much the sums of its fingerprint change. */
export interface Change {
  places: Int32Array;
  values: Int32Array;
  lane0: number;
  lane1: number;
  /** Places of these that are only counted up or down. */
  commute: readonly number[];
}

/** What a step of a thread does. */
export interface StepEntry extends Change {
  /** Where the thread stands afterwards. */
  local: number;
  /** drm_dev_enter() that failed on the way. */
  failedEnters: number;
  /** What was thrown; nothing else counts then. */
  violation: Violation | null;
}

/** What a reaction does, by how many names the thread of the step had given: what it makes is named after those. */
export interface ReactionEntry {
  /** Where it does the same whichever thread acts. */
  always: Change | null;
  byNames: Map<number, Change & { counter: number }>;
}

export function changeOf(recording: Recording, lane0: number, lane1: number): Change {
  const { places, values, commute } = recording;
  return { places: Int32Array.from(places), values: Int32Array.from(values), lane0, lane1, commute };
}

/** Makes the change; returns the watchers of the places that it touches. */
export function apply(change: Change, state: Places): number {
  const { places, values } = change;
  const { watchers } = state;
  let seen = 0;
  for (let i = 0; i < places.length; i++) {
    state.set(places[i], values[i]);
    seen |= watchers[places[i]];
  }
  return seen;
}
