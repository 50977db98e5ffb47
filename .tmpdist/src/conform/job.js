/** One worker's share of a conformance run. */
import { KERNEL_NAMES, kernel } from '../driver/kernels.js';
import { checkStream, readStreams } from './stream.js';
/** Operations shown before the one that differs. */
const HISTORY = 8;
function kernelOf(stream, options, made) {
    const name = options.kernel ?? stream.variant;
    let found = made.get(name);
    if (found === undefined) {
        if (!KERNEL_NAMES.some((k) => k === name)) {
            throw new RangeError(`stream ${stream.name}: unknown variant '${name}' (--kernel picks one)`);
        }
        found = kernel(name, options.with, options.without);
        made.set(name, found);
    }
    return found;
}
function runOne(stream, k) {
    let difference;
    try {
        difference = checkStream(stream, k);
    }
    catch (e) {
        const crash = e.stack ?? String(e);
        return {
            index: -1,
            fields: [{ field: 'crash', expected: null, actual: crash }],
            history: [],
            crash,
        };
    }
    if (difference === null)
        return null;
    const from = Math.max(0, difference.index - HISTORY);
    return { ...difference, history: stream.ops.slice(from, difference.index + 1).map((one) => one.in) };
}
/** Runs the streams of a job, calling `report` for each. Throws for files that cannot be read. */
export async function runJob(options, report) {
    const kernels = new Map();
    let counter = 0;
    for (const file of options.files) {
        const wanted = (name) => {
            if (options.filter !== undefined && !name.includes(options.filter))
                return false;
            return counter++ % options.shard.count === options.shard.index;
        };
        for await (const stream of readStreams(file, wanted)) {
            const k = kernelOf(stream, options, kernels);
            const failure = runOne(stream, k);
            report({ stream: stream.name, file, kernel: k.name, ops: stream.ops.length, failure });
        }
    }
}
//# sourceMappingURL=job.js.map