/** The search of one shard of a space: what all shards see, to know where the parts begin, and then the parts that are its own. */
import { searchForNoEnd } from '../search/depth-first.ts';
import { Graph } from '../search/graph.ts';
import type { Context, Outcome, Strategy } from '../search/search.ts';
import type { PrintedWorld } from '../search/world.ts';
import { cutSpace, partsOf } from './cut.ts';
import { isCyclic } from './cycles.ts';
import { Footprints } from './footprints.ts';
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
      const cyclicCut = isCyclic(graphs[0], cut.states + cut.leaves.length);
      const cyclic = cyclicCut ? index === 1 : isCyclic(graphs[1], search.size);
      // Where threads sleep some steps of a state are not taken; without a circle every schedule comes to an end all the same.
      const starts = cyclicCut ? [new Uint8Array(0)] : parts.map(({ schedule }) => schedule);
      if (cyclic && !searchForNoEnd(context, starts)) return 'budget';
    }
    if (context.findings.size > 0) return 'found';
    return complete ? 'exhausted' : 'budget';
  }
}
