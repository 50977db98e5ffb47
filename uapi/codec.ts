/**
 * Struct bytes to plain JSON values and back. Integers of 64 bits are hex strings in two's complement, so that nothing
 * is lost on the way; smaller ones are numbers. Hot paths read fields in place by their offsets instead.
 */

import type { EnumTable } from './enumeration.ts';
import { hex } from './hex.ts';
import { type Field, type Scalar, type StructLayout, scalarSize } from './layout.ts';

export type Json = number | string | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** A value that a field cannot hold. */
export class CodecError extends Error {
  readonly field: string;
  readonly found: string;
  readonly expected: string;

  constructor(field: string, found: string, expected: string) {
    super(`${field}: found ${found}, expected ${expected}`);
    this.name = 'CodecError';
    this.field = field;
    this.found = found;
    this.expected = expected;
  }
}

const isSigned = (type: Scalar): boolean => type === 's32' || type === 's64';
const isWide = (type: Scalar): boolean => scalarSize[type] === 8;

/** Reads one scalar; bytes beyond the end of `bytes` read as zero. 64-bit scalars are unsigned BigInts. */
export function readScalar(bytes: Uint8Array, at: number, type: Scalar): number | bigint {
  let low = 0;
  const size = scalarSize[type];
  for (let i = Math.min(size, 4) - 1; i >= 0; i--) low = low * 256 + (bytes[at + i] ?? 0);
  if (size < 8) return isSigned(type) ? low | 0 : low;
  let high = 0;
  for (let i = 7; i >= 4; i--) high = high * 256 + (bytes[at + i] ?? 0);
  return (BigInt(high) << 32n) | BigInt(low);
}

function writeScalar(bytes: Uint8Array, at: number, type: Scalar, value: bigint): void {
  for (let i = 0; i < scalarSize[type]; i++) bytes[at + i] = Number((value >> BigInt(8 * i)) & 0xffn);
}

function scalarToJson(value: number | bigint): Json {
  return typeof value === 'bigint' ? hex(value) : value;
}

/**
 * The fields of a struct at bytes[at] as a JSON object, in the order of the struct. Missing bytes read as zero, bytes
 * past the struct are left out.
 */
export function decode(layout: StructLayout, bytes: Uint8Array, at = 0): JsonObject {
  const out: Record<string, Json> = {};
  for (const field of layout.fields) out[field.name] = decodeField(field, bytes, at + field.offset);
  return out;
}

function decodeField(field: Field, bytes: Uint8Array, at: number): Json {
  const { type } = field;
  if (typeof type !== 'string') return decode(type, bytes, at);
  if (field.length === 0) return scalarToJson(readScalar(bytes, at, type));
  const step = scalarSize[type];
  return Array.from({ length: field.length }, (_, i) => scalarToJson(readScalar(bytes, at + i * step, type)));
}

/**
 * The bytes of a JSON object as `decode` makes it. Fields that are not there are zero. An integer may be a number, a
 * decimal or hex string, or names of the field's flags joined by `|`, in full or as reports print them.
 *
 * @throws CodecError for a field that the struct has not, a value of the wrong kind or one that does not fit.
 */
export function encode(layout: StructLayout, value: Json, path: string = layout.name): Uint8Array {
  const bytes = new Uint8Array(layout.size);
  encodeInto(layout, value, path, bytes, 0);
  return bytes;
}

function encodeInto(layout: StructLayout, value: Json, path: string, bytes: Uint8Array, at: number): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new CodecError(path, describe(value), `an object with the fields of ${layout.name}`);
  }
  const object = value as JsonObject;
  for (const key of Object.keys(object)) {
    if (!layout.fields.some((field) => field.name === key)) {
      throw new CodecError(`${path}.${key}`, 'a field', layout.fields.map((field) => field.name).join(', '));
    }
  }
  for (const field of layout.fields) {
    if (!Object.hasOwn(object, field.name)) continue;
    encodeField(field, object[field.name], `${path}.${field.name}`, bytes, at + field.offset);
  }
}

function encodeField(field: Field, value: Json, path: string, bytes: Uint8Array, at: number): void {
  const { type, length } = field;
  if (typeof type !== 'string') {
    encodeInto(type, value, path, bytes, at);
  } else if (length === 0) {
    writeScalar(bytes, at, type, toInteger(value, type, path, field.info.set, field.info.bitPerValue));
  } else {
    if (!Array.isArray(value) || value.length !== length) {
      throw new CodecError(path, describe(value), `an array of ${length} integers`);
    }
    for (const [i, one] of (value as readonly Json[]).entries()) {
      writeScalar(bytes, at + i * scalarSize[type], type, toInteger(one, type, `${path}[${i}]`));
    }
  }
}

/**
 * An integer of `type` from JSON, in the range of the type; negative numbers of a signed type stay negative.
 *
 * @throws CodecError
 */
export function toInteger(
  value: Json,
  type: Scalar,
  path: string,
  set?: EnumTable,
  bitPerValue = false,
): bigint {
  const bits = BigInt(8 * scalarSize[type]);
  const expected = `an integer of ${bits} bits${set ? ` or names of ${set.name}` : ''}`;
  const n = parseInteger(value, set, bitPerValue);
  if (n === undefined) throw new CodecError(path, describe(value), expected);
  const low = isSigned(type) ? -(1n << (bits - 1n)) : 0n;
  // A signed 64-bit value is written as its bit pattern, so the whole unsigned range is fine for it too.
  const high = isSigned(type) && !isWide(type) ? (1n << (bits - 1n)) - 1n : (1n << bits) - 1n;
  if (n < low || n > high) throw new CodecError(path, describe(value), expected);
  return n;
}

function parseInteger(value: Json, set: EnumTable | undefined, bitPerValue: boolean): bigint | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : undefined;
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (/^-?(0[xX][0-9a-fA-F]+|[0-9]+)$/.test(text)) {
    return text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text);
  }
  if (set === undefined) return undefined;
  let sum = 0n;
  for (const part of text.split('|').map((one) => one.trim())) {
    const known = enumeratorOf(set, part.replace(/^bit /, ''));
    if (known !== undefined && bitPerValue) sum |= 1n << BigInt(known.value);
    else if (known !== undefined) sum |= BigInt(known.value) & 0xffffffffn;
    else if (/^(0[xX][0-9a-fA-F]+|[0-9]+)$/.test(part)) sum |= BigInt(part);
    else return undefined;
  }
  return sum;
}

/** By its C name, or by the end of it that no other has, which is how reports print it (`MAP_NOEXEC`, `GPU_INFO`). */
function enumeratorOf(set: EnumTable, name: string): EnumTable['enumerators'][number] | undefined {
  const exact = set.enumerators.find((one) => one.name === name);
  if (exact !== undefined || name === '') return exact;
  const ending = set.enumerators.filter((one) => one.name.endsWith(`_${name}`));
  return ending.length === 1 ? ending[0] : undefined;
}

function describe(value: Json | undefined): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
