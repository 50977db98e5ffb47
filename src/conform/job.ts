/** One worker's share of a conformance run. */
import { type Kernel, kernel } from '../driver/kernels.ts';
import type { StreamOp } from './op-fields.ts';
import type { Json } from './recorder.ts';
import { StreamMemoryError } from './stage.ts';
import {
  checkStream,
  type Difference,
  readStreams,
  type Stream,
  StreamFileError,
  type VectorRunner,
} from './stream.ts';

/** What to run: files, and which of their streams. */
export interface JobOptions {
  files: string[];
  /** Bytes of those files that cannot be opened again: standard input, FIFOs. */
  contents?: Readonly<Record<string, Uint8Array>>;
  /** Kernel for all streams; without it each runs on its header's variant. */
  kernel?: string;
  with: string[];
  without: string[];
  /** Only streams whose name contains this. */
  filter?: string;
  /** Streams i, i + n, i + 2n … of all files counted through, for shard i (from 0) of n. */
  shard: { index: number; count: number };
}

/** The outcome of one stream. */
export interface StreamResult {
  stream: string;
  file: string;
  kernel: string;
  ops: number;
  failure: Failure | null;
}

export interface Failure {
  index: number;
  fields: Difference['fields'];
  /** The operation that differs and those that led to it, oldest first. */
  history: StreamOp[];
  /** What the model threw instead of an outcome: a bug of ours. */
  crash?: string;
}

/** Operations shown before the one that differs. */
const HISTORY = 8;

function kernelOf(
  stream: Stream,
  options: Pick<JobOptions, 'kernel' | 'with' | 'without'>,
  made: Map<string, Kernel>,
): Kernel {
  const name = options.kernel ?? stream.variant;
  let found = made.get(name);
  if (found === undefined) {
    try {
      found = kernel(name, options.with, options.without);
    } catch (e) {
      throw new RangeError(`stream ${stream.name}: ${(e as Error).message}; --kernel picks one`);
    }
    made.set(name, found);
  }
  return found;
}

function runOne(stream: Stream, file: string, k: Kernel, player: Player | undefined): Failure | null {
  let difference: Difference | null;
  try {
    difference = checkStream(stream, k, player?.runner);
  } catch (e) {
    if (e instanceof StreamMemoryError)
      throw new StreamFileError(file, stream.line, `stream ${stream.name}: ${e.message}`);
    if (player?.isVerdict(e)) throw e;
    const crash = (e as Error).stack ?? String(e);
    return {
      index: -1,
      fields: [{ field: 'crash', expected: null, actual: crash as Json }],
      history: [],
      crash,
    };
  }
  if (difference === null) return null;
  const from = Math.max(0, difference.index - HISTORY);
  return { ...difference, history: stream.ops.slice(from, difference.index + 1).map((one) => one.in) };
}

/** Who plays all streams in the place of the model: its name, and what it throws that ends the run. */
export interface Player {
  readonly name: string;
  readonly runner: VectorRunner;
  isVerdict(error: unknown): boolean;
}

/** Plays one stream on the model that its header or the options name. @throws RangeError where there is no such kernel */
export class StreamPlayer {
  readonly #options: Pick<JobOptions, 'kernel' | 'with' | 'without'>;
  readonly #player: Player | undefined;
  readonly #kernels = new Map<string, Kernel>();

  /** `player`: plays all streams, whatever their headers say. */
  constructor(options: Pick<JobOptions, 'kernel' | 'with' | 'without'>, player?: Player) {
    this.#options = options;
    this.#player = player;
  }

  play(stream: Stream, file: string): StreamResult {
    const k = kernelOf(stream, this.#options, this.#kernels);
    const failure = runOne(stream, file, k, this.#player);
    const name = this.#player?.name ?? k.name;
    return { stream: stream.name, file, kernel: name, ops: stream.ops.length, failure };
  }
}

/**
 * Runs the streams of a job, calling `report` for each: on the model, or on `player` whatever their headers say. Returns
 * how many streams the filter lets through, those of other shards too. Throws for files that cannot be read.
 */
export async function runJob(
  options: JobOptions,
  report: (result: StreamResult) => void,
  player?: Player,
): Promise<number> {
  const streams = new StreamPlayer(options, player);
  let counter = 0;
  for (const file of options.files) {
    const wanted = (name: string): boolean => {
      if (options.filter !== undefined && !name.includes(options.filter)) return false;
      return counter++ % options.shard.count === options.shard.index;
    };
    for await (const stream of readStreams(file, wanted, options.contents?.[file])) {
      report(streams.play(stream, file));
    }
  }
  return counter;
}
