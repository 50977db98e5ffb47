import { type Command, InvalidArgumentError } from 'commander';
import type { StreamResult } from '../../conform/job.ts';
import { mergeShards } from '../../conform/merge.ts';
import { failureText, junitXml, summaryText, totalsJson } from '../../conform/report.ts';
import { conform } from '../../conform/run.ts';
import { conformOn } from '../../queue/streams.ts';
import { plural } from '../../report/format.ts';
import { nearestKernel } from '../../tree/source.ts';
import { emitVectors, treeWorker } from '../../tree/vectors/conform.ts';
import { EXIT_FOUND, UsageError } from '../exit.ts';
import { checkWritable, readInput, statOf, writeOutput } from '../io/files.ts';
import { answersByStatus, print, printData } from '../io/output.ts';
import { Progress } from '../io/progress.ts';
import { conformDevice } from '../live/conform-device.ts';
import { cannotBeWith } from '../options/conflicts.ts';
import { addKernelOptions, type KernelOptions } from '../options/kernel.ts';
import { build } from '../options/tree.ts';

interface Options extends KernelOptions {
  filter?: string;
  shard: { index: number; count: number };
  threads?: number;
  junit?: string;
  merge?: true;
  json?: true;
  tree?: string;
  emit?: string;
  device?: string;
  queue?: string;
}

function shard(value: string): { index: number; count: number } {
  const [index, count] = /^(\d+)\/(\d+)$/.exec(value)?.slice(1).map(Number) ?? [0, 0];
  if (index < 1 || index > count) throw new InvalidArgumentError('expected i/n with 1 ≤ i ≤ n, as in 2/8');
  return { index: index - 1, count };
}

/** Each thread has a heap of its own: hundreds of them take gigabytes and none of the time. */
const MAX_THREADS = 64;

function threads(value: string): number {
  const n = Number(value);
  if (!Number.isInteger(n) || n < 1 || n > MAX_THREADS)
    throw new InvalidArgumentError(`expected 1 to ${MAX_THREADS}`);
  return n;
}

export function register(program: Command): void {
  const command = program
    .command('conform')
    .summary("play the kernel's own outcomes, vector for vector")
    .description(
      "Plays vector and scenario files, gzip'd or not, on the model and shows for each stream that differs the first " +
        'operation that does. Each stream runs on the kernel in its header unless --kernel says otherwise.',
    )
    .argument(
      '[files...]',
      'vector or scenario files, FIFOs, - for standard input; with --merge, JSON results of shards; with --device, ' +
        'the scenarios that come with the package where none is named',
    )
    .option('--filter <text>', 'only streams whose name contains this', someText)
    .option('--shard <i/n>', 'the i-th of n equal parts of the streams', shard, { index: 0, count: 1 })
    .option('--threads <n>', 'worker threads (default: one a core)', threads)
    .option('--junit <file>', 'also write JUnit XML')
    .option('--merge', 'join the JSON results of shards instead of running anything')
    .option('--tree <dir>', "play on a kernel tree's own driver, built where it has not been")
    .option('--emit <file>', 'with --tree: write what the tree does as vectors, and compare nothing')
    .option('--device <path>', 'play on a real device and on the model, and compare')
    .option('--queue <url>', 'let the workers of a queue play, redis://HOST (`worker` is one)')
    .option('--json', 'one JSON object');
  addKernelOptions(command, 'that of each stream, or the device’s', 'PANTHOR_SHIM_KERNEL').action(run);
  cannotBeWith(command, '--merge', [
    '--device',
    '--tree',
    '--emit',
    '--filter',
    '--shard',
    '--threads',
    '--junit',
  ]);
  cannotBeWith(command, '--device', ['--tree', '--emit', '--shard', '--threads']);
  cannotBeWith(command, '--emit', ['--shard', '--threads', '--junit']);
}

/** An empty filter comes from a variable that was not set: it would let everything through. */
function someText(value: string): string {
  if (value === '') throw new InvalidArgumentError('expected a part of a name');
  return value;
}

/**
 * What standard input and FIFOs hold, which every thread is to read. Files that cannot be read are found out here,
 * before threads are started for them.
 */
async function readOnce(files: readonly string[]): Promise<Record<string, Uint8Array>> {
  const contents: Record<string, Uint8Array> = {};
  for (const file of files) {
    const stat = file === '-' ? null : statOf(file);
    if (stat?.isFile()) continue;
    const bytes = await readInput(file);
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
    shared.set(bytes);
    contents[file] = shared;
  }
  return contents;
}

async function run(files: string[], options: Options): Promise<void> {
  answersByStatus();
  if (options.device !== undefined) return conformDevice(files, { ...options, device: options.device });
  if (files.length === 0) throw new UsageError('missing files: vector or scenario files');
  if (options.merge) {
    const merged = await mergeShards(files);
    if (merged.streams === 0) throw new UsageError(`${files.join(', ')}: no stream was run in any of them`);
    printData(`${JSON.stringify(merged)}\n`);
    if (merged.failed > 0) process.exitCode = EXIT_FOUND;
    return;
  }
  if (options.junit !== undefined) checkWritable(options.junit);
  if (options.emit !== undefined) return emit(files, options);
  if (options.queue !== undefined && options.tree !== undefined)
    throw new UsageError('--queue does not go with --tree');
  const tree = options.tree === undefined ? undefined : await build(options.tree);
  const all: StreamResult[] = [];
  const shown = new Progress('streams');
  let failed = 0;
  const progress = (result: StreamResult): void => {
    all.push(result);
    if (result.failure !== null) {
      failed++;
      shown.clear();
      if (!options.json) print(`${failureText(result)}\n\n`);
    }
    shown.show(all.length, null, `${failed} failed`);
  };
  const job = { files, contents: await readOnce(files), ...options };
  const totals =
    options.queue === undefined
      ? await conform(job, progress, options.threads, tree && treeWorker(tree))
      : await conformOn(options.queue, job, progress);
  shown.clear();
  if (totals.wanted === 0) {
    throw new UsageError(`--filter ${options.filter}: no stream of ${files.join(', ')} has that in its name`);
  }
  if (options.junit !== undefined) writeOutput(options.junit, junitXml(all));
  print(options.json ? `${JSON.stringify(totalsJson(totals))}\n` : `${summaryText(totals)}\n`);
  if (totals.failed > 0) process.exitCode = EXIT_FOUND;
}

/** What the tree does, as vectors. */
async function emit(files: string[], options: Options): Promise<void> {
  if (options.tree === undefined) throw new UsageError('--emit needs --tree: it writes what a tree does');
  const tree = await build(options.tree);
  const { filter, emit: to = '' } = options;
  const counts = await emitVectors(tree, files, to, (name) => filter === undefined || name.includes(filter));
  if (counts.streams === 0)
    throw new UsageError(
      `${files.join(', ')}: no stream ${filter === undefined ? 'is there' : `has '${filter}' in its name`}`,
    );
  const result = { file: to, variant: nearestKernel(tree), tree: tree.version, ...counts };
  print(
    options.json
      ? `${JSON.stringify(result)}\n`
      : `${to}: ${plural(counts.streams, 'stream')}, ${plural(counts.ops, 'operation')} as Linux ${tree.version} does them (variant ${result.variant})\n`,
  );
}
