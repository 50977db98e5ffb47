import { closeSync, openSync, writeSync } from 'node:fs';
import type { Command } from 'commander';
import { reason } from '../../capture/error.ts';
import { openCapture } from '../../capture/reader.ts';
import { UsageError } from '../../errors.ts';
import { CaptureTrace } from '../../trace/capture-trace.ts';
import { TraceWriter } from '../../trace/writer.ts';
import { readThrough } from '../io/read.ts';
import { addModelOptions, type ModelCliOptions, modelOptions } from '../options/model.ts';

interface TraceOptions extends ModelCliOptions {
  output: string;
}

/** Bytes that are written at once. */
const CHUNK = 1 << 20;

export function register(program: Command): void {
  const command = program
    .command('trace')
    .summary('write a capture as a Perfetto trace')
    .description(
      'Writes what a capture asked for, and what the driver did for it, as Perfetto TrackEvents: calls by thread, ' +
        'operations by VM, address space slots with their locked regions, counters of mapped memory. The file opens in ' +
        'ui.perfetto.dev, beside a trace of the board.',
    )
    .argument('<capture>', 'capture, FIFO, or - for standard input')
    .requiredOption('-o, --output <file>', 'the trace, as trace.pftrace; - for standard output')
    .addHelpText('after', '\nExample:\n  panthor-shim trace capture.jsonl.gz -o capture.pftrace\n');
  addModelOptions(command).action(trace);
}

async function trace(path: string, options: TraceOptions): Promise<void> {
  const capture = await openCapture(path);
  const file = openOutput(options.output);
  let chunk: Uint8Array[] = [];
  let bytes = 0;
  const flush = (): void => {
    const all = Buffer.concat(chunk);
    try {
      for (let at = 0; at < all.length; ) at += writeSync(file, all, at);
    } catch (error) {
      throw cannotWrite(options.output, error);
    }
    chunk = [];
    bytes = 0;
  };
  const writer = new TraceWriter((packet) => {
    chunk.push(packet);
    bytes += packet.length;
    if (bytes >= CHUNK) flush();
  });
  const made = new CaptureTrace(capture.header, modelOptions(options, capture.header), writer);
  await readThrough(
    capture,
    (record) => made.step(record),
    () => {
      made.finish();
      flush();
      if (file !== 1) closeSync(file);
    },
  );
}

function openOutput(path: string): number {
  if (path === '-') return 1;
  try {
    return openSync(path, 'w');
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

function cannotWrite(path: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  // A reader of standard output that goes away is no mistake of the user's.
  if (path === '-' || code === 'EPIPE') return error;
  return new UsageError(`cannot write ${path}: ${reason(error as NodeJS.ErrnoException)}`);
}
