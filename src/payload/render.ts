/** A payload for people, three ways from one walk: one line, every field with its meaning, every field with its bytes. */

import { errnoName } from '../../uapi/errno.ts';
import { hex, paddedHex } from '../../uapi/hex.ts';
import { type Field, fieldAt, type StructLayout, scalarSize } from '../../uapi/layout.ts';
import { toHex } from './bytes.ts';
import { allBuffers, type BufferNode, type Payload, type StructNode, textOf } from './payload.ts';
import { meaningOf, numberOf, symbolic } from './symbols.ts';
import type { Verdict } from './verdict.ts';

export type Format = 'short' | 'full' | 'raw';

export function render(payload: Payload, verdict: Verdict, format: Format): string {
  const guess = payload.guessed ? ' (guessed from the size)' : '';
  if (format === 'short') return `${short(payload)}${shortVerdict(verdict)}${guess}\n`;
  const lines = [headline(payload), ...structLines(payload.root, '  ', format === 'raw')];
  return `${[...lines, ...verdictLines(payload, verdict)].join('\n')}\n`;
}

function headline({ spec, request, root, guessed }: Payload): string {
  const size = root.bytes.length;
  const differs = size === root.layout.size ? '' : ` (of ${root.layout.size} that we know)`;
  const struct = `struct ${root.layout.name}, ${size} bytes${differs}`;
  if (guessed)
    return `${struct} (guessed: the only struct of that size; --struct or --ioctl says what it is)`;
  return spec === null ? struct : `${spec.name} (${hex(BigInt(request))}), ${struct}`;
}

/** A scalar at an offset, sign-extended for signed types. */
function scalarAt(bytes: Uint8Array, offset: number, field: Field): bigint {
  const { type } = field;
  if (typeof type !== 'string') return 0n;
  let value = 0n;
  for (let i = scalarSize[type] - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[offset + i] ?? 0);
  const signed = type === 's32' || type === 's64';
  return signed ? BigInt.asIntN(8 * scalarSize[type], value) : value;
}

interface Leaf {
  readonly name: string;
  readonly field: Field;
  readonly offset: number;
  readonly size: number;
  readonly value: bigint;
}

/** The scalars of a struct, those of structs inside it and of arrays one by one. */
function leaves(layout: StructLayout, bytes: Uint8Array, prefix = '', base = 0): Leaf[] {
  return layout.fields.flatMap((field): Leaf[] => {
    const name = prefix + field.name;
    const at = base + field.offset;
    if (typeof field.type !== 'string') return leaves(field.type, bytes, `${name}.`, at);
    const size = scalarSize[field.type];
    const one = (suffix: string, offset: number): Leaf => ({
      name: name + suffix,
      field,
      offset,
      size,
      value: scalarAt(bytes, offset, field),
    });
    if (field.length === 0) return [one('', at)];
    return Array.from({ length: field.length }, (_, i) => one(`[${i}]`, at + i * size));
  });
}

function structLines(node: StructNode, indent: string, raw: boolean): string[] {
  const rows = leaves(node.layout, node.bytes).map((leaf) =>
    raw ? rawRow(node, leaf) : fullRow(node, leaf),
  );
  const lines = table(rows).map((row) => indent + row);
  const extra = node.bytes.subarray(node.layout.size);
  if (extra.length > 0)
    lines.push(`${indent}${offsetText(node.layout.size)}  past the struct: ${toHex(extra)}`);
  return [...lines, ...node.buffers.flatMap((buffer) => bufferLines(buffer, indent, raw))];
}

const offsetText = (offset: number): string => paddedHex(offset, 2);

function fullRow(node: StructNode, leaf: Leaf): string[] {
  const { field, value } = leaf;
  const absent = leaf.offset >= node.bytes.length ? ['(not there, reads as zero)'] : [];
  const meaning = meaningOf(field, value);
  const notes = [meaning === '' ? '' : `= ${meaning}`, field.info.doc ?? '', ...absent].filter(
    (one) => one !== '',
  );
  return [offsetText(leaf.offset), leaf.name, numberOf(field, value), notes.join('; ')];
}

function rawRow(node: StructNode, leaf: Leaf): string[] {
  const bytes = node.bytes.subarray(leaf.offset, leaf.offset + leaf.size);
  const pairs = toHex(bytes).replace(/..(?=.)/g, '$& ');
  return [offsetText(leaf.offset), pairs === '' ? '--' : pairs, `${leaf.field.type}`, leaf.name];
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = [0, 1, 2].map((i) => Math.max(0, ...rows.map((row) => row[i].length)));
  return rows.map((row) =>
    row
      .map((cell, i) => (i < 3 ? cell.padEnd(widths[i]) : cell))
      .join('  ')
      .trimEnd(),
  );
}

function bufferLines(buffer: BufferNode, indent: string, raw: boolean): string[] {
  const { spec, layout, bytes, path } = buffer;
  const what =
    layout !== null
      ? `${spec.kind === 'bytes' ? '' : `${buffer.count} x `}struct ${layout.name}, ${buffer.stride > 1n ? `stride ${buffer.stride}` : `${buffer.size} bytes`}`
      : spec.kind === 'string'
        ? 'string'
        : `${buffer.size} bytes`;
  const head = `${indent}${path} -> ${hex(buffer.address)}: ${what}`;
  if (bytes === null) return [`${head} (not given)`];
  const missing =
    spec.kind !== 'string' && BigInt(bytes.length) < buffer.size ? `, ${bytes.length} bytes given` : '';
  const lines = [head + missing];
  if (layout !== null) {
    for (const item of buffer.items) {
      if (spec.kind !== 'bytes') lines.push(`${indent}  ${item.path}:`);
      lines.push(...structLines(item, `${indent}    `, raw));
    }
  } else if (raw) lines.push(`${indent}    ${toHex(bytes)}`);
  else lines.push(`${indent}    ${scalarsText(buffer, bytes)}`);
  return lines;
}

