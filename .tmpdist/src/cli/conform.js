import { writeFile } from 'node:fs/promises';
import { InvalidArgumentError } from 'commander';
import { mergeShards } from '../conform/merge.js';
import { failureText, junitXml, summaryText, totalsJson } from '../conform/report.js';
import { conform } from '../conform/run.js';
import { EXIT_FOUND } from './exit.js';
import { addKernelOptions } from './kernel-options.js';
function shard(value) {
    const [index, count] = /^(\d+)\/(\d+)$/.exec(value)?.slice(1).map(Number) ?? [0, 0];
    if (index < 1 || index > count)
        throw new InvalidArgumentError('expected i/n with 1 ≤ i ≤ n, as in 2/8');
    return { index: index - 1, count };
}
function positive(value) {
    const n = Number(value);
    if (!Number.isInteger(n) || n < 1)
        throw new InvalidArgumentError('expected a whole number from 1 on');
    return n;
}
export function register(program) {
    const command = program
        .command('conform')
        .summary("play the kernel's own outcomes, vector for vector")
        .description("Plays vector and scenario files, gzip'd or not, on the model and shows for each stream that differs the first " +
        'operation that does. Each stream runs on the kernel in its header unless --kernel says otherwise.')
        .argument('<files...>', 'vector or scenario files; with --merge, JSON results of shards')
        .option('--filter <text>', 'only streams whose name contains this')
        .option('--shard <i/n>', 'the i-th of n equal parts of the streams', shard, { index: 0, count: 1 })
        .option('--threads <n>', 'worker threads (default: one a core)', positive)
        .option('--junit <file>', 'also write JUnit XML')
        .option('--merge', 'join the JSON results of shards instead of running anything')
        .option('--json', 'one JSON object');
    addKernelOptions(command, 'that of each stream').action(run);
}
async function run(files, options) {
    if (options.merge) {
        const merged = await mergeShards(files);
        process.stdout.write(`${JSON.stringify(merged)}\n`);
        if (merged.failed > 0)
            process.exitCode = EXIT_FOUND;
        return;
    }
    const all = [];
    const live = process.stderr.isTTY && !options.json;
    let failed = 0;
    const progress = (result) => {
        all.push(result);
        if (result.failure !== null) {
            failed++;
            if (!options.json)
                process.stdout.write(`${live ? '\r\x1b[K' : ''}${failureText(result)}\n\n`);
        }
        if (live)
            process.stderr.write(`\r${all.length} streams, ${failed} failed `);
    };
    const totals = await conform({ files, ...options }, progress, options.threads);
    if (live)
        process.stderr.write('\r\x1b[K');
    if (options.junit !== undefined)
        await writeFile(options.junit, junitXml(all));
    process.stdout.write(options.json ? `${JSON.stringify(totalsJson(totals))}\n` : `${summaryText(totals)}\n`);
    if (totals.failed > 0)
        process.exitCode = EXIT_FOUND;
}
//# sourceMappingURL=conform.js.map