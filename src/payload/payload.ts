/**
 * One request as bytes: the argument and the user buffers that pointers in it lead to, found and taken apart as the
 * tables of uapi/ describe them. Everything else here (renderings, JSON, verdicts) walks this tree.
 */
import type { BufferSpec, IoctlSpec, NumberRef } from '../../uapi/ioctl.ts';
import { buffersOf } from '../../uapi/ioctl-table.ts';
import type { StructLayout } from '../../uapi/layout.ts';
import { bytesFinder, type FindBytes } from './regions.ts';

/** Bytes of user memory. */
export interface Region {
  readonly address: bigint;
  readonly bytes: Uint8Array;
}

/** A struct somewhere: the argument, or an element of a buffer. */
export interface StructNode {
  /** `ops[1]`; empty for the argument. */
  readonly path: string;
  readonly layout: StructLayout;
  /** As many bytes as its owner says that it has: fewer or more than the layout. */
  readonly bytes: Uint8Array;
  readonly buffers: readonly BufferNode[];
}

/** What a user pointer leads to. */
export interface BufferNode {
  /** `ops`, `ops[1].syncs`, `handles`. */
  readonly path: string;
  readonly spec: BufferSpec;
  readonly address: bigint;
  readonly count: bigint;
  readonly stride: bigint;
  /** Bytes that the kernel would touch; for strings, at most. */
  readonly size: bigint;
  /** What is known of them; null when nothing is. Shorter than `size` when the region ends before. */
  readonly bytes: Uint8Array | null;
  /** Whole elements, where they are structs. */
  readonly items: readonly StructNode[];
  /** The struct of the elements; null for scalars and text. */
  readonly layout: StructLayout | null;
}

export interface Payload {
  readonly spec: IoctlSpec | null;
  /** The request number; 0 without an ioctl. */
  readonly request: number;
  readonly root: StructNode;
  readonly regions: readonly Region[];
  /** What the bytes are was guessed from how many they are. */
  readonly guessed?: boolean;
}

/** Takes an argument apart. `request` may state another size than `spec` has. */
export function makePayload(
  layout: StructLayout,
  bytes: Uint8Array,
  regions: readonly Region[] = [],
  spec: IoctlSpec | null = null,
  request: number = spec?.request ?? 0,
): Payload {
  const buffers = spec?.buffers ?? buffersOf(layout);
  return { spec, request, root: structNode('', layout, bytes, buffers, bytesFinder(regions)), regions };
}

/** Reads a number that a table names; bytes that are not there read as zero. */
export function readRef(bytes: Uint8Array, ref: NumberRef): bigint {
  let value = 0n;
  for (let i = ref.size - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[ref.offset + i] ?? 0);
  return value;
}

function structNode(
  path: string,
  layout: StructLayout,
  bytes: Uint8Array,
  specs: readonly BufferSpec[],
  find: FindBytes,
): StructNode {
  const buffers = specs
    .map((spec) => bufferNode(path, bytes, spec, find))
    .filter((node): node is BufferNode => node !== null);
  return { path, layout, bytes, buffers };
}

function bufferNode(parent: string, bytes: Uint8Array, spec: BufferSpec, find: FindBytes): BufferNode | null {
  const number = (ref: NumberRef | number): bigint =>
    typeof ref === 'number' ? BigInt(ref) : readRef(bytes, ref);
  const address = number(spec.pointer);
  const count = number(spec.count);
  const stride = number(spec.stride);
  const size = count * stride;
  if (address === 0n || size === 0n) return null;
  const name = spec.pointer.path.replace(/\.array$/, '');
  const path = parent === '' ? name : `${parent}.${name}`;
  const found = find(address, size);
  const layout = elementOf(bytes, spec);
  const node = { path, spec, address, count, stride, size, bytes: found, layout };
  if (found === null || layout === null) return { ...node, items: [] };
  return { ...node, items: elements(path, found, layout, spec, number(spec.stride), find) };
}

function elementOf(bytes: Uint8Array, spec: BufferSpec): StructLayout | null {
  if (spec.variants === undefined) return spec.element;
  return spec.variants.structs[Number(readRef(bytes, spec.variants.selector))] ?? null;
}

function elements(
  path: string,
  bytes: Uint8Array,
  layout: StructLayout,
  spec: BufferSpec,
  stride: bigint,
  find: FindBytes,
): StructNode[] {
  // A buffer whose length is a byte count holds one struct.
  if (spec.kind === 'bytes') return [structNode(path, layout, bytes, buffersOf(layout), find)];
  const step = Number(stride);
  return Array.from({ length: Math.floor(bytes.length / step) }, (_, i) =>
    structNode(`${path}[${i}]`, layout, bytes.subarray(i * step, (i + 1) * step), spec.nested, find),
  );
}

/** Every buffer of a tree, parents before children. */
export function allBuffers(node: StructNode): BufferNode[] {
  return node.buffers.flatMap((buffer) => [buffer, ...buffer.items.flatMap(allBuffers)]);
}

/** The text of a buffer, up to its NUL. */
export function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return Buffer.from(end < 0 ? bytes : bytes.subarray(0, end)).toString('latin1');
}