/** Text in quotes, integers in a list, anything else as hex. */
function scalarsText({ spec }: BufferNode, bytes: Uint8Array): string {
  if (spec.isText) return JSON.stringify(textOf(bytes));
  if (spec.elementSize === 1) return toHex(bytes);
  return `[${scalars(bytes, spec.elementSize).join(', ')}]`;
}

/** The whole integers of `size` bytes in a buffer. */
export function scalars(bytes: Uint8Array, size: number): bigint[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: Math.floor(bytes.length / size) }, (_, i) =>
    size === 8 ? view.getBigUint64(i * 8, true) : BigInt(view.getUint32(i * 4, true)),
  );
}

/** The request on one line, as strace would print it. */
export function short({ spec, root }: Payload): string {
  return `${spec === null ? root.layout.name : spec.shortName}(${shortFields(root, root.layout, 0, '')})`;
}

function shortFields(node: StructNode, layout: StructLayout, base: number, prefix: string): string {
  const parts: string[] = [];
  for (const field of layout.fields) {
    const path = prefix + field.name;
    const buffer = node.buffers.find((one) => one.spec.pointer.path.replace(/\.array$/, '') === path);
    if (buffer !== undefined) parts.push(`${field.name}=${shortBuffer(buffer)}`);
    else if (typeof field.type !== 'string') {
      parts.push(`${field.name}={${shortFields(node, field.type, base + field.offset, `${path}.`)}}`);
    } else parts.push(...shortScalar(node, field, base + field.offset));
  }
  return parts.join(', ');
}

function shortScalar(node: StructNode, field: Field, offset: number): string[] {
  if (field.length > 0) {
    const bytes = node.bytes.subarray(offset, offset + field.size);
    return bytes.some((byte) => byte !== 0) ? [`${field.name}=[${toHex(bytes)}]`] : [];
  }
  const value = scalarAt(node.bytes, offset, field);
  if (field.info.pad === true && value === 0n) return [];
  const { set, bitPerValue } = field.info;
  const words = set === undefined ? '' : shorten(symbolic(set, value, bitPerValue), set.name);
  return [`${field.name}=${words === '' ? numberOf(field, value) : words}`];
}

/** Drops what all names of a set begin with: `MAP_NOEXEC|TYPE_MAP`. */
function shorten(words: string, set: string): string {
  const stem = set.replace(/_(flags|type)$/, '').toUpperCase();
  return words
    .split(' | ')
    .map((one) => one.replace(new RegExp(`^(bit )?(${stem}|DRM_PANTHOR|DRM|PANTHOR)_`), '$1'))
    .join('|');
}

function shortBuffer(buffer: BufferNode): string {
  const { bytes, layout, spec } = buffer;
  if (bytes === null) return `${hex(buffer.address)}`;
  if (layout === null) return scalarsText(buffer, bytes);
  const items = buffer.items.map((item) => `{${shortFields(item, item.layout, 0, '')}}`);
  return spec.kind === 'bytes' ? items.join('') : `[${items.join(', ')}]`;
}

function shortVerdict({ rejects }: Verdict): string {
  return rejects.length === 0 ? '' : ` -> ${errnoName(rejects[0].errno)} (${reason(rejects[0])})`;
}

function reason({ path, why }: { path: string; why: string }): string {
  return path === '' ? why : `${path}: ${why}`;
}

function verdictLines(payload: Payload, verdict: Verdict): string[] {
  const { rejects, conditions } = verdict;
  const lines: string[] = [];
  const nodes = new Map<string, StructNode>();
  for (const node of rejects.length > 0 ? allStructs(payload.root) : []) {
    if (!nodes.has(node.path)) nodes.set(node.path, node);
  }
  for (const [i, one] of rejects.entries()) {
    const lead = i === 0 ? 'the kernel rejects this' : 'and would then';
    lines.push(`${lead}: ${errnoName(one.errno)} at ${locate(nodes, one.path)} [${one.where}]: ${one.why}`);
  }
  for (const one of conditions) lines.push(`the kernel says ${errnoName(one.errno)} at ${reason(one)}`);
  return lines;
}

/** `ops[1].size (byte 0x18 of the struct)`: the field and where it lies. */
function locate(nodes: ReadonlyMap<string, StructNode>, path: string): string {
  if (path === '') return 'the request';
  for (let dot = 0; dot >= 0; dot = path.indexOf('.', dot + 1)) {
    const node = nodes.get(path.slice(0, dot));
    if (node === undefined) continue;
    try {
      const { offset } = fieldAt(node.layout, dot === 0 ? path : path.slice(dot + 1));
      return `${path} (byte ${offsetText(offset)} of ${node.layout.name})`;
    } catch {
      // The path leads on through a buffer of this struct.
    }
  }
  return path;
}

function allStructs(root: StructNode): StructNode[] {
  return [root, ...allBuffers(root).flatMap((buffer) => buffer.items)];
}
