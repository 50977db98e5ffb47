/** Lists and texts that stand in JSON where the struct has a pointer: they become buffers of their own. */
import { CodecError, encode, type Json, type JsonObject } from '../../uapi/codec.ts';
import type { BufferSpec, NumberRef } from '../../uapi/ioctl.ts';
import type { StructLayout } from '../../uapi/layout.ts';
import { PAGE_SIZE } from '../../uapi/sizes.ts';
import type { Region } from './payload.ts';

/** Where the first buffer is put, unless others are there. */
const FIRST_ADDRESS = 0x10000n;
const PAGE = BigInt(PAGE_SIZE);

/** Makes buffers for the lists in one request, at addresses that nothing else of it has. */
export class NestedArrays {
  readonly made: Region[] = [];
  #next = FIRST_ADDRESS;

  /** `taken`: the buffers that are given with their addresses. */
  constructor(taken: readonly Region[]) {
    for (const { address, bytes } of taken) this.#pass(address + BigInt(bytes.length));
  }

  /**
   * The bytes of a struct whose JSON may have lists in the place of pointers. `encodeRest` makes those of what is left
   * without them.
   *
   * @throws CodecError
   */
  bytes(
    layout: StructLayout,
    specs: readonly BufferSpec[],
    value: Json,
    path: string,
    encodeRest: (rest: Json) => Uint8Array = (rest) => encode(layout, rest, path),
  ): Uint8Array {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return encodeRest(value);
    const object = value as JsonObject;
    const lists = specs.filter((spec) => isList(spec, object[nameOf(spec)]));
    if (lists.length === 0) return encodeRest(value);
    const names = lists.map(nameOf);
    const rest = Object.fromEntries(Object.entries(object).filter(([key]) => !names.includes(key)));
    const bytes = encodeRest(rest);
    for (const spec of lists) this.#list(spec, object[nameOf(spec)], bytes, `${path}.${nameOf(spec)}`);
    return bytes;
  }

  #list(spec: BufferSpec, list: Json, bytes: Uint8Array, path: string): void {
    const elements = typeof list === 'string' ? [] : (list as readonly Json[]);
    const parts =
      typeof list === 'string'
        ? [Buffer.from(`${list}\0`)]
        : elements.map((one, i) => this.#element(spec, one, `${path}[${i}]`, bytes));
    const data = new Uint8Array(Buffer.concat(parts));
    const address = this.#next;
    this.made.push({ address, bytes: data });
    this.#pass(address + BigInt(data.length));
    write(bytes, spec.pointer, elements.length === 0 && typeof list !== 'string' ? 0n : address);
    if (typeof spec.stride !== 'number') write(bytes, spec.stride, BigInt(spec.elementSize));
    const count = spec.kind === 'array' ? elements.length : data.length;
    if (typeof spec.count !== 'number') write(bytes, spec.count, BigInt(count));
  }

  #element(spec: BufferSpec, value: Json, path: string, parent: Uint8Array): Uint8Array {
    const struct = spec.variants?.structs[readU32(parent, spec.variants.selector)] ?? spec.element;
    if (struct !== null) return this.bytes(struct, spec.nested, value, path);
    const good =
      typeof value === 'number' || (typeof value === 'string' && /^(0x[0-9a-f]+|[0-9]+)$/i.test(value));
    const n = good ? BigInt(value) : -1n;
    if (n < 0n || n >> BigInt(8 * spec.elementSize) !== 0n) {
      throw new CodecError(path, JSON.stringify(value), `an integer of ${8 * spec.elementSize} bits`);
    }
    const bytes = new Uint8Array(spec.elementSize);
    write(bytes, { path, offset: 0, size: spec.elementSize }, n);
    return bytes;
  }

  #pass(end: bigint): void {
    const next = ((end + PAGE - 1n) / PAGE) * PAGE;
    if (next > this.#next) this.#next = next;
  }
}

/** `ops` of the pointer `ops.array`. */
function nameOf(spec: BufferSpec): string {
  return spec.pointer.path.replace(/\.array$/, '');
}

/** Whether JSON has the list (or the text) itself where the struct has a pointer. */
function isList(spec: BufferSpec, value: Json | undefined): boolean {
  if (Array.isArray(value)) return true;
  return spec.isText && typeof value === 'string' && !/^(0x[0-9a-f]+|[0-9]+)$/i.test(value);
}

function readU32(bytes: Uint8Array, { offset }: NumberRef): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(offset, true);
}

function write(bytes: Uint8Array, { offset, size }: NumberRef, value: bigint): void {
  for (let i = 0; i < size && offset + i < bytes.length; i++)
    bytes[offset + i] = Number((value >> BigInt(8 * i)) & 0xffn);
}
