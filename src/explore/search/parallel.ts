import { Worker } from 'node:worker_threads';
import type { Kernel } from '../../driver/kernels.ts';
import { type CoverageReport, mergeCoverage, type PartCoverage } from '../coverage.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { type Budget, type Finding, keyOf, type Outcome, type Stats } from './search.ts';
import { StateTable, type TableBuffers } from './state-table.ts';
import { WorkQueue } from './work-queue.ts';
import { type Step, Violation } from './world.ts';

/** What a worker is told. */
export interface WorkerInput {
  source: string;
  name: string;
  kernel: string;
  switched: readonly string[];
  invariants: readonly string[];
  budget: Budget;
  further: number;
  accept: readonly string[];
  table: TableBuffers;
  queue: SharedArrayBuffer;
}

/** What it says in the end. */
export interface WorkerOutput {
  stats: Stats;
  /** Its budget was spent. */
  spent: boolean;
  findings: { invariant: string; message: string; schedule: Step[] }[];
  accepted: string[];
  coverage: PartCoverage;
}

export interface ParallelResult {
  outcome: Outcome;
  stats: Stats;
  findings: Finding[];
  accepted: readonly string[];
  coverage: CoverageReport;
}

export interface ParallelOptions {
  jobs: number;
  budget: Budget;
  /** States that each thread may still see after its first finding; messages that are known. */
  further?: number;
  accept?: readonly string[];
  /** Schedules to begin with, instead of the initial state. */
  prefixes?: readonly Uint8Array[];
  progress?: (stats: Stats) => void;
}

/**
 * The depth-first search by several worker threads, each with a world of its own, over one shared table: the thread that enters
 * a state first goes on from it, and a thread without work is given the shallowest untaken steps of the others. All
 * is seen when all are idle.
 */
export async function searchInParallel(
  scenario: Scenario,
  model: Kernel,
  invariants: readonly string[],
  options: ParallelOptions,
): Promise<ParallelResult> {
  const buffers = StateTable.allocateShared(options.budget.states);
  const table = StateTable.share(buffers);
  const prefixes = options.prefixes ?? [new Uint8Array(0)];
  const queue = WorkQueue.create(options.jobs, Math.max(64, prefixes.length));
  for (const prefix of prefixes) {
    if (!queue.put(prefix, prefix.length)) throw new RangeError(`a prefix of ${prefix.length} steps`);
  }
  const input: WorkerInput = {
    source: scenario.source,
    name: scenario.name,
    kernel: model.name,
    switched: model.switched,
    invariants,
    budget: { ...options.budget, states: Number.POSITIVE_INFINITY },
    further: options.further ?? 0,
    accept: options.accept ?? [],
    table: buffers,
    queue: queue.buffer,
  };
  const total: Stats = {
    states: 0,
    schedules: 0,
    steps: 0,
    depth: 0,
    frontier: 0,
    bytesPerState: table.bytesPerState,
  };
  const timer =
    options.progress && setInterval(() => options.progress?.({ ...total, states: table.size }), 250);
  try {
    const outputs = await Promise.all(Array.from({ length: options.jobs }, () => runWorker(input)));
    return merge(outputs, total, table.size);
  } finally {
    queue.stop();
    clearInterval(timer);
  }
}

function runWorker(input: WorkerInput): Promise<WorkerOutput> {
  return new Promise((done, failed) => {
    const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: input });
    worker.once('message', done);
    worker.once('error', failed);
    worker.once('exit', (code) => failed(new Error(`a worker ended with status ${code}`)));
  });
}

function merge(outputs: readonly WorkerOutput[], total: Stats, states: number): ParallelResult {
  const findings = new Map<string, Finding>();
  for (const output of outputs) {
    total.schedules += output.stats.schedules;
    total.steps += output.stats.steps;
    total.depth = Math.max(total.depth, output.stats.depth);
    for (const { invariant, message, schedule } of output.findings) {
      const violation = new Violation(invariant, message);
      const known = findings.get(keyOf(violation));
      if (known && known.schedule.length <= schedule.length) continue;
      findings.set(keyOf(violation), { violation, schedule });
    }
  }
  total.states = states;
  const spent = outputs.some((output) => output.spent);
  const outcome = findings.size > 0 ? 'found' : spent ? 'budget' : 'exhausted';
  return {
    outcome,
    stats: total,
    findings: [...findings.values()],
    accepted: [...new Set(outputs.flatMap((output) => output.accepted))],
    coverage: mergeCoverage(outputs.map((output) => output.coverage)),
  };
}
