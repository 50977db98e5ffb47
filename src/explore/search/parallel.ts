import { setImmediate as eventLoop } from 'node:timers/promises';
import type { Kernel } from '../../driver/kernels.ts';
import { type CoverageReport, mergeCoverage } from '../coverage.ts';
import { DriverWorld } from '../driver-world.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { findNoEnd, searchForNoEnd } from './depth-first.ts';
import { Ends } from './ends.ts';
import { Graph } from './graph.ts';
import { Member, sharingOver } from './member.ts';
import { type Budget, Context, type Finding, keyOf, type Outcome, type Stats } from './search.ts';
import { StateTable } from './state-table.ts';
import { Team, type WorkerOutput } from './team.ts';
import { Violation } from './world.ts';

export type { WorkerInput, WorkerOutput } from './team.ts';

export interface ParallelResult {
  outcome: Outcome;
  stats: Stats;
  findings: Finding[];
  accepted: readonly string[];
  coverage: CoverageReport;
  /** Threads that took part. */
  threads: number;
}

export interface ParallelOptions {
  /** Threads, this one included. */
  jobs: number;
  budget: Budget;
  /** States that each thread may still see after its first finding; messages that are known. */
  further?: number;
  accept?: readonly string[];
  /** Schedules to begin with, instead of the initial state. */
  prefixes?: readonly Uint8Array[];
  /** The others begin when this thread has searched for as long: most spaces are seen by then. */
  aloneSeconds?: number;
  /** A world that was built already. */
  world?: DriverWorld;
  progress?: (stats: Stats) => void;
}

/** A thread is there, and has a world of its own, after some tenths of a second. */
const ALONE_SECONDS = 0.25;
/** Between two looks at what the other threads have to say, ms. */
const PATIENCE_MS = 10;

/**
 * The depth-first search by several threads, each with a world of its own, over one table: the thread that enters a state
 * first goes on from it, and a thread without work is given the shallowest untaken steps of the others. This thread begins
 * alone; others join while it goes on. All is seen when all are idle.
 */
export async function searchInParallel(
  scenario: Scenario,
  model: Kernel,
  invariants: readonly string[],
  options: ParallelOptions,
): Promise<ParallelResult> {
  const { further = 0, accept = [], progress } = options;
  const world = options.world ?? new DriverWorld(scenario, model, invariants);
  const table = StateTable.create(options.budget.states);
  const context = new Context(world, options.budget, {
    ...{ further, accept },
    ...(progress ? { progress: (stats: Stats) => progress({ ...stats, states: table.size }) } : {}),
  });
  const ends = world.endsMatter ? new Ends() : null;
  const initial = new Int32Array(2);
  world.reset();
  world.fingerprint(initial);
  const team = new Team(table, ends, options.jobs, options.aloneSeconds ?? ALONE_SECONDS, {
    ...{ source: scenario.source, name: scenario.name, kernel: model.name, switched: model.switched },
    ...{
      initial,
      invariants,
      accept,
      further,
      budget: { ...options.budget, states: Number.POSITIVE_INFINITY },
    },
  });
  const { queue } = team;
  const sharing = { ...sharingOver(queue), hasIdleWorkers: () => team.look() };
  const member = new Member(context, table, queue, { ends, graph: ends && new Graph(), sharing });
  const { prefixes = [new Uint8Array(0)] } = options;
  try {
    await searchAll(member, team, prefixes);
    const outputs = await team.outputs();
    let spent = member.spent || outputs.some((one) => one.spent);
    for (const { open } of outputs) if (open !== null) ends?.addAll(open);
    if (ends !== null && !spent && !context.done && !ends.all(table.size)) {
      if (outputs.length === 0 && member.graph !== null) findNoEnd(context, member.graph, table.size);
      else spent = !searchForNoEnd(context, prefixes);
    }
    const own = { findings: [...context.findings.values()], accepted: [...context.accepted] };
    return {
      ...merge(own, outputs, spent),
      threads: team.members,
      stats: sumOf(context.stats, outputs, table),
      coverage: mergeCoverage([world.harness.coverage.partReport(), ...outputs.map((one) => one.coverage)]),
    };
  } finally {
    team.end();
  }
}

/** This thread's part, until all are idle. */
async function searchAll(member: Member, team: Team, prefixes: readonly Uint8Array[]): Promise<void> {
  const { queue } = team;
  queue.join();
  for (const prefix of prefixes) {
    if (queue.stopped) return;
    member.search(prefix);
  }
  for (let idle = false; ; ) {
    const prefix = queue.poll(idle, PATIENCE_MS);
    if (prefix === null) return;
    idle = prefix === 'wait';
    if (prefix !== 'wait') member.search(prefix);
    else await eventLoop();
    team.throwFailure();
  }
}

function merge(
  own: { findings: Finding[]; accepted: string[] },
  outputs: readonly WorkerOutput[],
  spent: boolean,
): { outcome: Outcome; findings: Finding[]; accepted: string[] } {
  const findings = new Map(own.findings.map((finding) => [keyOf(finding.violation), finding]));
  for (const { invariant, message, schedule } of outputs.flatMap((output) => output.findings)) {
    const violation = new Violation(invariant, message);
    const known = findings.get(keyOf(violation));
    if (known && known.schedule.length <= schedule.length) continue;
    findings.set(keyOf(violation), { violation, schedule });
  }
  const outcome = findings.size > 0 ? 'found' : spent ? 'budget' : 'exhausted';
  const accepted = [...own.accepted, ...outputs.flatMap((output) => output.accepted)];
  return { outcome, findings: [...findings.values()], accepted: [...new Set(accepted)] };
}

function sumOf(own: Stats, outputs: readonly WorkerOutput[], table: StateTable): Stats {
  const total: Stats = { ...own, states: table.size, bytesPerState: table.bytesPerState };
  for (const { stats } of outputs) {
    total.schedules += stats.schedules;
    total.steps += stats.steps;
    total.depth = Math.max(total.depth, stats.depth);
  }
  return total;
}
