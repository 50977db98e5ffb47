/** The search of one shard of a space: what all shards see, to know where the parts begin, and then the parts that are its own. */
import { Descent, findNoEnd } from '../search/depth-first.ts';
import { Graph } from '../search/graph.ts';
import { Context, type Outcome, type Strategy } from '../search/search.ts';
import { StateTable } from '../search/state-table.ts';
import type { PrintedWorld } from '../search/world.ts';
import { cutSpace, partsOf } from './cut.ts';
import { isCyclic } from './cycles.ts';
import { Footprints } from './footprints.ts';
import type { Leaf } from './leaf.ts';
import { SleepSearch } from './sleep-search.ts';

/** Which shard of how many: 1/n is the first. */
export interface Shard {
  index: number;
  count: number;
}

export class ShardSearch implements Strategy {
  readonly name = 'depth-first';
  readonly #shard: Shard;

  constructor(shard: Shard) {
    this.#shard = shard;
  }

  search(context: Context): Outcome {
    const begun = performance.now();
    context.world = context.world.memoized?.() ?? context.world;
    const { index, count } = this.#shard;
    const graphs = context.world.endsMatter ? [new Graph(), new Graph()] : [null, null];
    const footprints = (context.world as PrintedWorld).footprints ?? new Footprints();
    const cut = cutSpace(context, footprints, count, graphs[0]);
    const search = new SleepSearch(context, footprints, graphs[1]);
    const parts = partsOf(cut.leaves, index, count);
    const complete = cut.complete && parts.every((leaf) => search.run(leaf));
    context.stats.bytesPerState = search.bytesPerState;
    // What all shards have seen is counted by the first.
    if (index > 1) context.stats.states -= cut.states;
    if (complete && graphs[0] !== null && graphs[1] !== null) {
      const root: Leaf = { schedule: new Uint8Array(0), asleep: [], weight: 0 };
      const cyclicCut = isCyclic(graphs[0], cut.states + cut.leaves.length);
      const cyclic = cyclicCut ? index === 1 : isCyclic(graphs[1], search.size);
      const seconds = context.budget.seconds - (performance.now() - begun) / 1000;
      if (cyclic && !searchForNoEnd(context, cyclicCut ? [root] : parts, seconds)) return 'budget';
    }
    if (context.findings.size > 0) return 'found';
    return complete ? 'exhausted' : 'budget';
  }
}

/**
 * Looks for states from which no end can be reached. Where threads sleep some steps of a state are not taken, so where there
 * is a loop this takes a search of all steps; without a loop every schedule comes to an end. False where the budget is spent.
 */
function searchForNoEnd(context: Context, parts: readonly Leaf[], seconds: number): boolean {
  const { world, budget, further, accept, stats, findings } = context;
  const all = new Context(world, { ...budget, seconds }, { further, accept });
  const table = StateTable.create(budget.states);
  const graph = new Graph();
  const descent = new Descent(all, table, null, graph);
  const complete = parts.every(({ schedule }) => {
    descent.run(schedule, true);
    return descent.complete;
  });
  if (complete) findNoEnd(all, graph, table.size);
  stats.steps += all.stats.steps;
  stats.schedules += all.stats.schedules;
  for (const [key, finding] of all.findings) if (!findings.has(key)) findings.set(key, finding);
  for (const message of all.accepted) context.accepted.add(message);
  return complete;
}
