import type { Command } from 'commander';
import { errnoName } from '../../../uapi/errno.ts';
import { openCapture } from '../../capture/reader.ts';
import type { CaptureRecord } from '../../capture/record.ts';
import { refusalText } from '../../payload/refusal.ts';
import { CallPrinter, headerLines } from '../../query/call-printer.ts';
import { Selection } from '../../query/selection.ts';
import { OF_THE_MACHINE } from '../../replay/judge.ts';
import { RefusalsThere } from '../../replay/refusals-there.ts';
import { callText } from '../../report/call.ts';
import { recordJson } from '../../report/record-json.ts';
import { UsageError } from '../exit.ts';
import { print, printData } from '../io/output.ts';
import { readThrough } from '../io/read.ts';
import { inRanges, parseRanges, pastRanges } from '../options/ranges.ts';
import { addSelectionOptions, questionOf, type SelectionOptions } from '../options/selection.ts';

/** Output gathers up to this before it is written, except where the input pauses. */
const FLUSH_CHARACTERS = 1 << 16;

interface DumpOptions extends SelectionOptions {
  records: string;
  calls?: true;
  json?: true;
}

export function register(program: Command): void {
  const command = program
    .command('dump')
    .summary('print the calls of a capture')
    .description(
      'Prints the calls of a capture, one line or block each: number, time in seconds, thread, call, result.',
    )
    .argument('<capture>', 'capture, FIFO, or - for standard input')
    .option('-r, --records <ranges>', 'which records: 0-100,200-', '0-')
    .option('--calls', 'as lines that can be edited, and made a capture again: convert FILE.calls OUT')
    .option('--json', 'one JSON object a line')
    .addHelpText(
      'after',
      '\nExample:\n  panthor-shim dump capture.jsonl.gz --bo 12 --ioctl VM_BIND\n\nA capture holds what a client asked for, its labels and names included: private data.',
    );
  addSelectionOptions(
    command,
    'only calls that failed, each with the function and the field that refused it',
  ).action(dump);
}

async function dump(path: string, options: DumpOptions): Promise<void> {
  if (options.calls && options.json) throw new UsageError('--calls or --json, not both');
  const ranges = parseRanges(options.records);
  const selection = new Selection(questionOf(options));
  const capture = await openCapture(path);
  const refusals = options.failed && !options.calls ? new RefusalsThere(capture.header) : null;
  const printer = options.calls ? new CallPrinter() : null;
  const render = (record: CaptureRecord): string =>
    printer !== null
      ? printer.lines(record).join('\n')
      : options.json
        ? json(record, refusals)
        : text(record, refusals);
  let gathered = options.calls ? `${headerLines(capture.header).join('\n')}\n` : '';
  const flush = (): void => {
    if (gathered !== '') (options.calls ? printData : print)(gathered);
    gathered = '';
  };
  await readThrough(
    capture,
    (record) => {
      if (pastRanges(ranges, record.index)) return false;
      refusals?.step(record);
      if (!selection.matches(record) || !inRanges(ranges, record.index)) return true;
      gathered += `${render(record)}\n`;
      if (gathered.length > FLUSH_CHARACTERS) flush();
      return true;
    },
    flush,
    { idle: flush },
  );
}

/** One record; with `refusals`, why it was refused. */
function text(record: CaptureRecord, refusals: RefusalsThere | null): string {
  if (refusals === null || record.type !== 'ioctl') return line(record);
  const refusal = refusals.of(record);
  const unknown = OF_THE_MACHINE.has(record.errno)
    ? 'the memory of its machine, a signal or a lock, nothing that was asked'
    : 'neither for its bytes nor for what the capture shows before it';
  const why = refusal === null ? `${errnoName(record.errno)}: ${unknown}` : refusalText(refusal);
  return `${line(record)}\n${' '.repeat(25)}refused: ${why}`;
}

function json(record: CaptureRecord, refusals: RefusalsThere | null): string {
  const text = recordJson(record);
  if (refusals === null || record.type !== 'ioctl') return text;
  return `${text.slice(0, -1)},"refusal":${JSON.stringify(refusals.of(record))}}`;
}

function line(record: CaptureRecord): string {
  const time = (record.timeNs / 1e9).toFixed(6);
  const thread = record.type === 'ioctl' ? `${record.tid}` : '-';
  return `${`${record.index}`.padStart(5)} ${time.padStart(11)} ${thread.padStart(6)} ${callText(record)}`;
}
