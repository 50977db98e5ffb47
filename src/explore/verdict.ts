import { BreadthFirst } from './breadth-first.ts';
import { DelayBounded } from './delay-bounded.ts';
import { DepthFirst } from './depth-first.ts';
import { PctPicker } from './pct.ts';
import { UniformPicker, Walks } from './random-walk.ts';
import { type Budget, Context, type Finding, type Stats, type Strategy } from './search.ts';
import type { World } from './world.ts';

/**
 * `holds`: every reachable state was checked. `violated`: a schedule breaks an invariant. `bounded`: the budget was
 * spent before everything was seen, and nothing was found.
 */
export type Verdict = 'holds' | 'violated' | 'bounded';

export interface Result {
  verdict: Verdict;
  /** One for each broken invariant, the shortest first. */
  findings: Finding[];
  /** Of the search that decided. */
  stats: Stats;
  /** Which search decided, and what it needs to do the same again ("random, seed 17"). */
  by: string;
  seconds: number;
}

export interface ExploreOptions {
  budget: Budget;
  /** Go on after the first finding, and list every invariant that breaks. */
  all?: boolean;
  seed?: number;
  progress?: (stats: Stats, phase: string) => void;
}

/** How much of the time the exhaustive search may take when it does not come to an end. */
const EXHAUSTIVE_SHARE = 0.7;

/**
 * The verdict on one world. Depth first, because that comes back to its states most cheaply, says whether there is
 * anything to find; where there is, breadth first finds the shortest schedule to it. When the space is too big, what is
 * left of the time goes to schedules with few delays, to PCT, and to random ones.
 */
export function explore(world: World, options: ExploreOptions): Result {
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  const all = options.all === true;
  const run = (strategy: Strategy, budget: Budget, stopAtFirst = !all) => {
    const progress = options.progress;
    const context = new Context(world, budget, {
      all: !stopAtFirst,
      ...(progress ? { progress: (stats: Stats) => progress(stats, strategy.name) } : {}),
    });
    return { outcome: strategy.search(context), context };
  };
  const left = (share: number): Budget => ({
    ...options.budget,
    seconds: Math.max(0.05, (options.budget.seconds - seconds()) * share),
  });

  const first = run(new DepthFirst({ hashing: true }), left(EXHAUSTIVE_SHARE));
  if (first.outcome === 'exhausted') return result('holds', first.context, 'exhaustive search');
  if (first.context.findings.size > 0) return shortened(first.context);

  const { depth } = first.context.stats;
  const seed = options.seed ?? 1;
  const others: [Strategy, number][] = [0, 1, 2, 3].map((delays) => [new DelayBounded(delays), 0.4]);
  others.push([new Walks('PCT', new PctPicker(3, depth), { seed }), 0.5]);
  others.push([new Walks('random', new UniformPicker(), { seed }), 1]);
  for (const [strategy, share] of others) {
    const { context } = run(strategy, { ...left(share), states: Number.POSITIVE_INFINITY });
    if (context.findings.size === 0) continue;
    const by = strategy instanceof Walks ? `${strategy.name}, seed ${strategy.seed}` : strategy.name;
    return result('violated', context, by);
  }
  return result('bounded', first.context, `no violation within the budget; random seeds from ${seed} on`);

  /** The same findings by the fewest steps, as far as the budget goes. */
  function shortened(found: Context): Result {
    const wanted = found.findings.size;
    const context = new Context(world, left(1), { all: true });
    const search = new BreadthFirst({ until: () => context.findings.size >= wanted });
    search.search(context);
    for (const [invariant, finding] of found.findings) {
      if (!context.findings.has(invariant)) context.findings.set(invariant, finding);
    }
    context.stats.states = Math.max(context.stats.states, found.stats.states);
    return result('violated', context, search.name);
  }

  function result(verdict: Verdict, context: Context, by: string): Result {
    const findings = [...context.findings.values()].sort((a, b) => a.schedule.length - b.schedule.length);
    return { verdict, findings, stats: context.stats, by, seconds: seconds() };
  }
}
