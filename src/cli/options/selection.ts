/** The options that say which records of a capture are meant. */
import { type Command, InvalidArgumentError } from 'commander';
import { isKnownName } from '../../../uapi/lookup.ts';
import type { Question } from '../../query/selection.ts';

export interface SelectionOptions {
  vm?: number;
  va?: { start: number; end: number };
  bo?: number;
  label?: string;
  tid?: number;
  failed?: true;
  ioctl?: string[];
}

/** Adds them; `failed` is its description where it says more than usual. */
export function addSelectionOptions(command: Command, failed = 'only calls that failed'): Command {
  return command
    .option('--vm <id>', "only calls about this VM of the client's, and about groups of it", number)
    .option(
      '--va <range>',
      'only calls that map, unmap or execute there: 0x10000, 0x10000-0x20000, 0x10000+64K',
      range,
    )
    .option('--bo <handle>', 'only calls about this object', number)
    .option('--label <text>', 'only calls about objects that have this text in their label', someText)
    .option('--tid <thread>', 'only calls of this thread', number)
    .option('--failed', failed)
    .option('-i, --ioctl <names>', 'only these calls, separated by commas: VM_BIND,mmap', names);
}

export function questionOf({ vm, va, bo, label, tid, failed, ioctl }: SelectionOptions): Question {
  return {
    ...(vm === undefined ? {} : { vm }),
    ...(va === undefined ? {} : { va }),
    ...(bo === undefined ? {} : { bo }),
    ...(label === undefined ? {} : { label }),
    ...(tid === undefined ? {} : { tid }),
    ...(failed === undefined ? {} : { failed }),
    ...(ioctl === undefined ? {} : { ioctl }),
  };
}

function someText(value: string): string {
  if (value === '') throw new InvalidArgumentError('expected a part of a label');
  return value;
}

function number(value: string): number {
  if (!/^\d{1,10}$/.test(value)) throw new InvalidArgumentError('expected a number');
  return Number(value);
}

/** Names, with commas in the parentheses of request numbers left alone. */
function names(value: string): string[] {
  const list = value.split(/,(?![^({]*[)}])/).map((name) => name.trim());
  for (const name of list) {
    if (name !== 'mmap' && name !== 'close' && !isKnownName(name))
      throw new InvalidArgumentError(`${name}: no such ioctl`);
  }
  return list;
}

const UNITS: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

/** `A`, `A-B` (B not included) or `A+SIZE`; bytes. */
export function range(value: string): { start: number; end: number } {
  const address = '0[xX][0-9a-fA-F]{1,12}|\\d{1,15}';
  const match = new RegExp(`^(${address})(?:-(${address})|\\+(${address})([KMG]?))?$`).exec(value);
  if (match === null) throw new InvalidArgumentError('expected 0x10000, 0x10000-0x20000 or 0x10000+64K');
  const start = Number(match[1]);
  const end =
    match[2] !== undefined
      ? Number(match[2])
      : start + (match[3] === undefined ? 1 : Number(match[3]) * UNITS[match[4]]);
  if (end <= start) throw new InvalidArgumentError('the range is empty');
  return { start, end };
}
