/**
 * A payload as JSON and back, byte for byte. Buffers are listed flat, in the order in which pointers lead to them; what
 * is given but no pointer leads to stays as bytes.
 */

import { CodecError, decode, encode, type Json, type JsonObject } from '../../uapi/codec.ts';
import { errnoName } from '../../uapi/errno.ts';
import { hex } from '../../uapi/hex.ts';
import { buffersOf } from '../../uapi/ioctl-table.ts';
import type { StructLayout } from '../../uapi/layout.ts';
import { findIoctl, findStruct } from '../../uapi/lookup.ts';
import { panthorUapi } from '../../uapi/panthor_drm.ts';
import { parseHex, toHex } from './bytes.ts';
import { gapsOf } from './layout.ts';
import { NestedArrays } from './nested.ts';
import { allBuffers, type BufferNode, makePayload, type Payload, type Region } from './payload.ts';
import { scalars } from './render.ts';
import { judge, type Verdict } from './verdict.ts';

/** The JSON form. Everything that `fromJson` needs is in it; the rest is for the reader. */
export function toJson(payload: Payload, verdict: Verdict = judge(payload, panthorUapi)): JsonObject {
  const { spec, request, root, regions } = payload;
  const head: JsonObject = spec === null ? {} : { ioctl: spec.name, request: hex(BigInt(request)) };
  return {
    ...head,
    struct: root.layout.name,
    ...(payload.guessed ? { guessed: true } : {}),
    ...structJson(root.layout, root.bytes),
    buffers: buffersJson(payload, regions),
    rejects: verdict.rejects.map(({ errno, path, why, where }) => ({
      errno: errnoName(errno),
      path,
      why,
      where,
    })),
    conditions: verdict.conditions.map(({ errno, path, why }) => ({ errno: errnoName(errno), path, why })),
  };
}

function structJson(layout: StructLayout, bytes: Uint8Array): JsonObject {
  const tail = bytes.subarray(layout.size);
  // Only drm_version has bytes that belong to no field; a caller may leave anything there.
  const holes = gapsOf(layout).flatMap(({ offset, size }) => {
    const hole = bytes.subarray(offset, offset + size);
    return hole.some((byte) => byte !== 0) ? [[`${offset}`, toHex(hole)] as const] : [];
  });
  return {
    size: bytes.length,
    value: decode(layout, bytes),
    ...(holes.length === 0 ? {} : { holes: Object.fromEntries(holes) }),
    ...(tail.length === 0 ? {} : { tail: toHex(tail) }),
  };
}

/** One entry for each region, under the first pointer to its start; other pointers into it are not repeated. */
function buffersJson(payload: Payload, regions: readonly Region[]): JsonObject[] {
  const nodes = allBuffers(payload.root);
  const left = new Set(regions);
  const byAddress = new Map<bigint, Region>();
  for (const region of regions) if (!byAddress.has(region.address)) byAddress.set(region.address, region);
  const found: JsonObject[] = [];
  for (const node of nodes) {
    const region = byAddress.get(node.address);
    if (region === undefined || !left.delete(region)) continue;
    found.push(bufferJson(node, region));
  }
  for (const region of left) found.push({ addr: hex(region.address), bytes: toHex(region.bytes) });
  return found;
}

function bufferJson(node: BufferNode, region: Region): JsonObject {
  const head = { path: node.path, addr: hex(region.address) };
  const typed = typedJson(node);
  if (typed === null) return { ...head, bytes: toHex(region.bytes) };
  const rest = region.bytes.subarray(typed.length);
  return { ...head, ...typed.json, ...(rest.length === 0 ? {} : { rest: toHex(rest) }) };
}

/** The elements of a buffer and how many bytes they take; null where bytes say it better. */
function typedJson(node: BufferNode): { json: JsonObject; length: number } | null {
  const { spec, layout, bytes, items } = node;
  if (bytes === null) return null;
  if (layout !== null) {
    const json = { struct: layout.name, items: items.map((item) => structJson(layout, item.bytes)) };
    return { json, length: items.reduce((sum, item) => sum + item.bytes.length, 0) };
  }
  if (spec.isText) {
    const end = bytes.indexOf(0);
    const text = end < 0 ? bytes : bytes.subarray(0, end);
    if (text.some((byte) => byte < 0x20 || byte > 0x7e)) return null;
    return { json: { text: Buffer.from(text).toString('latin1') }, length: text.length };
  }
  if (spec.elementSize === 1) return null;
  const values = scalars(bytes, spec.elementSize);
  const shown = values.map((value): Json => (spec.elementSize === 8 ? hex(value) : Number(value)));
  return {
    json: { type: `u${8 * spec.elementSize}`, values: shown },
    length: values.length * spec.elementSize,
  };
}

/**
 * The payload that `toJson` made into JSON, or a call that `dump --json` printed. Written by hand, it needs `ioctl` or
 * `struct`, and `value`; `size` and buffers are optional, and a list may stand where a pointer to one does.
 *
 * @throws CodecError, LookupError or BytesError that names what is wrong.
 */
