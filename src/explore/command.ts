/** What the command `explore` does, once its options are read. Lives in the interleaved build. */
import type { Kernel } from '../driver/kernels.ts';
import { kernel } from '../driver/kernels.ts';
import { UsageError } from '../errors.ts';
import { loadScenario, scenarioNames } from './catalogue.ts';
import { compare } from './compare.ts';
import { DriverWorld, INVARIANTS } from './driver-world.ts';
import { columns, type Traced, trace } from './explain.ts';
import type { Scenario } from './scenario.ts';
import type { Budget, Finding, Stats } from './search.ts';
import { checkFits, decodeToken, encodeToken, kernelOf } from './token.ts';
import { explore, type Result } from './verdict.ts';

export interface ExploreRequest {
  scenario: string | undefined;
  kernel: string | undefined;
  with: string[];
  without: string[];
  /** Names, or "all". */
  invariants: string[];
  replay: string | undefined;
  json: boolean;
  compare: boolean;
  budget: Budget;
  seed: number;
  /** Told about progress, for a terminal. */
  progress: ((line: string) => void) | undefined;
}

export interface ExploreReply {
  text: string;
  /** Exit status: 1 where an invariant broke. */
  status: number;
}

export function list(): string {
  const lines = scenarioNames().map((name) => {
    const { about, check } = loadScenario(name);
    return `${name}\n    ${about}\n    checks ${check.join(', ')}`;
  });
  return `${lines.join('\n')}\n`;
}

export function run(request: ExploreRequest): ExploreReply {
  if (request.replay !== undefined) return replay(request, request.replay);
  if (request.scenario === undefined)
    throw new UsageError('name a scenario (--list shows the built-in ones)');
  const scenario = loadScenario(request.scenario);
  const model = kernel(request.kernel ?? scenario.kernel ?? '7.2', request.with, request.without);
  const all = request.invariants.includes('all');
  const invariants = pickInvariants(request.invariants, scenario);
  const world = new DriverWorld(scenario, model, invariants);
  const result = explore(world, {
    budget: request.budget,
    all,
    seed: request.seed,
    ...(request.progress ? { progress: progressLine(request.progress) } : {}),
  });
  return request.json
    ? { text: `${JSON.stringify(toJson(world, model, invariants, result))}\n`, status: statusOf(result) }
    : { text: toText(world, model, invariants, result, request), status: statusOf(result) };
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

const statusOf = (result: Result): number => (result.verdict === 'violated' ? 1 : 0);
const switchesOf = (model: Kernel): string =>
  model.switched.length > 0 ? ` ${model.switched.join(' ')}` : '';

function progressLine(say: (line: string) => void): (stats: Stats, phase: string) => void {
  const started = performance.now();
  return (stats, phase) => {
    const seconds = (performance.now() - started) / 1000;
    const rate = Math.round(stats.states / seconds);
    say(`${phase}: ${stats.states} states, ${rate}/s, ${stats.frontier} waiting, depth ${stats.depth}`);
  };
}

function toJson(world: DriverWorld, model: Kernel, invariants: readonly string[], result: Result): object {
  const { scenario } = world;
  const findings = result.findings.map((finding) => {
    const traced = trace(world, finding.schedule);
    return {
      invariant: finding.violation.invariant,
      message: finding.violation.message,
      token: encodeToken(scenario, model, invariants, finding.schedule),
      steps: traced.steps,
    };
  });
  return {
    scenario: scenario.name,
    kernel: model.name,
    switched: model.switched,
    verdict: result.verdict,
    invariant: findings[0]?.invariant ?? null,
    message: findings[0]?.message ?? null,
    states: result.stats.states,
    schedules: result.stats.schedules,
    depth: result.stats.depth,
    seconds: Math.round(result.seconds * 1000) / 1000,
    by: result.by,
    token: findings[0]?.token ?? null,
    steps: findings[0]?.steps ?? [],
    violations: findings.map(({ invariant, message, token }) => ({ invariant, message, token })),
  };
}

function toText(
  world: DriverWorld,
  model: Kernel,
  invariants: readonly string[],
  result: Result,
  request: ExploreRequest,
): string {
  const { scenario } = world;
  const { stats } = result;
  const head = `${scenario.name} on ${model.name}${switchesOf(model)}`;
  const how = `${stats.states} states, ${stats.schedules} schedules, depth ${stats.depth}, ${result.seconds.toFixed(2)} s`;
  if (result.verdict !== 'violated') {
    const what =
      result.verdict === 'holds' ? `${invariants.join(', ')} hold in every interleaving` : result.by;
    return `${head}: ${result.verdict}: ${what} (${how})\n`;
  }
  const lines = [`${head}: violated (${how})`, ''];
  for (const finding of result.findings) lines.push(...explained(world, model, invariants, finding), '');
  if (request.compare)
    lines.push(...compare(scenario, model, result.findings[0].violation.invariant, request.budget), '');
  return `${lines.join('\n')}`;
}

function explained(
  world: DriverWorld,
  model: Kernel,
  invariants: readonly string[],
  finding: Finding,
): string[] {
  const traced = trace(world, finding.schedule);
  return [
    `${finding.violation.invariant}: ${finding.violation.message}`,
    '',
    ...columns(traced.steps),
    '',
    ...traced.state.map((line) => `  ${line}`),
    '',
    `  replay: panthor-shim explore --replay ${encodeToken(world.scenario, model, invariants, finding.schedule)}`,
  ];
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
  if (!request.json) return { text: replayText(scenario, model, traced), status };
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

function replayText(scenario: Scenario, model: Kernel, traced: Traced): string {
  const what = traced.violation;
  const head = `${scenario.name} on ${model.name}${switchesOf(model)}, replayed: `;
  const lines = [
    head + (what === null ? 'nothing breaks on this schedule' : `${what.invariant}: ${what.message}`),
    '',
    ...columns(traced.steps),
    '',
    ...traced.state.map((line) => `  ${line}`),
  ];
  return `${lines.join('\n')}\n`;
}
