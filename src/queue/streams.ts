/** A conformance run whose streams are played by the workers of a queue. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { JobOptions, StreamResult } from '../conform/job.ts';
import { addResult, emptyTotals, type Totals } from '../conform/run.ts';
import { readStreams, type Stream } from '../conform/stream.ts';
import { Jobs } from './jobs.ts';

/** Streams of one job, and what they are played on. */
export interface StreamsJob {
  kernel?: string;
  with: string[];
  without: string[];
  /** As packStreams() makes it. */
  streams: string;
}

interface NamedStream {
  file: string;
  stream: Stream;
}

/** Operations of a job: some tenths of a second. */
const OPERATIONS_PER_JOB = 2000;
/** Jobs that lie in the queue at a time, a few hundred kilobytes each. */
const MAX_WAITING = 64;
/** No job has as much text. */
const MAX_BYTES = 2 ** 30;

const packStreams = (streams: readonly NamedStream[]): string =>
  deflateRawSync(JSON.stringify(streams)).toString('base64');

/** @throws RangeError, SyntaxError for what packStreams() did not make */
export function unpackStreams(text: string): NamedStream[] {
  const bytes = inflateRawSync(Buffer.from(text, 'base64'), { maxOutputLength: MAX_BYTES });
  return JSON.parse(bytes.toString()) as NamedStream[];
}

/** Plays the streams of `options` on the workers of the queue at `address`; `progress` hears of every stream. */
export async function conformOn(
  address: string,
  options: JobOptions,
  progress: (result: StreamResult) => void,
): Promise<Totals> {
  const totals = emptyTotals();
  const jobs = await Jobs.begin(address, 'conform', options.files.join(' '));
  let open = 0;
  const collect = async (most: number): Promise<void> => {
    while (open > most) {
      const done = await jobs.next(1000);
      if (done === null) continue;
      open--;
      for (const result of done.value as StreamResult[]) {
        addResult(totals, result);
        progress(result);
      }
      await jobs.report({ streams: totals.streams, failed: totals.failed }, 0);
    }
  };
  try {
    const { kernel, with: on, without: off } = options;
    const common = { ...(kernel === undefined ? {} : { kernel }), with: on, without: off };
    let number = 0;
    for await (const streams of batches(options, totals)) {
      await jobs.submit(String(number++), { ...common, streams: packStreams(streams) });
      open++;
      await collect(MAX_WAITING);
    }
    await collect(0);
  } finally {
    await jobs.end();
  }
  totals.failures.sort((a, b) => `${a.file} ${a.stream}`.localeCompare(`${b.file} ${b.stream}`));
  return totals;
}

/** The streams that are wanted, some at a time; counts those that the filter lets through. */
async function* batches(options: JobOptions, totals: Totals): AsyncGenerator<NamedStream[]> {
  const { shard, filter } = options;
  let batch: NamedStream[] = [];
  let operations = 0;
  for (const file of options.files) {
    const wanted = (name: string): boolean =>
      (filter === undefined || name.includes(filter)) && totals.wanted++ % shard.count === shard.index;
    for await (const stream of readStreams(file, wanted, options.contents?.[file])) {
      batch.push({ file, stream });
      operations += stream.ops.length;
      if (operations < OPERATIONS_PER_JOB) continue;
      yield batch;
      batch = [];
      operations = 0;
    }
  }
  if (batch.length > 0) yield batch;
}
