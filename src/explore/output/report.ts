/** Verdicts in words and as JSON. */
import type { Kernel } from '../../driver/kernels.ts';
import type { CoverageReport } from '../coverage.ts';
import type { Answer } from '../decide.ts';
import type { DriverWorld } from '../driver-world.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { digest, encodeToken } from '../scenario/token.ts';
import type { Finding } from '../search/search.ts';
import type { Shard } from '../shards/shard-search.ts';
import { columns, type Traced, trace } from './explain.ts';

export interface Violated {
  invariant: string;
  message: string;
  token: string;
}

/** What `explore --json` prints; scripts rely on it. */
export interface ResultJson {
  scenario: string;
  kernel: string;
  switched: readonly string[];
  verdict: string;
  invariant: string | null;
  message: string | null;
  states: number;
  schedules: number;
  depth: number;
  seconds: number;
  by: string;
  token: string | null;
  steps: { thread: string; action: string; details: string[]; state: string[] }[];
  violations: Violated[];
  invariants: readonly string[];
  /** Messages that broke an invariant and are known. */
  accepted: readonly string[];
  /** What happened in the space, and which calls say nothing. */
  coverage: CoverageReport;
  empty: readonly string[];
  /** Of scenario, behaviours and model: verdicts on different ones cannot be merged. */
  digest: string;
  /** Which part of the space the verdict is about, where several machines share the work. */
  shard?: Shard;
}

const switchesOf = (model: Kernel): string =>
  model.switched.length > 0 ? ` ${model.switched.join(' ')}` : '';
export const headOf = (scenario: string, model: Kernel): string =>
  `${scenario} on ${model.name}${switchesOf(model)}`;

export function toJson(
  world: DriverWorld,
  model: Kernel,
  invariants: readonly string[],
  result: Answer,
  shard?: Shard,
): ResultJson {
  const { scenario } = world;
  const violations = result.findings.map(({ violation, schedule }) => ({
    invariant: violation.invariant,
    message: violation.message,
    token: encodeToken(scenario, model, invariants, schedule),
  }));
  const first = violations[0];
  return {
    scenario: scenario.name,
    kernel: model.name,
    switched: model.switched,
    verdict: result.verdict,
    invariant: first?.invariant ?? null,
    message: first?.message ?? null,
    states: result.stats.states,
    schedules: result.stats.schedules,
    depth: result.stats.depth,
    seconds: Math.round(result.seconds * 1000) / 1000,
    by: result.by,
    token: first?.token ?? null,
    steps: result.findings.length > 0 ? trace(world, result.findings[0].schedule).steps : [],
    violations,
    invariants,
    accepted: result.accepted,
    coverage: result.coverage,
    empty: result.empty,
    digest: digest(scenario, model, invariants),
    ...(shard ? { shard } : {}),
  };
}

/** A tree whose driver breaks before the threads of the scenario start: there is no schedule to show. */
export function brokenSetUpJson(
  scenario: Scenario,
  model: Kernel,
  invariants: readonly string[],
  invariant: string,
  message: string,
): ResultJson {
  return {
    scenario: scenario.name,
    kernel: model.name,
    switched: model.switched,
    verdict: 'violated',
    invariant,
    message,
    states: 0,
    schedules: 0,
    depth: 0,
    seconds: 0,
    by: 'set-up',
    token: null,
    steps: [],
    violations: [],
    invariants,
    accepted: [],
    coverage: { calls: [], waitedAtLock: 0, staleTlb: 0, staleL2: 0, devEnterFailed: 0 },
    empty: [],
    digest: digest(scenario, model, invariants),
  };
}

/** The verdict, and for each broken invariant its schedule; `footer` ends it. */
export function toText(
  world: DriverWorld,
  model: Kernel,
  invariants: readonly string[],
  result: Answer,
  footer: () => string[],
  shard?: Shard,
): string {
  const { stats } = result;
  const part = shard ? ` (part ${shard.index} of ${shard.count})` : '';
  const head = `${headOf(world.scenario.name, model)}${part}: ${result.verdict}`;
  const how = `${stats.states} states, ${stats.schedules} schedules, depth ${stats.depth}, ${result.seconds.toFixed(2)} s`;
  const known = result.accepted.map((message) => `  accepted: ${message}`);
  if (result.verdict !== 'violated') {
    const complete = result.verdict === 'holds' || result.verdict === 'vacuous';
    const what = complete ? `${invariants.join(', ')}; every interleaving was tried` : result.by;
    const lines = [`${head}: ${what} (${how})`, ...known, ...happened(result)];
    return `${lines.join('\n')}\n`;
  }
  const lines = [`${head} (${how})`, ''];
  for (const finding of result.findings) lines.push(...explained(world, model, invariants, finding), '');
  lines.push(...known, ...footer());
  return `${lines.join('\n')}\n`;
}

/** What was tested, and loudly what was not. */
function happened({ coverage, empty }: Answer): string[] {
  const { waitedAtLock, staleTlb, staleL2, devEnterFailed } = coverage;
  const list = [
    [waitedAtLock, 'accesses waited at a locked region'],
    [staleTlb, 'stale TLB entries answered'],
    [staleL2, 'stale L2 descriptors answered'],
    [devEnterFailed, 'drm_dev_enter() failed'],
  ] as const;
  const seen = list.filter(([n]) => n > 0).map(([n, what]) => `${what} (${n})`);
  const lines = coverage.calls.map(({ thread, call, states, results }) => {
    const what = results.length > 0 ? results.join(', ') : 'no result';
    return `  ${thread}: ${call}: ${states} states, ${what}`;
  });
  lines.push(
    `  ${seen.length > 0 ? seen.join('; ') : 'no access waited, nothing stale answered, no drm_dev_enter() failed'}`,
  );
  for (const one of empty) lines.push(`  VACUOUS: ${one}`);
  return lines;
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

export function replayText(head: string, traced: Traced): string {
  const what = traced.violation;
  const lines = [
    `${head}, replayed: ${what === null ? 'nothing breaks on this schedule' : `${what.invariant}: ${what.message}`}`,
    '',
    ...columns(traced.steps),
    '',
    ...traced.state.map((line) => `  ${line}`),
  ];
  return `${lines.join('\n')}\n`;
}
