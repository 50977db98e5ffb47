/** What an operation of a vector stream must look like before the model gets it (SCHEMA.md, "Ops"). */
import { hex } from '../../uapi/hex.ts';
import { BO_LAYOUTS } from '../driver/gem/sg.ts';
import type { Fields } from './op-fields.ts';
import type { Json } from './recorder.ts';

/** What is wrong with an operation. */
export interface OpFault {
  /** `in.size`, `in.mid.ops[1].vm`. */
  field: string;
  found: string;
  expected: string;
}

/** Bytes of the largest object by layout: what the model keeps of one, and spends on making it, grows with its pieces. */
const MAX_BYTES: Readonly<Record<string, number>> = { contig2M: 2 ** 36, huge2M: 2 ** 36 };
const MAX_BYTES_4K = 2 ** 32;
/** Entries of a scatter list, faults, operations in an operation. */
const MAX_ITEMS = 1 << 16;
const MAX_DEPTH = 8;
const MAX_AS = 32;

/** Numeric fields of each operation. */
const NUMBERS: Readonly<Record<string, readonly string[]>> = {
  init: ['as_present', 'va_bits', 'pa_bits', 'coherent', 'task_size'],
  vm_create: ['user_va_range', 'flags'],
  mcu_vm_create: [],
  vm_destroy: ['vm'],
  bo_create: ['size', 'seed', 'excl'],
  bo_destroy: ['bo'],
  bind: ['vm', 'flags', 'bo', 'bo_off', 'va', 'size', 'async', 'nsync', 'dump', 'cap', 'mid_at'],
  kmap: ['vm', 'bo', 'bo_off', 'va', 'size', 'flags', 'dump', 'cap'],
  kunmap: ['vm', 'va', 'size', 'dump', 'cap'],
  active: ['vm'],
  idle: ['vm'],
  fault: [],
  suspend: [],
  resume: [],
  pre_reset: [],
  hw_reset: [],
  post_reset: [],
  unplug: [],
  stuck: ['as', 'skip', 'times'],
  flush_fail: ['skip', 'times'],
  oom: ['skip', 'times'],
  lock: ['vm', 'start', 'size'],
  unlock: ['vm'],
  pack: ['start', 'size', 'as'],
  get_pgsize: ['addr', 'size'],
  lookup: ['vm', 'va'],
  flush_all: ['vm'],
  alloc_va: ['vm', 'va', 'size'],
  free_va: ['vm', 'node'],
  get_state: ['vm', 'cap'],
  leak: [],
  seq: [],
};

/** The first thing that is wrong with an operation, or null. Fields that the operation does not have are passed over. */
export function checkOp(op: unknown, path = 'in', depth = 0): OpFault | null {
  const wrong = (field: string, value: unknown, expected: string): OpFault => {
    return { field: field === '' ? path : `${path}.${field}`, found: describe(value), expected };
  };
  if (typeof op !== 'object' || op === null || Array.isArray(op)) return wrong('', op, 'an operation');
  if (depth > MAX_DEPTH) return wrong('', op, `at most ${MAX_DEPTH} operations in each other`);
  const fields = op as Fields;
  const name = fields.op;
  if (typeof name !== 'string' || !Object.hasOwn(NUMBERS, name))
    return wrong('op', name, 'an operation’s name');
  for (const key of NUMBERS[name]) {
    const value = fields[key];
    if (value !== undefined && toNumber(value) === null)
      return wrong(key, value, 'a number of up to 64 bits');
  }
  if (name === 'pack' && (fields.start === undefined || fields.size === undefined)) {
    return wrong(fields.start === undefined ? 'start' : 'size', undefined, 'a number of up to 64 bits');
  }
  if ((name === 'stuck' || name === 'pack') && (toNumber(fields.as ?? 0) as number) >= MAX_AS) {
    return wrong('as', fields.as, `an address space below ${MAX_AS}`);
  }
  if (name === 'init' && fields.dummy_layout !== undefined && !isLayout(fields.dummy_layout)) {
    return wrong('dummy_layout', fields.dummy_layout, BO_LAYOUTS.join(', '));
  }
  if (name === 'bo_create') return checkObject(fields, wrong);
  if (name === 'fault') return checkFaults(fields.faults, wrong);
  if (fields.mid !== undefined) return checkOp(fields.mid, `${path}.mid`, depth + 1);
  if (name !== 'seq') return null;
  if (!isList(fields.ops)) return wrong('ops', fields.ops, `a list of up to ${MAX_ITEMS} operations`);
  for (const [i, one] of fields.ops.entries()) {
    const fault = checkOp(one, `${path}.ops[${i}]`, depth + 1);
    if (fault !== null) return fault;
  }
  return null;
}

type Wrong = (field: string, value: unknown, expected: string) => OpFault;

function checkObject(fields: Fields, wrong: Wrong): OpFault | null {
  const { sg, layout, size = 0 } = fields;
  if (sg === undefined) {
    if (!isLayout(layout)) return wrong('layout', layout, `${BO_LAYOUTS.join(', ')}, or sg`);
    const most = MAX_BYTES[layout] ?? MAX_BYTES_4K;
    if ((toNumber(size) as number) > most) return wrong('size', size, `at most ${hex(most)} bytes`);
    return null;
  }
  if (!isList(sg)) return wrong('sg', sg, `a list of up to ${MAX_ITEMS} pieces`);
  for (const [i, piece] of sg.entries()) {
    const good = Array.isArray(piece) && piece.length === 3 && piece.every((one) => toNumber(one) !== null);
    if (!good) return wrong(`sg[${i}]`, piece, '[address, length, folio]');
  }
  return null;
}

function checkFaults(faults: Json | undefined, wrong: Wrong): OpFault | null {
  if (!isList(faults)) return wrong('faults', faults, `a list of up to ${MAX_ITEMS} faults`);
  for (const [i, one] of faults.entries()) {
    const good = Array.isArray(one) && one.length === 3 && one.every((part) => toNumber(part) !== null);
    if (!good || (toNumber(one[0]) as number) >= MAX_AS) {
      return wrong(`faults[${i}]`, one, `[address space below ${MAX_AS}, address, status]`);
    }
  }
  return null;
}

/** A JSON number or a decimal or hex string, up to 64 bits and not negative; null for anything else. */
function toNumber(value: Json): number | null {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? value : null;
  if (typeof value !== 'string' || !/^(0x[0-9a-f]{1,16}|[0-9]{1,20})$/i.test(value)) return null;
  return BigInt(value) < 1n << 64n ? Number(value) : null;
}

function isLayout(value: Json | undefined): value is (typeof BO_LAYOUTS)[number] {
  return BO_LAYOUTS.some((layout) => layout === value);
}

function isList(value: Json | undefined): value is Json[] {
  return Array.isArray(value) && value.length <= MAX_ITEMS;
}

function describe(value: unknown): string {
  if (value === undefined) return 'no such field';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
