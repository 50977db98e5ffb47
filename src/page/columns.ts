/**
 * Columns as bytes: a line of JSON that names them, then their values. Values are laid down so that packing finds little that
 * is new: the differences of a column that never falls, and the first bytes of all values, then the second ones, and so on.
 */
import type { Column, Columns } from './data.ts';

const TYPES = { f64: Float64Array, u32: Uint32Array, i32: Int32Array, u16: Uint16Array, u8: Uint8Array };
type TypeName = keyof typeof TYPES;

interface Part {
  name: string;
  type: TypeName;
  length: number;
  /** Values are the differences to the one before. */
  delta: boolean;
}

function typeOf(column: Column): TypeName {
  for (const [name, type] of Object.entries(TYPES)) if (column instanceof type) return name as TypeName;
  throw new TypeError('no column');
}

/** Bytes of a value: a Float64Array holds integers from 0 to 2^53 here. */
const bytesOf = (type: TypeName): number => TYPES[type].BYTES_PER_ELEMENT;

function neverFalls(column: Column): boolean {
  for (let i = 0; i < column.length; i++) if (column[i] < (i === 0 ? 0 : column[i - 1])) return false;
  return true;
}

/** The bytes that unpackColumns() reads, `meta` (any JSON) in front. */
export function packColumns(meta: unknown, columns: Columns): Uint8Array {
  const parts = Object.entries(columns).map(([name, column]): Part => {
    return { name, type: typeOf(column), length: column.length, delta: neverFalls(column) };
  });
  const head = new TextEncoder().encode(JSON.stringify({ meta, parts }));
  const bytes = new Uint8Array(
    parts.reduce((sum, { type, length }) => sum + bytesOf(type) * length, 4 + head.length),
  );
  new DataView(bytes.buffer).setUint32(0, head.length, true);
  bytes.set(head, 4);
  let at = 4 + head.length;
  for (const { name, type, length, delta } of parts) {
    const column = columns[name];
    for (let i = 0; i < length; i++) {
      const value = column[i] - (delta && i > 0 ? column[i - 1] : 0);
      const [low, high] = [value >>> 0, Math.floor(value / 0x100000000)];
      for (let b = 0; b < bytesOf(type); b++)
        bytes[at + b * length + i] = (b < 4 ? low : high) >>> (8 * (b & 3));
    }
    at += bytesOf(type) * length;
  }
  return bytes;
}

/** What packColumns() made. */
export function unpackColumns(bytes: Uint8Array): { meta: unknown; columns: Columns } {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  const { meta, parts } = head as { meta: unknown; parts: Part[] };
  const columns: Record<string, Column> = {};
  let at = 4 + length;
  for (const part of parts) {
    columns[part.name] = unpack(bytes.subarray(at), part);
    at += bytesOf(part.type) * part.length;
  }
  return { meta, columns };
}

function unpack(bytes: Uint8Array, { type, length, delta }: Part): Column {
  const column = new TYPES[type](length);
  const width = bytesOf(type);
  let before = 0;
  for (let i = 0; i < length; i++) {
    let value = bytes[i];
    if (width > 1) value |= bytes[length + i] << 8;
    if (width > 2) value |= (bytes[2 * length + i] << 16) | (bytes[3 * length + i] << 24);
    if (width === 8) {
      const high = bytes[4 * length + i] | (bytes[5 * length + i] << 8) | (bytes[6 * length + i] << 16);
      value = high * 0x100000000 + (value >>> 0);
    } else if (type !== 'i32' || delta) value >>>= 0;
    before = delta ? before + value : value;
    column[i] = before;
  }
  return column;
}
