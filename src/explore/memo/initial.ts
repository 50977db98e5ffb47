/** The terms of an initial state, to begin with. */
import { placeOf } from '../state/access-log.ts';
import type { Frames } from '../state/frames.ts';
import { type Any, contents, frozen, now, roots } from '../state/objects.ts';
import { tracker } from '../state/tracker.ts';

/** Tells `each` of what every object holds that modules, the world or the threads' stacks lead to: place and value. */
export function eachTerm(
  stacks: readonly Frames[],
  points: readonly unknown[],
  each: (place: number, value: unknown) => void,
): void {
  const queue: Any[] = [];
  const met = new Set<unknown>();
  const meet = (value: unknown) => {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null || met.has(value)) return;
    met.add(value);
    queue.push(value);
  };
  for (const one of roots) meet(one);
  meet(tracker.root);
  for (const { list, depth } of stacks) for (const { values } of list.slice(0, depth)) values.forEach(meet);
  points.forEach(meet);
  const { lane0, lane1, terms, recording } = now;
  now.terms = {
    term(id, key, value) {
      meet(value);
      each(placeOf(id, key), value);
    },
  };
  now.recording = false;
  try {
    for (let target = queue.pop(); target !== undefined; target = queue.pop()) {
      const id = target.$id ?? frozen.get(target);
      if (id !== undefined && typeof target.next !== 'function') contents(target, id, 1);
    }
  } finally {
    Object.assign(now, { lane0, lane1, terms, recording });
  }
}
