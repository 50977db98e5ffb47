import type { Command } from 'commander';
import { openCapture } from '../capture/reader.ts';
import type { CaptureRecord } from '../capture/record.ts';
import { callText } from '../report/call.ts';
import { recordJson } from '../report/record-json.ts';
import { isKnownName, isNamed } from '../report/requests.ts';
import { UsageError } from './exit.ts';
import { print } from './io/output.ts';
import { readThrough } from './io/read.ts';
import { inRanges, parseRanges, pastRanges } from './options/ranges.ts';

/** Output gathers up to this before it is written, except where the input pauses. */
const FLUSH_CHARACTERS = 1 << 16;

interface DumpOptions {
  records: string;
  ioctl?: string;
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
    .option('--json', 'one JSON object a line')
    .addHelpText(
      'after',
      '\nA capture holds what a client asked for, its labels and names included: private data.',
    )
    .action(dump);
}

async function dump(path: string, options: DumpOptions): Promise<void> {
  const ranges = parseRanges(options.records);
  const names = options.ioctl?.split(',').map((name) => name.trim());
  for (const name of names ?? []) {
    if (name !== 'mmap' && name !== 'close' && !isKnownName(name))
      throw new UsageError(`${name}: no such ioctl`);
  }
  const capture = await openCapture(path);
  const render = options.json ? recordJson : line;
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

function line(record: CaptureRecord): string {
  const time = (record.timeNs / 1e9).toFixed(6);
  const thread = record.type === 'ioctl' ? `${record.tid}` : '-';
  return `${`${record.index}`.padStart(5)} ${time.padStart(11)} ${thread.padStart(6)} ${callText(record)}`;
}
