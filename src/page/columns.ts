/** Columns as bytes: a line of JSON that names them, then their values, each aligned to 8 bytes, little-endian. */
import type { Column, Columns } from './data.ts';

const TYPES = { f64: Float64Array, u32: Uint32Array, i32: Int32Array, u16: Uint16Array, u8: Uint8Array };
type TypeName = keyof typeof TYPES;

interface Part {
  name: string;
  type: TypeName;
  length: number;
}

function typeOf(column: Column): TypeName {
  for (const [name, type] of Object.entries(TYPES)) if (column instanceof type) return name as TypeName;
  throw new TypeError('no column');
}

const aligned = (bytes: number): number => Math.ceil(bytes / 8) * 8;

/** The bytes that unpackColumns() reads, `meta` (any JSON) in front. */
export function packColumns(meta: unknown, columns: Columns): Uint8Array {
  const parts = Object.entries(columns).map(([name, column]): Part => {
    return { name, type: typeOf(column), length: column.length };
  });
  const head = new TextEncoder().encode(JSON.stringify({ meta, parts }));
  let size = 8 + aligned(head.length);
  for (const column of Object.values(columns)) size += aligned(column.byteLength);
  const bytes = new Uint8Array(size);
  new DataView(bytes.buffer).setUint32(0, head.length, true);
  bytes.set(head, 8);
  let at = 8 + aligned(head.length);
  for (const column of Object.values(columns)) {
    bytes.set(new Uint8Array(column.buffer, column.byteOffset, column.byteLength), at);
    at += aligned(column.byteLength);
  }
  return bytes;
}

/** What packColumns() made; the columns are views into `bytes`. */
export function unpackColumns(bytes: Uint8Array): { meta: unknown; columns: Columns } {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  const { meta, parts } = head as { meta: unknown; parts: Part[] };
  const columns: Record<string, Column> = {};
  let at = bytes.byteOffset + 8 + aligned(length);
  for (const { name, type, length: count } of parts) {
    columns[name] = new TYPES[type](bytes.buffer as ArrayBuffer, at, count);
    at += aligned(count * TYPES[type].BYTES_PER_ELEMENT);
  }
  return { meta, columns };
}
