/** A conformance run over worker threads, and what comes out of it. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { InputError, UsageError } from '../errors.ts';
import type { JobOptions, StreamResult } from './job.ts';

/** What one run, or several shards together, found. */
export interface Totals {
  streams: number;
  ops: number;
  passed: number;
  failed: number;
  kernels: Set<string>;
  failures: StreamResult[];
  /** Streams that the filter lets through, of all shards. */
  wanted: number;
}

export function emptyTotals(): Totals {
  return { streams: 0, ops: 0, passed: 0, failed: 0, kernels: new Set(), failures: [], wanted: 0 };
}

export function addResult(totals: Totals, result: StreamResult): void {
  totals.streams++;
  totals.ops += result.ops;
  totals.kernels.add(result.kernel);
  if (result.failure === null) totals.passed++;
  else {
    totals.failed++;
    totals.failures.push(result);
  }
}

/** A worker thread's module in the place of worker.ts, and what it is given besides its job. */
export interface OtherWorker {
  url: URL;
  data: unknown;
}

/** Runs `options` over `threads` workers (all cores by default); `progress` hears of every stream. */
export async function conform(
  options: JobOptions,
  progress: (result: StreamResult) => void,
  threads: number = availableParallelism(),
  other?: OtherWorker,
): Promise<Totals> {
  const totals = emptyTotals();
  const errors: { name: string; message: string }[] = [];
  const { shard } = options;
  await Promise.all(
    Array.from({ length: threads }, (_, i) => {
      // Shard i of n becomes shards i, i + n, i + 2n … of n × threads, one a worker.
      const own = { index: shard.index + i * shard.count, count: shard.count * threads };
      return oneWorker({ ...options, shard: own }, other, (message) => {
        if (message.error !== undefined) errors.push(message.error);
        if (message.wanted !== undefined) totals.wanted = message.wanted;
        if (message.result === undefined) return;
        addResult(totals, message.result);
        progress(message.result);
      });
    }),
  );
  if (errors.length > 0) {
    const { name, message } = errors[0];
    throw name === 'RangeError' || name === 'UsageError' ? new UsageError(message) : new InputError(message);
  }
  totals.failures.sort((a, b) => `${a.file} ${a.stream}`.localeCompare(`${b.file} ${b.stream}`));
  return totals;
}

interface Message {
  result?: StreamResult;
  error?: { name: string; message: string };
  wanted?: number;
}

function oneWorker(
  options: JobOptions,
  other: OtherWorker | undefined,
  onMessage: (message: Message) => void,
): Promise<void> {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return new Promise((resolve, reject) => {
    const url = other?.url ?? new URL(`./worker.${extension}`, import.meta.url);
    const worker = new Worker(url, { workerData: other ? { options, data: other.data } : options });
    worker.on('message', onMessage);
    worker.on('error', reject);
    worker.on('exit', () => resolve());
  });
}
