import { type Context, MAX_DEPTH, NondeterminismError, type Outcome, type Strategy } from './search.ts';
import { FULL, SEEN, StateTable } from './state-table.ts';

/**
 * Breadth first over states told apart by their fingerprints: the first violation found is one with the fewest steps,
 * and when nothing is left every reachable state was checked. A state is reached again by its schedule, so each
 * transition costs a run of its depth, about twice what a depth-first search costs.
 *
 * Every `verifyEvery`-th state's fingerprint is compared when its schedule is run again.
 */
export class BreadthFirst implements Strategy {
  readonly name = 'breadth-first';
  readonly #verifyEvery: number;
  readonly #until: (waiting: number) => boolean;
  readonly #collect: boolean;
  /** Schedules to the states that were seen and not expanded, where the search stopped at `until`. */
  waiting: Uint8Array[] = [];

  /**
   * `until`: stop as soon as this is true of the number of states that wait, besides when the context is done; `collect`:
   * and say then how to get to them.
   */
  constructor(
    options: { verifyEvery?: number; until?: (waiting: number) => boolean; collect?: boolean } = {},
  ) {
    this.#verifyEvery = options.verifyEvery ?? 16;
    this.#collect = options.collect === true;
    this.#until = options.until ?? (() => false);
  }

  search(context: Context): Outcome {
    const table = StateTable.create(context.budget.states);
    const schedule = new Uint8Array(MAX_DEPTH);
    if (!addInitial(context, table, schedule)) return 'found';
    for (let next = 0; next < table.size; next++) {
      context.stats.frontier = table.size - next;
      context.changesWorld();
      const room = expand(context, table, next, schedule, next % this.#verifyEvery === 0);
      context.stats.states = table.size;
      if (context.done) return 'found';
      if (this.#until(table.size - next - 1)) {
        for (let i = next + 1; this.#collect && i < table.size; i++) {
          this.waiting.push(schedule.slice(0, table.schedule(i, schedule)));
        }
        return context.findings.size > 0 ? 'found' : 'covered';
      }
      if (!room || context.over()) return 'budget';
    }
    context.stats.frontier = 0;
    return context.findings.size > 0 ? 'found' : 'exhausted';
  }
}

/** Enters the initial state; false where it is broken already. */
export function addInitial(context: Context, table: StateTable, schedule: Uint8Array): boolean {
  const lanes = new Int32Array(2);
  context.replay(schedule, 0);
  context.check(schedule, 0);
  context.world.fingerprint(lanes);
  table.insert(lanes[0], lanes[1], -1, 0);
  context.stats.states = 1;
  return !context.done;
}

const lanes = new Int32Array(2);
const steps = new Uint8Array(256);

/** Takes every step that state `index` allows and enters the states that are new; false where there is no more room. */
export function expand(
  context: Context,
  table: StateTable,
  index: number,
  schedule: Uint8Array,
  verify: boolean,
): boolean {
  const world = context.world;
  const depth = table.schedule(index, schedule);
  context.replay(schedule, depth);
  if (verify) {
    world.fingerprint(lanes);
    if (!table.matches(index, lanes[0], lanes[1])) {
      throw new NondeterminismError(schedule.subarray(0, depth));
    }
  }
  const n = world.enabled(steps);
  if (n === 0) context.checkEnd(schedule, depth);
  for (let i = 0; i < n; i++) {
    if (i > 0) context.replay(schedule, depth);
    if (!context.take(steps[i], schedule, depth)) continue;
    world.fingerprint(lanes);
    const entered = table.insert(lanes[0], lanes[1], index, steps[i]);
    if (entered === FULL) return false;
    if (entered !== SEEN) {
      context.check(schedule, depth + 1);
      world.visited();
    }
    if (context.done) return true;
  }
  return true;
}
