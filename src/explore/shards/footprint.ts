/** What a step that is not under way any more has touched: a place and how, in turn. */
import { type AccessSet, CLASHES } from '../state/access-set.ts';

/** Places and modes of an AccessSet, one after the other. */
export type Footprint = readonly number[];

export function footprintOf({ places, modes }: AccessSet): Footprint {
  const footprint: number[] = [];
  for (const place of places) footprint.push(place, modes[place]);
  return footprint;
}

/** Whether a step that touches `set` and one that has left `footprint` do not depend on each other. */
export function leavesAlone({ modes }: AccessSet, footprint: Footprint): boolean {
  for (let i = 0; i < footprint.length; i += 2) {
    const place = footprint[i];
    if (place < modes.length && (modes[place] & CLASHES[footprint[i + 1]]) !== 0) return false;
  }
  return true;
}
