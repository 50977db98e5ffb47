/** Conformance runs: outcomes that the kernel's own code printed, played on the model. */
import { conform as run } from '../conform/run.ts';
import { type Kernel, type KernelVersion, switchesOf } from './kernels.ts';

export interface ConformOptions {
  /** The kernel for all streams; by default each runs on the one in its header. */
  readonly kernel?: KernelVersion | Kernel;
  /** Only streams whose name contains this. */
  readonly filter?: string;
  /** Worker threads; one a core by default. */
  readonly threads?: number;
  /** Called for each stream, in the order in which they are done. */
  readonly onStream?: (result: StreamResult) => void;
}

/** The outcome of one stream. */
export interface StreamResult {
  readonly stream: string;
  readonly file: string;
  readonly kernel: string;
  /** Operations that it has. */
  readonly ops: number;
  /** The first operation that differs; null where none does. */
  readonly failure: StreamFailure | null;
}

export interface StreamFailure {
  /** The operation's number, from 0. */
  readonly index: number;
  readonly fields: readonly {
    readonly field: string;
    readonly expected: unknown;
    readonly actual: unknown;
  }[];
  /** The operations that led there, oldest first, and itself. */
  readonly history: readonly object[];
  /** What the model threw instead of an outcome: a bug of ours. */
  readonly crash?: string;
}

/** What a conformance run came to. */
export interface Conformance {
  readonly streams: number;
  /** Operations in all streams. */
  readonly ops: number;
  readonly passed: number;
  readonly failed: number;
  /** Names of the kernels that ran. */
  readonly kernels: readonly string[];
  /** The streams that differ, with the first operation that does. */
  readonly failures: readonly StreamResult[];
}

/**
 * Plays vector and scenario files, gzip'd or not, and compares each operation's outcome.
 *
 * @throws InputError for a file that cannot be read
 */
export async function conform(files: readonly string[], options: ConformOptions = {}): Promise<Conformance> {
  const { kernel, filter, threads, onStream } = options;
  const job = {
    files: [...files],
    ...switchesOf(kernel),
    ...(filter === undefined ? {} : { filter }),
    shard: { index: 0, count: 1 },
  };
  const { kernels, ...totals } = await run(job, (result) => onStream?.(result), threads);
  return { ...totals, kernels: [...kernels].sort() };
}
