/** A worker thread of a parallel search: builds the world anew, and takes prefixes of schedules from the queue. */
import { parentPort, workerData } from 'node:worker_threads';
import { kernel } from '../../driver/kernels.js';
import { DriverWorld } from '../driver-world.js';
import { parseScenario } from '../scenario/parser.js';
import { Descent } from './depth-first.js';
import { Context } from './search.js';
import { StateTable } from './state-table.js';
import { WorkQueue } from './work-queue.js';
const input = workerData;
const table = StateTable.share(input.table);
const queue = new WorkQueue(input.queue);
const list = (sign) => input.switched.filter((one) => one[0] === sign).map((one) => one.slice(1));
const scenario = parseScenario(input.source, input.name);
const world = new DriverWorld(scenario, kernel(input.kernel, list('+'), list('-')), input.invariants);
const context = new Context(world, input.budget, { all: input.all });
const sharing = {
    hasIdleWorkers: () => queue.hasIdleWorkers,
    share: (schedule, length) => queue.put(schedule, length),
    stopped: () => queue.stopped,
};
let spent = false;
for (let prefix = queue.next(); prefix !== null; prefix = queue.next()) {
    const outcome = new Descent(context, table, sharing).run(prefix);
    if (outcome === 'budget' && !queue.stopped)
        spent = true;
    if (spent || context.done)
        queue.stop();
}
const output = {
    stats: context.stats,
    spent,
    findings: [...context.findings.values()].map(({ violation, schedule }) => ({
        invariant: violation.invariant,
        message: violation.message,
        schedule,
    })),
};
parentPort?.postMessage(output);
//# sourceMappingURL=worker.js.map