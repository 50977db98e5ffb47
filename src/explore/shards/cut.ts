/**
 * Cuts a space into parts for machines that do not talk to each other: each of them takes the same first steps and comes to
 * the same states, behind which lie parts that have no schedule in common but for the order of independent steps.
 */
import type { Graph } from '../search/graph.ts';
import type { Context } from '../search/search.ts';
import { threadOf, Violation } from '../search/world.ts';
import type { Footprints } from './footprints.ts';
import { AWAKE, type Leaf } from './leaf.ts';
import { SleepSearch } from './sleep-search.ts';

/** The cut goes on until no part seems to have more than one in so many of the space for each shard; more of them would overlap more. */
const PARTS_PER_SHARD = 1;
/** States after which the cut is taken as it is: each shard enters them. */
const MAX_STATES = 4096;
/** Steps of the run by which the lengths of threads are known. */
const MAX_STEPS = 4096;

export interface Cut {
  /** Where the parts begin, in the order of the search: neighbours have most states in common. */
  leaves: Leaf[];
  /** States before them. */
  states: number;
  /** The budget was not spent before it was done, nor enough found. */
  complete: boolean;
}

/** `graph`: where the states before the parts are noted. */
export function cutSpace(context: Context, footprints: Footprints, shards: number, graph: Graph | null): Cut {
  const lengths = lengthsOf(context);
  const least = lengths.reduce((product, length) => product * (1 + length), 1) / (shards * PARTS_PER_SHARD);
  let states = 0;
  const search = new SleepSearch(context, footprints, graph, (schedule, length, sleeping) => {
    const weight = weightOf(lengths, schedule.subarray(0, length), sleeping);
    if (weight < least || states >= MAX_STATES) return weight;
    states++;
    return null;
  });
  const complete = search.run({ schedule: new Uint8Array(0), asleep: lengths.map(() => AWAKE) });
  return { leaves: search.leaves, states: search.size - search.leaves.length, complete };
}

/** Steps of each thread in one run. */
function lengthsOf(context: Context): number[] {
  const { world, stats } = context;
  const buffer = new Uint8Array(256);
  world.reset();
  const lengths = world.threads.map(() => 0);
  for (let i = 0; i < MAX_STEPS && world.enabled(buffer) > 0; i++) {
    stats.steps++;
    lengths[threadOf(buffer[0])]++;
    try {
      world.step(buffer[0]);
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      break;
    }
  }
  return lengths;
}

/** How much may lie behind `schedule`: the product of what the threads that do not sleep have before them. */
function weightOf(lengths: readonly number[], schedule: Uint8Array, sleeping: number): number {
  const left = [...lengths];
  for (const step of schedule) left[threadOf(step)]--;
  return left.reduce(
    (product, steps, i) => ((sleeping & (1 << i)) !== 0 ? product : product * (1 + Math.max(0, steps))),
    1,
  );
}

/** The parts of shard `index`, from 1, of `count`: neighbours, and about as much of them as of the other shards'. */
export function partsOf(leaves: readonly Leaf[], index: number, count: number): Leaf[] {
  // What weighs most is overestimated most: its states are come to from its neighbours, too.
  const weights = leaves.map(({ weight }) => Math.sqrt(weight));
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  let before = 0;
  return leaves.filter((_, i) => {
    const shard = Math.min(count - 1, Math.floor(((before + weights[i] / 2) * count) / all));
    before += weights[i];
    return shard === index - 1;
  });
}
