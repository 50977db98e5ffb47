/** A conformance run over worker threads, and what comes out of it. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { InputError, UsageError } from '../errors.js';
export function emptyTotals() {
    return { streams: 0, ops: 0, passed: 0, failed: 0, kernels: new Set(), failures: [] };
}
export function addResult(totals, result) {
    totals.streams++;
    totals.ops += result.ops;
    totals.kernels.add(result.kernel);
    if (result.failure === null)
        totals.passed++;
    else {
        totals.failed++;
        totals.failures.push(result);
    }
}
/** Runs `options` over `threads` workers (all cores by default); `progress` hears of every stream. */
export async function conform(options, progress, threads = availableParallelism()) {
    const totals = emptyTotals();
    const errors = [];
    const { shard } = options;
    await Promise.all(Array.from({ length: threads }, (_, i) => {
        // Shard i of n becomes shards i, i + n, i + 2n … of n × threads, one a worker.
        const own = { index: shard.index + i * shard.count, count: shard.count * threads };
        return oneWorker({ ...options, shard: own }, (message) => {
            if (message.error !== undefined)
                errors.push(message.error);
            if (message.result === undefined)
                return;
            addResult(totals, message.result);
            progress(message.result);
        });
    }));
    if (errors.length > 0) {
        const { name, message } = errors[0];
        throw name === 'RangeError' ? new UsageError(message) : new InputError(message);
    }
    totals.failures.sort((a, b) => `${a.file} ${a.stream}`.localeCompare(`${b.file} ${b.stream}`));
    return totals;
}
function oneWorker(options, onMessage) {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    return new Promise((resolve, reject) => {
        const worker = new Worker(new URL(`./worker.${extension}`, import.meta.url), { workerData: options });
        worker.on('message', onMessage);
        worker.on('error', reject);
        worker.on('exit', () => resolve());
    });
}
//# sourceMappingURL=run.js.map