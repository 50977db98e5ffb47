/** What the command `explore` does, once its options are read. Lives in the interleaved build. */
import { readFileSync } from 'node:fs';
import { type Kernel, kernel } from '../driver/kernels.ts';
import { InputError, UsageError } from '../errors.ts';
import { DriverWorld, INVARIANTS } from './driver-world.ts';
import { compare } from './output/compare.ts';
import { trace } from './output/explain.ts';
import {
  headOf,
  mergeResults,
  type ResultJson,
  replayText,
  type Shard,
  toJson,
  toText,
} from './output/report.ts';
import { loadScenario, type ScenarioText, scenarioNames } from './scenario/catalogue.ts';
import type { Scenario } from './scenario/scenario.ts';
import { checkFits, decodeToken, kernelOf } from './scenario/token.ts';
import { BreadthFirst } from './search/breadth-first.ts';
import { searchInParallel } from './search/parallel.ts';
import { type Budget, Context, type Stats } from './search/search.ts';
import { type Exhaustive, type ExploreOptions, Inquiry, type Result } from './search/verdict.ts';

export interface ExploreRequest {
  scenario: string | ScenarioText | undefined;
  kernel: string | undefined;
  with: string[];
  without: string[];
  /** Names, or "all". */
  invariants: string[];
  replay: string | undefined;
  merge: string[] | undefined;
  json: boolean;
  compare: boolean;
  budget: Budget;
  seed: number;
  jobs: number;
  shard: Shard | undefined;
  /** Told about progress, for a terminal. */
  progress: ((line: string) => void) | undefined;
}

export interface ExploreReply {
  text: string;
  /** Exit status: 1 where an invariant broke. */
  status: number;
}

/** One thread answers most scenarios before others have even started. */
const ALONE_SECONDS = 2;
/** Parts of the space that each machine gets, so that they are about equally large. */
const PREFIXES_PER_SHARD = 8;

export function list(): string {
  const lines = scenarioNames().map((name) => {
    const { about, check } = loadScenario(name);
    return `${name}\n    ${about}\n    checks ${check.join(', ')}`;
  });
  return `${lines.join('\n')}\n`;
}

export async function run(request: ExploreRequest): Promise<ExploreReply> {
  if (request.merge !== undefined) return merge(request.merge);
  if (request.replay !== undefined) return replay(request, request.replay);
  if (request.scenario === undefined)
    throw new UsageError('name a scenario (--list shows the built-in ones)');
  const scenario = loadScenario(request.scenario);
  const model = kernel(request.kernel ?? scenario.kernel ?? '7.2', request.with, request.without);
  const invariants = pickInvariants(request.invariants, scenario);
  const world = new DriverWorld(scenario, model, invariants);
  const result = await decide(world, model, invariants, request);
  const status = result.verdict === 'violated' ? 1 : 0;
  const { shard } = request;
  if (request.json)
    return { text: `${JSON.stringify(toJson(world, model, invariants, result, shard))}\n`, status };
  const footer = () =>
    request.compare ? compare(scenario, model, result.findings[0].violation.invariant, request.budget) : [];
  return { text: toText(world, model, invariants, result, footer, shard), status };
}

function pickInvariants(asked: readonly string[], scenario: Scenario): readonly string[] {
  if (asked.includes('all')) return INVARIANTS;
  const names = asked.length > 0 ? asked : scenario.check;
  for (const name of names) {
    if (!(INVARIANTS as readonly string[]).includes(name)) {
      throw new UsageError(`unknown invariant '${name}' (one of ${INVARIANTS.join(', ')}, or all)`);
    }
  }
  return names;
}

/** Alone while that is quicker, then by all the threads that were asked for. */
async function decide(
  world: DriverWorld,
  model: Kernel,
  invariants: readonly string[],
  request: ExploreRequest,
): Promise<Result> {
  const all = request.invariants.includes('all');
  const report = request.progress && progressLine(request.progress);
  const options: ExploreOptions = { budget: request.budget, all, seed: request.seed };
  if (report) options.progress = report;
  const inquiry = new Inquiry(world, options);
  const parallel = (prefixes?: readonly Uint8Array[]): Promise<Exhaustive> =>
    searchInParallel(world.scenario, model, invariants, {
      jobs: request.jobs,
      budget: inquiry.left(0.7),
      all,
      ...(prefixes ? { prefixes } : {}),
      ...(report ? { progress: (stats: Stats) => report(stats, `${request.jobs} threads`) } : {}),
    });

  if (request.shard !== undefined)
    return inquiry.conclude(await shardOf(world, request.shard, inquiry, all, parallel));
  if (request.jobs === 1) return inquiry.conclude(inquiry.exhaust());
  const alone = inquiry.left(0.7);
  const first = inquiry.exhaust({ ...alone, seconds: Math.min(alone.seconds, ALONE_SECONDS) });
  return inquiry.conclude(
    first.outcome === 'budget' && first.findings.length === 0 ? await parallel() : first,
  );
}

/** The part of the space that one machine of several is to search; the first layers are everybody's. */
async function shardOf(
  world: DriverWorld,
  shard: Shard,
  inquiry: Inquiry,
  all: boolean,
  parallel: (prefixes: readonly Uint8Array[]) => Promise<Exhaustive>,
): Promise<Exhaustive> {
  const want = shard.count * PREFIXES_PER_SHARD;
  const layers = new BreadthFirst({ until: (waiting) => waiting >= want, collect: true });
  const context = new Context(world, inquiry.left(0.5), { all });
  const outcome = layers.search(context);
  const findings = [...context.findings.values()];
  if (outcome !== 'covered' || findings.length > 0) return { outcome, stats: context.stats, findings };
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

function merge(files: readonly string[]): ExploreReply {
  const parts = files.map((file): ResultJson => {
    try {
      return JSON.parse(readFileSync(file, 'utf8')) as ResultJson;
    } catch (error) {
      throw new InputError(`${file}: ${(error as Error).message}`);
    }
  });
  const merged = mergeResults(parts);
  return { text: `${JSON.stringify(merged)}\n`, status: merged.verdict === 'violated' ? 1 : 0 };
}

function replay(request: ExploreRequest, text: string): ExploreReply {
  const token = decodeToken(text);
  const scenario = loadScenario(request.scenario ?? token.scenario);
  const switches = request.with.length + request.without.length > 0;
  const model =
    request.kernel !== undefined || switches
      ? kernel(request.kernel ?? token.kernel, request.with, request.without)
      : kernelOf(token);
  checkFits(token, scenario, model);
  const world = new DriverWorld(scenario, model, token.invariants);
  const traced = trace(world, token.schedule);
  const status = traced.violation === null ? 0 : 1;
  if (!request.json) return { text: replayText(headOf(scenario.name, model), traced), status };
  const reply = {
    scenario: scenario.name,
    kernel: model.name,
    switched: model.switched,
    verdict: traced.violation === null ? 'bounded' : 'violated',
    invariant: traced.violation?.invariant ?? null,
    message: traced.violation?.message ?? null,
    states: traced.steps.length + 1,
    schedules: 1,
    token: text,
    steps: traced.steps,
  };
  return { text: `${JSON.stringify(reply)}\n`, status };
}
