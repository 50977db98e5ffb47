/** A worker thread of a parallel search: builds the world anew, and takes prefixes of schedules from the queue. */
import { parentPort, workerData } from 'node:worker_threads';
import { kernel } from '../../driver/kernels.ts';
import { DriverWorld } from '../driver-world.ts';
import { parseScenario } from '../scenario/parser.ts';
import { Descent } from './depth-first.ts';
import type { WorkerInput, WorkerOutput } from './parallel.ts';
import { Context } from './search.ts';
import { StateTable } from './state-table.ts';
import { WorkQueue } from './work-queue.ts';

const input = workerData as WorkerInput;
const table = StateTable.share(input.table);
const queue = new WorkQueue(input.queue);
const list = (sign: string) => input.switched.filter((one) => one[0] === sign).map((one) => one.slice(1));
const scenario = parseScenario(input.source, input.name);
const world = new DriverWorld(scenario, kernel(input.kernel, list('+'), list('-')), input.invariants);
const context = new Context(world, input.budget, { further: input.further, accept: input.accept });
const sharing = {
  hasIdleWorkers: () => queue.hasIdleWorkers,
  share: (schedule: Uint8Array, length: number) => queue.put(schedule, length),
  stopped: () => queue.stopped,
};

let spent = false;
for (let prefix = queue.next(); prefix !== null; prefix = queue.next()) {
  const outcome = new Descent(context, table, sharing).run(prefix);
  if (outcome === 'budget' && !queue.stopped) spent = true;
  if (spent || context.done) queue.stop();
}

const output: WorkerOutput = {
  stats: context.stats,
  spent,
  findings: [...context.findings.values()].map(({ violation, schedule }) => ({
    invariant: violation.invariant,
    message: violation.message,
    schedule,
  })),
  accepted: [...context.accepted],
  coverage: world.harness.coverage.partReport(),
};
parentPort?.postMessage(output);
