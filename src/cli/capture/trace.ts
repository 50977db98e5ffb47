import type { Command } from 'commander';
import { openCapture } from '../../capture/reader.ts';
import { Selection } from '../../query/selection.ts';
import { CaptureTrace } from '../../trace/capture-trace.ts';
import { readThrough } from '../io/read.ts';
import { openTrace } from '../io/trace-file.ts';
import { addModelOptions, type ModelCliOptions, modelOptions } from '../options/model.ts';
import { addSelectionOptions, questionOf, type SelectionOptions } from '../options/selection.ts';

interface TraceOptions extends ModelCliOptions, SelectionOptions {
  output: string;
}

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
  addSelectionOptions(addModelOptions(command)).action(trace);
}

async function trace(path: string, options: TraceOptions): Promise<void> {
  const capture = await openCapture(path);
  const { writer, close } = openTrace(options.output);
  const selection = new Selection(questionOf(options));
  const made = new CaptureTrace(capture.header, modelOptions(options, capture.header), writer);
  await readThrough(
    capture,
    (record) => made.step(record, selection.matches(record)),
    () => {
      made.finish();
      close();
    },
  );
}
