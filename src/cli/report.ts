import type { Command } from 'commander';
import { type CaptureReader, openCapture } from '../capture/reader.ts';
import { capturePage } from '../page/capture-page.ts';
import { CaptureRecording } from '../page/capture-recording.ts';
import { note, UsageError } from './exit.ts';
import { checkWritable, writeOutput } from './io/files.ts';
import { print } from './io/output.ts';
import { readThrough } from './io/read.ts';
import { addModelOptions, type ModelCliOptions, modelOptions } from './options/model.ts';
import { parseRanges } from './options/ranges.ts';

interface ReportOptions extends ModelCliOptions {
  output: string;
  records: string;
}

/** Records that one page draws; --records picks another part. */
const MOST_RECORDS = 500_000;

export function register(program: Command): void {
  const command = program
    .command('report')
    .summary('make one HTML page of a capture')
    .description(
      'Makes one self-contained page that can be attached to a bug report and opened anywhere: summary, addresses over ' +
        'time, timeline, and every call with what the driver did for it.',
    )
    .argument('<inputs...>', 'a capture')
    .requiredOption('-o, --output <file>', 'the page, as report.html; - for standard output')
    .option('-r, --records <range>', 'which records of a capture the page shows: 100-, or 100-200', '0-')
    .addHelpText('after', '\nExample:\n  panthor-shim report capture.jsonl.gz -o capture.html\n');
  addModelOptions(command).action(report);
}

async function report(inputs: string[], options: ReportOptions): Promise<void> {
  if (options.output !== '-') checkWritable(options.output);
  await reportCapture(await openCapture(inputs[0]), options);
}

async function reportCapture(capture: CaptureReader, options: ReportOptions): Promise<void> {
  const [{ first, last }, ...more] = parseRanges(options.records);
  if (more.length > 0) throw new UsageError(`--records ${options.records}: one range, as 100-200`);
  const end = Math.min(last, first + MOST_RECORDS - 1);
  const recording = new CaptureRecording(capture.header, modelOptions(options, capture.header));
  let beyond = false;
  await readThrough(
    capture,
    (record) => {
      if (record.index > end) beyond = true;
      else if (record.index < first) recording.skip(record);
      else recording.step(record);
      return !beyond;
    },
    () => {
      const notes: string[] = [];
      if (first > 0) notes.push(`The page begins with record ${first}; what was before is played, but not drawn.`);
      if (beyond)
        notes.push(`The page ends with record ${end}, though the capture goes on: --records shows another part.`);
      write(options.output, capturePage(capture.name, capture.header, recording, notes));
    },
  );
}

function write(path: string, page: string): void {
  if (path === '-') return print(page);
  writeOutput(path, page);
  note(`${path}: ${(page.length / 2 ** 20).toFixed(2)} MiB`);
}
