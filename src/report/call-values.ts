/** Values of calls as strace prints them; call.ts puts them together. */

import { readScalar } from '../../uapi/codec.ts';
import { hex } from '../../uapi/hex.ts';
import { type Field, scalarSize } from '../../uapi/layout.ts';
import { visible } from '../../uapi/visible.ts';
import { symbolic } from './symbols.ts';

/** Bytes before and after the call; `after` is `before` where nothing changed. */
export interface Sides {
  before: Uint8Array;
  after: Uint8Array;
}

/** Whether a field is zero before and after the call. */
export function isZero(sides: Sides, field: Field): boolean {
  const end = field.offset + field.size;
  return (
    sides.before.subarray(field.offset, end).every((b) => b === 0) &&
    sides.after.subarray(field.offset, end).every((b) => b === 0)
  );
}

/** A field before and after the call, in one text. */
export function value(field: Field, sides: Sides): string {
  const after = one(field, sides.after);
  if (field.info.dir === 'out') return after;
  const before = one(field, sides.before);
  return before === after ? before : `${before} => ${after}`;
}

/** One field's value in one of the two states. */
function one(field: Field, bytes: Uint8Array): string {
  const { type, info, offset } = field;
  if (typeof type !== 'string') return plainBytes(bytes.subarray(offset, offset + field.size));
  if (field.length > 0) {
    const step = scalarSize[type];
    const items = Array.from({ length: field.length }, (_, i) => readScalar(bytes, offset + i * step, type));
    return `[${items.map((n) => (info.hex === true ? hex(n) : `${n}`)).join(', ')}]`;
  }
  const n = readScalar(bytes, offset, type);
  if (info.set !== undefined) return symbolic(info.set, Number(BigInt(n) & 0xffffffffn), info.bitPerValue);
  if (type === 's64') return `${BigInt.asIntN(64, BigInt(n))}`;
  return info.hex === true || info.unit === 'address' || info.unit === 'file offset' ? hex(n) : `${n}`;
}

/** An element of a plain array of `size` bytes an element. */
export function scalars(sides: Sides, size: number): string {
  const read = (bytes: Uint8Array): string => `${readScalar(bytes, 0, size === 8 ? 'u64' : 'u32')}`;
  const [before, after] = [read(sides.before), read(sides.after)];
  return before === after ? before : `${before} => ${after}`;
}

/** Text up to its NUL, in quotes. */
export function quoted(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return visible(JSON.stringify(Buffer.from(end < 0 ? bytes : bytes.subarray(0, end)).toString('latin1')));
}

/** Bytes without a layout, the first 64 of them. */
export function plainBytes(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.subarray(0, 64)).toString('hex');
  return `"${text}${bytes.length > 64 ? '…' : ''}"`;
}

/** PROT_* of mman-common.h. */
export function protection(prot: number): string {
  return flagNames(prot, ['PROT_READ', 'PROT_WRITE', 'PROT_EXEC'], 'PROT_NONE');
}

/** MAP_* of mman-common.h. */
export function mapFlags(flags: number): string {
  const type = flags & 15;
  const names = ['0', 'MAP_SHARED', 'MAP_PRIVATE', 'MAP_SHARED_VALIDATE'];
  const rest = (flags & ~15) >>> 0;
  return (names[type] ?? hex(type)) + (rest === 0 ? '' : `|${hex(rest)}`);
}

function flagNames(value: number, names: string[], none: string): string {
  const set = names.filter((_, bit) => (value & (1 << bit)) !== 0);
  const rest = (value & ~((1 << names.length) - 1)) >>> 0;
  if (rest !== 0) set.push(hex(rest));
  return set.length === 0 ? none : set.join('|');
}
