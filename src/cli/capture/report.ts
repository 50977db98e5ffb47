import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import type { CaptureReader } from '../../capture/reader.ts';
import { capturePage } from '../../page/capture-page.ts';
import { CaptureRecording } from '../../page/capture-recording.ts';
import { Selection } from '../../query/selection.ts';
import { shellCommand } from '../../review/commands.ts';
import { note, UsageError } from '../exit.ts';
import { checkWritable, writeOutput } from '../io/files.ts';
import { printData } from '../io/output.ts';
import { readThrough } from '../io/read.ts';
import { addModelOptions, type ModelCliOptions, modelOptions, modelWords } from '../options/model.ts';
import { parseRanges } from '../options/ranges.ts';
import { addSelectionOptions, questionOf, type SelectionOptions } from '../options/selection.ts';
import { differencePage, isToken, openInput, tokenPage } from './report-inputs.ts';

interface ReportOptions extends ModelCliOptions, SelectionOptions {
  output: string;
  records: string;
}

/** Records that one page draws; --records picks another part. */
const MOST_RECORDS = 500_000;

export function register(program: Command): void {
  const command = program
    .command('report')
    .summary('make one HTML page of a capture, a difference, a verdict or a conformance run')
    .description(
      'Makes one self-contained page that can be attached to a bug report and opened anywhere. Of a capture: summary, ' +
        'addresses over time, timeline, and every call with what the driver did for it. Of two captures: what they ask for ' +
        'differently. Of a token of explore: the schedule, step by step. Of what explore, conform, diff, review and ' +
        'replay --diff-kernel print with --json: the same as a page.',
    )
    .argument(
      '<inputs...>',
      'a capture, two captures, a token of explore, or a file of JSON; - for standard input',
    )
    .requiredOption('-o, --output <file>', 'the page, as report.html; - for standard output')
    .option('-r, --records <range>', 'which records of a capture the page shows: 100-, or 100-200', '0-')
    .addHelpText(
      'after',
      '\nExamples:\n  panthor-shim report capture.jsonl.gz -o capture.html\n' +
        '  panthor-shim explore rebind-while-accessing --kernel 6.12 --json | panthor-shim report - -o race.html\n',
    );
  addSelectionOptions(addModelOptions(command)).action(report);
}

async function report(inputs: string[], options: ReportOptions): Promise<void> {
  if (inputs.length > 2) throw new UsageError('one input, or two captures');
  if (options.output !== '-') checkWritable(options.output);
  const [input, other] = inputs;
  if (other !== undefined) return write(options.output, await differencePage(input, other));
  if (!existsSync(input) && isToken(input)) return write(options.output, await tokenPage(input));
  const opened = await openInput(input);
  if (typeof opened === 'string') write(options.output, opened);
  else await reportCapture(input, opened, options);
}

async function reportCapture(path: string, capture: CaptureReader, options: ReportOptions): Promise<void> {
  const [{ first, last }, ...more] = parseRanges(options.records);
  if (more.length > 0) throw new UsageError(`--records ${options.records}: one range, as 100-200`);
  const end = Math.min(last, first + MOST_RECORDS - 1);
  const selection = new Selection(questionOf(options));
  const recording = new CaptureRecording(capture.header, modelOptions(options, capture.header));
  let beyond = false;
  await readThrough(
    capture,
    (record) => {
      if (record.index > end) beyond = true;
      else if (record.index < first) recording.skip(record);
      else recording.step(record);
      if (selection.isAsked && selection.matches(record) && !beyond && record.index >= first)
        recording.selected.push(record.index);
      return !beyond;
    },
    () => {
      const notes: string[] = [];
      if (first > 0)
        notes.push(`The page begins with record ${first}; what was before is played, but not drawn.`);
      if (selection.isAsked)
        notes.push(`The search shows the ${recording.selected.length} calls that were asked for.`);
      if (beyond)
        notes.push(
          `The page ends with record ${end}, though the capture goes on: --records shows another part.`,
        );
      const command = shellCommand(['vm', path, ...modelWords(options)]);
      write(options.output, capturePage(capture.name, capture.header, recording, command, notes));
    },
  );
}

function write(path: string, page: string): void {
  if (path === '-') {
    printData(page);
    return;
  }
  writeOutput(path, page);
  note(`${path}: ${(page.length / 2 ** 20).toFixed(2)} MiB`);
}
