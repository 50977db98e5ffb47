import { type Command, InvalidArgumentError } from 'commander';
import { openCapture } from '../../capture/reader.ts';
import { UsageError } from '../../errors.ts';
import { diagnose, statusMeaning } from '../../fault/diagnose.ts';
import { type LogLine, parseLog } from '../../fault/dmesg.ts';
import { diagnosesJson, diagnosesText } from '../../fault/report.ts';
import { CaptureHistory } from '../../history/capture-history.ts';
import { decodeFaultStatus } from '../../hw/fault-status.ts';
import { readInput } from '../io/files.ts';
import { print } from '../io/output.ts';
import { readThrough } from '../io/read.ts';
import { cannotBeWith } from '../options/conflicts.ts';
import { addModelOptions, type ModelCliOptions, modelOptions } from '../options/model.ts';
import { recordNumber } from './replay.ts';

interface FaultOptions extends ModelCliOptions {
  log?: string;
  at?: number;
  as?: number;
  va?: bigint;
  status?: number;
  json?: true;
}

export function register(program: Command): void {
  const command = program
    .command('fault')
    .summary('explain page faults, and find who mapped, unmapped or freed an address')
    .description(
      'Explains the lines that panthor writes into the kernel’s log (page faults, hangs). With the capture of the ' +
        'client beside them: which VM sat in that address space slot, whether the address was mapped, by which record, ' +
        'who unmapped it, what lies next to it, and the likely cause.',
    )
    .argument('[capture]', 'capture of the client; without one the lines alone are explained')
    .option('--log <file>', 'the kernel’s lines (default: standard input)')
    .option(
      '--at <n>',
      'the fault came after record N (default: by the time stamps, else the end)',
      recordNumber,
    )
    .option('--va <address>', 'instead of a log: a fault at this address', address)
    .option('--status <word>', 'its raw AS_FAULTSTATUS', word)
    .option('--as <n>', 'its address space slot', recordNumber)
    .option('--json', 'one JSON object')
    .addHelpText('after', '\nExample:\n  dmesg | panthor-shim fault capture.jsonl.gz\n');
  addModelOptions(command).action(fault);
  cannotBeWith(command, '--log', ['--va', '--status', '--as']);
}

function address(value: string): bigint {
  if (!/^(0[xX][0-9a-fA-F]{1,16}|\d{1,19})$/.test(value))
    throw new InvalidArgumentError('expected an address, as 0x7fffe000');
  return BigInt(value);
}

function word(value: string): number {
  const n = Number(value);
  if (!/^(0[xX][0-9a-fA-F]{1,8}|\d+)$/.test(value) || n >= 2 ** 32)
    throw new InvalidArgumentError('expected 32 bits, as 0x210002c1');
  return n;
}

async function fault(path: string | undefined, options: FaultOptions): Promise<void> {
  if (options.as !== undefined && options.va === undefined)
    throw new UsageError('--as needs --va: it is the slot of a fault at an address');
  if (path === undefined && options.at !== undefined) throw new UsageError('--at needs a capture');
  const lines = await linesOf(path, options);
  if (path === undefined) return show(lines, null, options);
  const capture = await openCapture(path);
  const history = new CaptureHistory(capture.header, modelOptions(options, capture.header));
  await readThrough(
    capture,
    (record) => history.step(record),
    () => {
      if (options.at !== undefined && options.at > history.last.record && capture.complete)
        throw new UsageError(
          `there is no record ${options.at}: the capture ends with ${history.last.record}`,
        );
      show(lines, history, options);
    },
  );
}

function show(lines: readonly LogLine[], history: CaptureHistory | null, options: FaultOptions): void {
  if (lines.length === 0 && options.status !== undefined && options.va === undefined) {
    print(`${statusMeaning(decodeFaultStatus(options.status))}\n`);
    return;
  }
  const found = diagnose(lines, history, options.at === undefined ? {} : { at: options.at });
  print(options.json ? `${diagnosesJson(found)}\n` : diagnosesText(found, history !== null));
}

/** The fault that the options name, or those of the log. */
async function linesOf(path: string | undefined, options: FaultOptions): Promise<LogLine[]> {
  const { va, status, as } = options;
  if (va !== undefined) {
    return [{ kind: 'page-fault', seconds: null, as: as ?? 1, va, status: status ?? null }];
  }
  if (status !== undefined && options.log === undefined) return [];
  if (path === '-' && options.log === undefined)
    throw new UsageError('standard input cannot be both capture and log: name one with --log FILE');
  return parseLog(Buffer.from(await readInput(options.log ?? '-')).toString('utf8'));
}
