import type { Command } from 'commander';
import { errnoName } from '../../../uapi/errno.ts';
import { isKnownName, isNamed } from '../../../uapi/lookup.ts';
import { openCapture } from '../../capture/reader.ts';
import type { CaptureRecord } from '../../capture/record.ts';
import { kernelFor } from '../../driver/kernels/for-capture.ts';
import { kernel } from '../../driver/kernels.ts';
import { refusalText } from '../../payload/refusal.ts';
import type { Target } from '../../payload/rules/context.ts';
import { parseUapi } from '../../replay/newer.ts';
import { callText } from '../../report/call.ts';
import { recordJson } from '../../report/record-json.ts';
import { refusalOfRecord } from '../../report/refusals.ts';
import { UsageError } from '../exit.ts';
import { print } from '../io/output.ts';
import { readThrough } from '../io/read.ts';
import { inRanges, parseRanges, pastRanges } from '../options/ranges.ts';

/** Output gathers up to this before it is written, except where the input pauses. */
const FLUSH_CHARACTERS = 1 << 16;

interface DumpOptions {
  records: string;
  ioctl?: string;
  failed?: true;
  json?: true;
}

export function register(program: Command): void {
  program
    .command('dump')
    .summary('print the calls of a capture')
    .description(
      'Prints the calls of a capture, one line or block each: number, time in seconds, thread, call, result.',
    )
    .argument('<capture>', 'capture, FIFO, or - for standard input')
    .option('-r, --records <ranges>', 'which records: 0-100,200-', '0-')
    .option('-i, --ioctl <names>', 'only these calls, separated by commas: VM_BIND,mmap')
    .option('--failed', 'only calls that failed, each with the function and the field that refused it')
    .option('--json', 'one JSON object a line')
    .addHelpText(
      'after',
      '\nA capture holds what a client asked for, its labels and names included: private data.',
    )
    .action(dump);
}

async function dump(path: string, options: DumpOptions): Promise<void> {
  const ranges = parseRanges(options.records);
  const names = options.ioctl?.split(/,(?![^({]*[)}])/).map((name) => name.trim());
  for (const name of names ?? []) {
    if (name !== 'mmap' && name !== 'close' && !isKnownName(name))
      throw new UsageError(`${name}: no such ioctl`);
  }
  const capture = await openCapture(path);
  const { uapi: version, behaviours } = kernel(kernelFor(capture.header).name);
  const target = { ...(parseUapi(capture.header.driver_version) ?? version), behaviours };
  const render = (record: CaptureRecord): string =>
    options.json ? json(record, target, options.failed) : text(record, target, options.failed);
  let gathered = '';
  const flush = (): void => {
    if (gathered !== '') print(gathered);
    gathered = '';
  };
  await readThrough(
    capture,
    (record) => {
      if (pastRanges(ranges, record.index)) return false;
      if (!inRanges(ranges, record.index)) return true;
      if (options.failed && !hasFailed(record)) return true;
      if (names !== undefined && !names.some((name) => matches(record, name))) return true;
      gathered += `${render(record)}\n`;
      if (gathered.length > FLUSH_CHARACTERS) flush();
      return true;
    },
    flush,
    flush,
  );
}

function matches(record: CaptureRecord, name: string): boolean {
  return record.type === 'ioctl' ? isNamed(record.request, name) : record.type === name;
}

function hasFailed(record: CaptureRecord): boolean {
  return record.type === 'ioctl' ? record.ret < 0 : record.type === 'mmap' && !record.ok;
}

/** One record; with `reasons`, why it was refused, as far as its bytes show it. */
function text(record: CaptureRecord, target: Target, reasons = false): string {
  if (!reasons || record.type !== 'ioctl') return line(record);
  const refusal = refusalOfRecord(record, record.errno, target);
  const why =
    refusal === null
      ? `${errnoName(record.errno)}: not for its bytes, but for what was before it (replay may know)`
      : refusalText(refusal);
  return `${line(record)}\n${' '.repeat(25)}refused: ${why}`;
}

function json(record: CaptureRecord, target: Target, reasons = false): string {
  const text = recordJson(record);
  if (!reasons || record.type !== 'ioctl') return text;
  const refusal = refusalOfRecord(record, record.errno, target);
  return `${text.slice(0, -1)},"refusal":${JSON.stringify(refusal)}}`;
}

function line(record: CaptureRecord): string {
  const time = (record.timeNs / 1e9).toFixed(6);
  const thread = record.type === 'ioctl' ? `${record.tid}` : '-';
  return `${`${record.index}`.padStart(5)} ${time.padStart(11)} ${thread.padStart(6)} ${callText(record)}`;
}
