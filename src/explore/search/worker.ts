/** A worker thread of a parallel search: builds the world anew, and takes prefixes of schedules from the queue. */
import { parentPort, workerData } from 'node:worker_threads';
// Objects of modules are named in the order in which these load: the same as in the thread that asks.
import '../command.ts';
import { switchedKernel } from '../../driver/kernels.ts';
import { DriverWorld } from '../driver-world.ts';
import { parseScenario } from '../scenario/parser.ts';
import { Ends } from './ends.ts';
import { Member } from './member.ts';
import type { WorkerInput, WorkerOutput } from './parallel.ts';
import { Context } from './search.ts';
import { StateTable } from './state-table.ts';
import { WorkQueue } from './work-queue.ts';

const input = workerData as WorkerInput;
const queue = new WorkQueue(input.queue);
const scenario = parseScenario(input.source, input.name);
const world = new DriverWorld(scenario, switchedKernel(input.kernel, input.switched), input.invariants);
const context = new Context(world, input.budget, { further: input.further, accept: input.accept });
const ends = input.ends && Ends.share(input.ends);
const member = new Member(context, StateTable.share(input.table), queue, { ends });

const initial = new Int32Array(2);
world.reset();
world.fingerprint(initial);
/** Otherwise the table's states are none that this thread would know again. */
const alike = initial[0] === input.initial[0] && initial[1] === input.initial[1];

if (alike && queue.join()) {
  for (let prefix = queue.next(); prefix !== null; prefix = queue.next()) member.search(prefix);
  const output: WorkerOutput = {
    stats: context.stats,
    spent: member.spent,
    findings: [...context.findings.values()].map(({ violation, schedule }) => ({
      invariant: violation.invariant,
      message: violation.message,
      schedule,
    })),
    accepted: [...context.accepted],
    coverage: world.harness.coverage.partReport(),
    open: ends?.toData() ?? null,
  };
  parentPort?.postMessage(output);
}
