/** Which searches decide about a scenario: one thread first, then as many as were asked for, or a part of the space. */
import type { Kernel } from '../driver/kernels.ts';
import { type CoverageReport, emptyCalls, emptyChecks } from './coverage.ts';
import type { DriverWorld } from './driver-world.ts';
import { type PartService, searchByParts } from './parts/service.ts';
import { Traces } from './reduction/traces.ts';
import { BreadthFirst } from './search/breadth-first.ts';
import { searchInParallel } from './search/parallel.ts';
import { type Budget, Context, type Stats } from './search/search.ts';
import { type Exhaustive, type ExploreOptions, Inquiry, type Result } from './search/verdict.ts';
import { type Shard, ShardSearch } from './shards/shard-search.ts';

/** Spaces with no more states are not worth handing out. */
const FEW_STATES = 1000;
/** Parts of the space that each machine gets where shards overlap, so that they are about equally large. */
const PREFIXES_PER_SHARD = 8;

/** What is asked of a search. */
export interface Question {
  /** Names, or "all". */
  invariants: readonly string[];
  accept: readonly string[];
  budget: Budget;
  seed: number;
  jobs: number;
  /** The part of the space to search, 1/n being the first. */
  shard: Shard | undefined;
  /** What steps read is not known, as of a kernel tree: shards then see the same states again. */
  overlapping?: boolean;
  /** One schedule for each trace, by one thread. */
  traces?: boolean;
  /** Who searches the space by parts, in the place of threads of this process. */
  parts?: (() => Promise<PartService>) | undefined;
  progress: ((line: string) => void) | undefined;
}

/** A verdict on a scenario, with what happened in its space. */
export interface Answer extends Result {
  coverage: CoverageReport;
  /** Calls that never happened or always failed, each in a sentence. */
  empty: string[];
}

/** Alone while that is quicker, then by all the threads that were asked for. */
export async function decide(
  world: DriverWorld,
  model: Kernel,
  invariants: readonly string[],
  question: Question,
): Promise<Answer> {
  const { scenario } = world;
  const accept = [...scenario.accept, ...question.accept];
  const report = question.progress && progressLine(question.progress);
  const options: ExploreOptions = { budget: question.budget, accept, seed: question.seed };
  if (question.invariants.includes('all')) options.further = Number.POSITIVE_INFINITY;
  if (report) options.progress = report;
  const inquiry = new Inquiry(world, options);
  let seen: CoverageReport | null = null;
  const parallel = async (prefixes?: readonly Uint8Array[]): Promise<Exhaustive> => {
    const found = await searchInParallel(scenario, model, invariants, {
      jobs: question.jobs,
      budget: inquiry.left(0.7),
      further: inquiry.further,
      accept,
      world,
      ...(prefixes ? { prefixes } : {}),
      ...(report ? { progress: (stats: Stats) => report(stats, 'depth-first') } : {}),
    });
    seen = found.coverage;
    return found;
  };

  let result: Result;
  if (question.traces) {
    result = inquiry.conclude(inquiry.exhaust(inquiry.left(0.7), new Traces()));
  } else if (question.parts !== undefined) {
    const few = inquiry.left(0.7);
    let first = inquiry.exhaust({ ...few, states: Math.min(few.states, FEW_STATES) });
    if (first.outcome === 'budget' && few.states > FEW_STATES) {
      const service = await question.parts();
      const found = await searchByParts(world, model, invariants, {
        ...{ service, budget: inquiry.left(0.7), further: inquiry.further, accept },
        ...(report ? { progress: (stats: Stats) => report(stats, 'workers') } : {}),
      });
      seen = found.coverage;
      first = found;
    }
    result = inquiry.conclude(first);
  } else if (question.shard !== undefined) {
    const { shard, overlapping } = question;
    const part = overlapping
      ? await overlappingShard(world, shard, inquiry, accept, parallel)
      : inquiry.exhaust(inquiry.left(0.7), new ShardSearch(shard));
    result = inquiry.conclude(part);
  } else if (question.jobs === 1) {
    result = inquiry.conclude(inquiry.exhaust());
  } else {
    result = inquiry.conclude(await parallel());
  }
  const coverage = seen ?? world.harness.coverage.report();
  return withCoverage(world, result, coverage, question.shard !== undefined, question.traces);
}

/** Puts beside a verdict what happened in the space; a part of a space cannot say that something never happens. */
export function withCoverage(
  world: DriverWorld,
  result: Result,
  coverage: CoverageReport,
  part = false,
  traces = false,
): Answer {
  // Which state a thread waits in depends on the order that was run of those that make no difference.
  const waits = traces ? { ...coverage, waitedAtLock: Math.max(1, coverage.waitedAtLock) } : coverage;
  const { scenario, checked } = world;
  const empty = [...(part ? [] : emptyCalls(scenario, waits)), ...emptyChecks(scenario, checked)];
  const verdict = result.verdict === 'holds' && empty.length > 0 ? 'vacuous' : result.verdict;
  return { ...result, verdict, coverage, empty };
}

/** What one machine of several is to search where steps are known by nothing but where they lead; the first layers are searched by all. */
async function overlappingShard(
  world: DriverWorld,
  shard: Shard,
  inquiry: Inquiry,
  accept: readonly string[],
  parallel: (prefixes: readonly Uint8Array[]) => Promise<Exhaustive>,
): Promise<Exhaustive> {
  const want = shard.count * PREFIXES_PER_SHARD;
  const layers = new BreadthFirst({ until: (waiting) => waiting >= want, collect: true });
  const context = new Context(world, inquiry.left(0.5), { further: inquiry.further, accept });
  const outcome = layers.search(context);
  const findings = [...context.findings.values()];
  if (outcome !== 'covered' || findings.length > 0) {
    return { outcome, stats: context.stats, findings, accepted: [...context.accepted] };
  }
  const mine = layers.waiting.filter((_, i) => i % shard.count === shard.index - 1);
  const rest = await parallel(mine);
  return { ...rest, stats: { ...rest.stats, states: rest.stats.states + context.stats.states } };
}

function progressLine(say: (line: string) => void): (stats: Stats, phase: string) => void {
  const started = performance.now();
  return (stats, phase) => {
    const seconds = (performance.now() - started) / 1000;
    const rate = Math.round(stats.states / seconds);
    say(`${phase}: ${stats.states} states, ${rate}/s, ${stats.frontier} waiting, depth ${stats.depth}`);
  };
}
