/** Joining the results of shards. */
import { readFile } from 'node:fs/promises';
import { InputError } from '../errors.js';
const COUNTS = ['streams', 'ops', 'passed', 'failed'];
/** One object for all shards, as an unsharded run would have printed it. Throws InputError naming the file. */
export async function mergeShards(files) {
    const merged = { kernel: '', streams: 0, ops: 0, passed: 0, failed: 0, failures: [] };
    const kernels = new Set();
    for (const file of files) {
        const shard = parse(file, await read(file));
        for (const key of COUNTS)
            merged[key] += shard[key];
        for (const name of shard.kernel.split(','))
            if (name !== '')
                kernels.add(name);
        merged.failures.push(...shard.failures);
    }
    merged.kernel = [...kernels].sort().join(',');
    return merged;
}
function parse(file, text) {
    let shard;
    try {
        shard = JSON.parse(text);
    }
    catch (e) {
        throw new InputError(`${file}: ${e.message}`);
    }
    for (const key of COUNTS) {
        if (typeof shard?.[key] !== 'number')
            throw new InputError(`${file}: expected a number in '${key}'`);
    }
    if (typeof shard?.kernel !== 'string' || !Array.isArray(shard.failures)) {
        throw new InputError(`${file}: not the JSON of a conform run`);
    }
    return shard;
}
async function read(file) {
    try {
        return await readFile(file, 'utf8');
    }
    catch (e) {
        throw new InputError(`${file}: ${e.message}`);
    }
}
//# sourceMappingURL=merge.js.map