export function fromJson(json: Json): Payload {
  const object = asObject(json, 'the input');
  const { request, struct } = object;
  const ioctl = object.ioctl ?? object.name;
  if (ioctl === undefined && request === undefined && struct === undefined) {
    throw new CodecError('the input', Object.keys(object).join(', '), 'ioctl, request or struct');
  }
  const found =
    ioctl === undefined && request === undefined ? null : findIoctl(asText(request ?? ioctl, 'request'));
  const layout = struct === undefined ? found?.spec.arg : findStruct(asText(struct, 'struct'));
  if (layout == null) throw new CodecError('the input', 'an ioctl without argument', 'a struct');
  const given = asArray(object.buffers ?? [], 'buffers').map((one, i) => regionOf(one, `buffers[${i}]`));
  const nested = new NestedArrays(given);
  const specs = found?.spec.buffers ?? buffersOf(layout);
  const value = object.value ?? object.arg ?? {};
  const bytes = nested.bytes(layout, specs, value, layout.name, (rest) =>
    structBytes(layout, { ...object, value: rest }, layout.name),
  );
  const regions = [...given, ...nested.made];
  return makePayload(layout, bytes, regions, found?.spec ?? null, found?.request ?? 0);
}

function structBytes(layout: StructLayout, object: JsonObject, path: string): Uint8Array {
  const known = encode(layout, object.value ?? {}, path);
  for (const [offset, hole] of Object.entries(asObject(object.holes ?? {}, `${path}.holes`))) {
    const gap = gapsOf(layout).find((one) => `${one.offset}` === offset);
    const there = parseHex(asText(hole, `${path}.holes.${offset}`));
    if (gap === undefined || there.length > gap.size) {
      throw new CodecError(`${path}.holes.${offset}`, `${there.length} bytes`, 'bytes that fit a hole');
    }
    known.set(there, gap.offset);
  }
  const tail = object.tail === undefined ? new Uint8Array() : parseHex(asText(object.tail, `${path}.tail`));
  const size = object.size === undefined ? layout.size + tail.length : asCount(object.size, `${path}.size`);
  const bytes = new Uint8Array(size);
  bytes.set(known.subarray(0, size));
  if (tail.length > Math.max(0, size - layout.size)) {
    throw new CodecError(
      `${path}.tail`,
      `${tail.length} bytes`,
      `at most ${Math.max(0, size - layout.size)}`,
    );
  }
  bytes.set(tail, Math.min(layout.size, size));
  return bytes;
}

function regionOf(json: Json, path: string): Region {
  const object = asObject(json, path);
  const address = asAddress(object.addr, `${path}.addr`);
  const parts: Uint8Array[] = [];
  if (object.bytes !== undefined) parts.push(parseHex(asText(object.bytes, `${path}.bytes`)));
  if (object.text !== undefined) parts.push(Buffer.from(asText(object.text, `${path}.text`), 'latin1'));
  if (object.items !== undefined) {
    const layout = findStruct(asText(object.struct ?? null, `${path}.struct`));
    for (const [i, item] of asArray(object.items, `${path}.items`).entries()) {
      parts.push(structBytes(layout, asObject(item, `${path}.items[${i}]`), `${path}.items[${i}]`));
    }
  }
  if (object.values !== undefined) parts.push(valuesBytes(object, path));
  if (object.rest !== undefined) parts.push(parseHex(asText(object.rest, `${path}.rest`)));
  return { address, bytes: Uint8Array.from(Buffer.concat(parts)) };
}

function valuesBytes(object: JsonObject, path: string): Uint8Array {
  const size = object.type === 'u64' ? 8 : object.type === 'u32' ? 4 : 0;
  if (size === 0)
    throw new CodecError(`${path}.type`, JSON.stringify(object.type) ?? 'nothing', 'u32 or u64');
  const values = asArray(object.values, `${path}.values`);
  const bytes = Buffer.alloc(values.length * size);
  for (const [i, value] of values.entries()) {
    const n = asAddress(value, `${path}.values[${i}]`);
    if (n >> BigInt(8 * size) !== 0n)
      throw new CodecError(`${path}.values[${i}]`, hex(n), `${8 * size} bits`);
    if (size === 8) bytes.writeBigUInt64LE(n, i * 8);
    else bytes.writeUInt32LE(Number(n), i * 4);
  }
  return bytes;
}

function asObject(json: Json | undefined, path: string): JsonObject {
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json as JsonObject;
  throw new CodecError(path, JSON.stringify(json) ?? 'nothing', 'an object');
}

function asArray(json: Json, path: string): readonly Json[] {
  if (Array.isArray(json)) return json;
  throw new CodecError(path, JSON.stringify(json), 'an array');
}

function asText(json: Json | undefined, path: string): string {
  if (typeof json === 'string') return json;
  throw new CodecError(path, JSON.stringify(json) ?? 'nothing', 'a string');
}

function asCount(json: Json, path: string): number {
  if (typeof json === 'number' && Number.isInteger(json) && json >= 0 && json <= 0x1000000) return json;
  throw new CodecError(path, JSON.stringify(json), 'a number of bytes');
}

function asAddress(json: Json | undefined, path: string): bigint {
  if (typeof json === 'number' && Number.isSafeInteger(json) && json >= 0) return BigInt(json);
  if (typeof json === 'string' && /^(0x[0-9a-fA-F]{1,16}|[0-9]{1,20})$/.test(json)) return BigInt(json);
  throw new CodecError(path, JSON.stringify(json) ?? 'nothing', 'an unsigned integer of 64 bits');
}
