/**
 * Arguments of ioctls as plain data: fields by name or path, and what pointers lead to beside them. Tables of calls are
 * written in it, tests lay it out in user memory.
 */
import { fieldAt, type StructLayout } from '../../../uapi/layout.ts';

/** What a pointer leads to. */
export type Buffer =
  | {
      readonly kind: 'structs';
      readonly of: StructLayout;
      readonly elements: readonly Struct[];
      readonly stride: number;
      readonly tail: number;
    }
  | { readonly kind: 'numbers'; readonly width: 4 | 8; readonly values: readonly (number | bigint)[] }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** Nothing is mapped there. */
  | { readonly kind: 'nowhere' };

/** A struct: numbers, pointers to buffers, and object arrays (a buffer then fills in stride, count and pointer). */
export interface Struct {
  readonly [path: string]: number | bigint | Buffer | undefined;
}

/** An array of structs. */
export function structs(of: StructLayout, ...elements: Struct[]): Buffer {
  return { kind: 'structs', of, elements, stride: of.size, tail: 0 };
}

/** The same with another stride; bytes beyond the struct are `tail`. */
export function strided(of: StructLayout, stride: number, tail: number, ...elements: Struct[]): Buffer {
  return { kind: 'structs', of, elements, stride, tail };
}

export function u32s(...values: number[]): Buffer {
  return { kind: 'numbers', width: 4, values };
}

export function u64s(...values: (number | bigint)[]): Buffer {
  return { kind: 'numbers', width: 8, values };
}

/** A string with its NUL. */
export function text(value: string): Buffer {
  return { kind: 'bytes', bytes: new TextEncoder().encode(`${value}\0`) };
}

/** Bytes of the same value, room for outputs where it is 0. */
export function filled(size: number, value = 0): Buffer {
  return { kind: 'bytes', bytes: new Uint8Array(size).fill(value) };
}

export const nowhere: Buffer = { kind: 'nowhere' };

/** One piece of user memory. */
export interface Region {
  readonly addr: number;
  readonly bytes: Uint8Array;
}

/** Where the argument is, and where buffers begin, each on pages of its own. */
export const ARG_ADDR = 0x7fff0000;
const BUFFERS_ADDR = 0x10000000;
const NOWHERE_ADDR = 0xdead0000;

/** Lays an argument out in user memory; `addresses` says where each buffer came to lie. */
export class UserLayout {
  readonly regions: Region[] = [];
  readonly addresses = new Map<Buffer, number>();
  #next = BUFFERS_ADDR;

  /** The argument of `size` bytes (what the request number says); fields beyond that are cut off. */
  argument(layout: StructLayout | null, struct: Struct, size: number): Uint8Array {
    const bytes = new Uint8Array(Math.max(size, layout?.size ?? 0));
    if (layout !== null) this.#fill(layout, struct, new DataView(bytes.buffer), 0);
    const argument = bytes.subarray(0, size);
    this.regions.push({ addr: ARG_ADDR, bytes: argument });
    return argument;
  }

  #fill(layout: StructLayout, struct: Struct, view: DataView, at: number): void {
    // Explicit paths last: `'ops.stride': 1` overrides what the buffer of `ops` says.
    const entries = Object.entries(struct).sort(([a], [b]) => a.length - b.length);
    for (const [path, value] of entries) {
      if (value === undefined) continue;
      if (typeof value !== 'object') put(view, at, layout, path, value);
      else this.#point(layout, path, value, view, at);
    }
  }

  #point(layout: StructLayout, path: string, buffer: Buffer, view: DataView, at: number): void {
    const { field } = fieldAt(layout, path);
    const addr = this.#place(buffer);
    if (typeof field.type !== 'object') {
      put(view, at, layout, path, addr);
      return;
    }
    put(view, at, layout, `${path}.array`, addr);
    if (buffer.kind !== 'structs') return;
    put(view, at, layout, `${path}.stride`, buffer.stride);
    put(view, at, layout, `${path}.count`, buffer.elements.length);
  }

  #place(buffer: Buffer): number {
    if (buffer.kind === 'nowhere') return NOWHERE_ADDR;
    const bytes = this.#bytes(buffer);
    const addr = this.#next;
    this.#next += Math.ceil(bytes.length / 4096) * 4096 + 4096;
    this.regions.push({ addr, bytes });
    this.addresses.set(buffer, addr);
    return addr;
  }

  #bytes(buffer: Exclude<Buffer, { kind: 'nowhere' }>): Uint8Array {
    if (buffer.kind === 'bytes') return buffer.bytes;
    if (buffer.kind === 'numbers') {
      const view = new DataView(new ArrayBuffer(buffer.width * buffer.values.length));
      buffer.values.forEach((value, i) => {
        putNumber(view, i * buffer.width, buffer.width, value);
      });
      return new Uint8Array(view.buffer);
    }
    const { of, stride, tail, elements } = buffer;
    // Room for the last struct even where the stride is shorter.
    const bytes = new Uint8Array(
      Math.max(stride * elements.length, stride * (elements.length - 1) + of.size),
    );
    elements.forEach((element, i) => {
      bytes.fill(tail, i * stride + of.size, (i + 1) * stride);
      this.#fill(of, element, new DataView(bytes.buffer), i * stride);
    });
    return bytes;
  }
}

function put(view: DataView, at: number, layout: StructLayout, path: string, value: number | bigint): void {
  const { field, offset } = fieldAt(layout, path);
  // Of a C array the first element.
  putNumber(view, at + offset, field.length > 0 ? field.size / field.length : field.size, value);
}

function putNumber(view: DataView, at: number, width: number, value: number | bigint): void {
  if (width === 8) view.setBigUint64(at, BigInt.asUintN(64, BigInt(value)), true);
  else if (width === 4) view.setUint32(at, Number(value) >>> 0, true);
  else view.setUint8(at, Number(value));
}

/** Reads one field of the struct at `at`; signed where the table says so, inexact beyond 2^53. */
export function get(view: DataView, at: number, layout: StructLayout, path: string): number {
  const { field, offset } = fieldAt(layout, path);
  const width = field.length > 0 ? field.size / field.length : field.size;
  if (width === 8) return Number(view.getBigUint64(at + offset, true));
  if (width === 1) return view.getUint8(at + offset);
  return field.type === 's32' ? view.getInt32(at + offset, true) : view.getUint32(at + offset, true);
}
