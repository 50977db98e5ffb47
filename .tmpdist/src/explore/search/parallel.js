import { Worker } from 'node:worker_threads';
import { StateTable } from './state-table.js';
import { WorkQueue } from './work-queue.js';
import { Violation } from './world.js';
/**
 * The depth-first search by several worker threads, each with a world of its own, over one shared table: whoever enters
 * a state first goes on from it, and whoever has nothing to do is given the shallowest untaken steps of the others. All
 * is seen when all are idle.
 */
export async function searchInParallel(scenario, model, invariants, options) {
    const buffers = StateTable.allocateShared(options.budget.states);
    const table = StateTable.share(buffers);
    const prefixes = options.prefixes ?? [new Uint8Array(0)];
    const queue = WorkQueue.create(options.jobs, Math.max(64, prefixes.length));
    for (const prefix of prefixes) {
        if (!queue.put(prefix, prefix.length))
            throw new RangeError(`a prefix of ${prefix.length} steps`);
    }
    const input = {
        source: scenario.source,
        name: scenario.name,
        kernel: model.name,
        switched: model.switched,
        invariants,
        budget: { ...options.budget, states: Number.POSITIVE_INFINITY },
        all: options.all,
        table: buffers,
        queue: queue.buffer,
    };
    const total = {
        states: 0,
        schedules: 0,
        steps: 0,
        depth: 0,
        frontier: 0,
        bytesPerState: table.bytesPerState,
    };
    const timer = options.progress && setInterval(() => options.progress?.({ ...total, states: table.size }), 250);
    try {
        const outputs = await Promise.all(Array.from({ length: options.jobs }, () => runWorker(input)));
        return merge(outputs, total, table.size);
    }
    finally {
        queue.stop();
        clearInterval(timer);
    }
}
function runWorker(input) {
    return new Promise((done, failed) => {
        const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: input });
        worker.once('message', done);
        worker.once('error', failed);
        worker.once('exit', (code) => failed(new Error(`a worker ended with status ${code}`)));
    });
}
function merge(outputs, total, states) {
    const findings = new Map();
    for (const output of outputs) {
        total.schedules += output.stats.schedules;
        total.steps += output.stats.steps;
        total.depth = Math.max(total.depth, output.stats.depth);
        for (const { invariant, message, schedule } of output.findings) {
            const known = findings.get(invariant);
            if (known && known.schedule.length <= schedule.length)
                continue;
            findings.set(invariant, { violation: new Violation(invariant, message), schedule });
        }
    }
    total.states = states;
    const spent = outputs.some((output) => output.spent);
    const outcome = findings.size > 0 ? 'found' : spent ? 'budget' : 'exhausted';
    return { outcome, stats: total, findings: [...findings.values()] };
}
//# sourceMappingURL=parallel.js.map