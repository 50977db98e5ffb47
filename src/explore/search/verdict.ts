import { BreadthFirst } from './breadth-first.ts';
import { DelayBounded } from './delay-bounded.ts';
import { DepthFirst } from './depth-first.ts';
import { PctPicker } from './pct.ts';
import { UniformPicker, Walks } from './random-walk.ts';
import {
  type Budget,
  Context,
  type Finding,
  keyOf,
  type Outcome,
  type Stats,
  type Strategy,
} from './search.ts';
import type { World } from './world.ts';

/**
 * `holds`: every reachable state was checked. `violated`: a schedule breaks an invariant. `bounded`: the budget was
 * spent before everything was seen, and nothing was found. `vacuous`: it holds, but calls of the scenario never happened
 * or always failed, so that less was tested than it says (src/explore/coverage.ts).
 */
export type Verdict = 'holds' | 'violated' | 'bounded' | 'vacuous';

export interface Result {
  verdict: Verdict;
  /** One for each message of a broken invariant, the shortest first. */
  findings: Finding[];
  /** Messages that broke an invariant and are known. */
  accepted: readonly string[];
  /** Of the search that decided. */
  stats: Stats;
  /** Which search decided, and what it needs to do the same again ("random, seed 17"). */
  by: string;
  seconds: number;
}

export interface ExploreOptions {
  budget: Budget;
  /**
   * States that the search may still see after the first finding, so that everything that breaks is listed: 100,000
   * where nothing is said.
   */
  further?: number;
  /** Texts of messages that are known: what contains one is no finding. */
  accept?: readonly string[];
  seed?: number;
  /** false: any schedule will do, not only the one with the fewest steps. */
  shorten?: boolean;
  progress?: (stats: Stats, phase: string) => void;
}

/** What an exhaustive search came to. */
export interface Exhaustive {
  outcome: Outcome;
  stats: Stats;
  findings: readonly Finding[];
  /** Messages that broke an invariant and are known. */
  accepted: readonly string[];
}

const FURTHER_STATES = 100_000;

/** How much of the time the exhaustive search may take when it does not come to an end. */
const EXHAUSTIVE_SHARE = 0.7;

/** Less is not worth beginning a search for, seconds. */
const SHORTEST_SECONDS = 0.02;

/** One verdict in the making: its world and what is left of its budget, which all its searches share. */
export class Inquiry {
  #world: World;
  readonly #options: ExploreOptions;
  readonly #started = performance.now();
  /** States that searches have entered, of the budget's. */
  #entered = 0;

  constructor(world: World, options: ExploreOptions) {
    this.#world = world;
    this.#options = options;
  }

  get seconds(): number {
    return (performance.now() - this.#started) / 1000;
  }

  /** What is left of the budget's states, and a share of what is left of its time. */
  left(share: number): Budget {
    const { budget } = this.#options;
    const seconds = Math.max(0, budget.seconds - this.seconds) * share;
    return { ...budget, seconds, states: Math.max(0, budget.states - this.#entered) };
  }

  #run(strategy: Strategy, budget: Budget): { outcome: Outcome; context: Context } {
    const context = this.#context(strategy, budget);
    const outcome = strategy.search(context);
    this.#world = context.world;
    this.#entered += context.stats.states;
    return { outcome, context };
  }

  #context({ name }: { name: string }, budget: Budget, further = this.further): Context {
    const { progress, accept = [] } = this.#options;
    return new Context(this.#world, budget, {
      further,
      accept,
      ...(progress ? { progress: (stats: Stats) => progress(stats, name) } : {}),
    });
  }

  get further(): number {
    return this.#options.further ?? FURTHER_STATES;
  }

  /** Depth first, because that comes back to its states most cheaply: is there anything to find? */
  exhaust(
    budget: Budget = this.left(EXHAUSTIVE_SHARE),
    strategy: Strategy = new DepthFirst({ hashing: true }),
  ): Exhaustive {
    const context = this.#context(strategy, budget);
    const outcome = strategy.search(context);
    this.#world = context.world;
    const { stats, findings, accepted } = context;
    return { outcome, stats, findings: [...findings.values()], accepted: [...accepted] };
  }

  /** What an exhaustive search says; where it could not finish, what other searches find in the time that is left. */
  conclude(first: Exhaustive): Result {
    // Whichever search saw it: several threads begin anew, and what one had seen before is among what they see.
    this.#entered = first.stats.states;
    if (first.outcome === 'exhausted' || first.outcome === 'covered') {
      return this.#result('holds', [], first, first.stats, 'exhaustive search');
    }
    if (first.findings.length > 0) {
      if (this.#options.shorten !== false) return this.#shortened(first);
      return this.#result('violated', [...first.findings], first, first.stats, 'exhaustive search');
    }
    const seed = this.#options.seed ?? 1;
    const others: [Strategy, number][] = [0, 1, 2, 3].map((delays) => [new DelayBounded(delays), 0.4]);
    others.push([new Walks('PCT', new PctPicker(3, first.stats.depth), { seed }), 0.5]);
    others.push([new Walks('random', new UniformPicker(), { seed }), 1]);
    const tried: string[] = [];
    for (const [strategy, share] of others) {
      const budget = this.left(share);
      if (budget.states === 0 || budget.seconds < SHORTEST_SECONDS) break;
      tried.push(strategy.name);
      const { context } = this.#run(strategy, budget);
      if (context.findings.size === 0) continue;
      const by = strategy instanceof Walks ? `${strategy.name}, seed ${strategy.seed}` : strategy.name;
      return this.#result('violated', [...context.findings.values()], first, context.stats, by);
    }
    const also = tried.length > 0 ? `; ${tried.join(', ')} (seeds from ${seed} on) too` : '';
    const by = `no violation within the budget by exhaustive search${also}`;
    return this.#result('bounded', [], first, first.stats, by);
  }

  /** The same findings by the fewest steps, breadth first, as far as the budget goes. */
  #shortened(found: Exhaustive): Result {
    const open = found.findings.filter((finding) => finding.shortest !== true);
    const strategy = new BreadthFirst({ until: () => context.findings.size >= open.length });
    const budget = this.left(1);
    const context = this.#context(strategy, budget, Number.POSITIVE_INFINITY);
    if (open.length > 0 && budget.states > 0) strategy.search(context);
    for (const finding of found.findings) {
      const key = keyOf(finding.violation);
      if (!context.findings.has(key)) context.findings.set(key, finding);
    }
    const stats = { ...context.stats, states: Math.max(context.stats.states, found.stats.states) };
    return this.#result('violated', [...context.findings.values()], found, stats, strategy.name);
  }

  #result(verdict: Verdict, findings: Finding[], first: Exhaustive, stats: Stats, by: string): Result {
    findings.sort((a, b) => a.schedule.length - b.schedule.length);
    return { verdict, findings, accepted: first.accepted, stats, by, seconds: this.seconds };
  }
}

/** The verdict on one world, by one thread. */
export function explore(world: World, options: ExploreOptions): Result {
  const inquiry = new Inquiry(world, options);
  return inquiry.conclude(inquiry.exhaust());
}
