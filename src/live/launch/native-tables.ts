/**
 * What the preload library knows of ioctls, as C: where pointers are in their arguments, how much memory they lead to,
 * and which field holds a file descriptor. It is written from uapi/, so a new ioctl needs no C.
 */

import { compatIoctls } from '../../../uapi/drm/compat.ts';
import { dmaBufIoctls, drmIoctls, syncFileIoctls } from '../../../uapi/drm.ts';
import type { BufferSpec, IoctlSpec, NumberRef } from '../../../uapi/ioctl.ts';
import { panthorIoctls } from '../../../uapi/panthor_drm.ts';

/** NO_FIELD of native-stubs/preload/link/tables.h. */
const NO_FIELD = 0xffff;

const kinds = { bytes: 'BUFFER_BYTES', array: 'BUFFER_ARRAY', string: 'BUFFER_STRING' } as const;

/** Every ioctl that the library passes on with its buffers. */
export const nativeIoctls: readonly IoctlSpec[] = [
  ...drmIoctls,
  ...panthorIoctls,
  ...dmaBufIoctls,
  ...syncFileIoctls,
];

/** The field of the argument that holds a descriptor for the kernel to use, or undefined. */
export function fdArgument(spec: IoctlSpec): { offset: number } | undefined {
  const field = spec.arg?.fields.find((one) => one.info.unit === 'fd');
  // The structs of PRIME and syncobj exports and imports are the same; exports write the field.
  return field === undefined || field.info.dir === 'out' || spec.name.endsWith('_HANDLE_TO_FD')
    ? undefined
    : field;
}

/** The field in which the kernel returns a new descriptor, or undefined. */
export function fdResult(spec: IoctlSpec): { offset: number } | undefined {
  const fields = spec.arg?.fields.filter((one) => one.info.unit === 'fd') ?? [];
  return (
    fields.find((one) => one.info.dir === 'out') ?? (fdArgument(spec) === undefined ? fields[0] : undefined)
  );
}

/** Rows of `buffers` are put behind each other at the end of `rows`; returns where they begin. */
function addRows(rows: string[], buffers: readonly BufferSpec[]): number {
  const nested = buffers.map((buffer) => addNested(rows, buffer));
  const first = rows.length;
  for (const [i, buffer] of buffers.entries()) rows.push(bufferRow(buffer, nested[i]));
  return first;
}

function addNested(rows: string[], buffer: BufferSpec): number {
  return buffer.nested.length === 0 ? 0 : addRows(rows, buffer.nested);
}

function bufferRow(buffer: BufferSpec, nested: number): string {
  const { count, stride } = buffer;
  // A string has no count; the most bytes that it may have take the place of the stride.
  const countRef: NumberRef = typeof count === 'number' ? { path: '', offset: 0, size: 8 } : count;
  const strideField = typeof stride === 'number' ? NO_FIELD : stride.offset;
  const fixed = typeof count === 'number' ? count : typeof stride === 'number' ? stride : 0;
  const numbers = [
    buffer.pointer.offset,
    kinds[buffer.kind],
    countRef.size,
    countRef.offset,
    strideField,
    fixed,
    nested,
    buffer.nested.length,
    buffer.pointer.size,
  ];
  return `{ ${numbers.join(', ')} }, /* ${buffer.pointer.path} */`;
}

/** A call of 32-bit processes, with the buffers of the 64-bit call: the fields have the same names. */
function withBuffers(compat: IoctlSpec): IoctlSpec {
  const full = drmIoctls.find(({ nr }) => nr === compat.nr);
  const at = (path: string): NumberRef => {
    const field = compat.arg?.fields.find(({ name }) => name === path);
    if (field === undefined) throw new Error(`${compat.name} has no ${path}`);
    return { path, offset: field.offset, size: 4 };
  };
  const buffers = (full?.buffers ?? []).map((buffer) => ({
    ...buffer,
    pointer: at(buffer.pointer.path),
    count: typeof buffer.count === 'number' ? buffer.count : at(buffer.count.path),
  }));
  return { ...compat, buffers };
}

/** A row for each ioctl with pointers or descriptors in its argument; the pointers' rows are added to `buffers`. */
function ioctlRows(buffers: string[], ioctls: readonly IoctlSpec[]): string[] {
  const rows: string[] = [];
  for (const spec of ioctls) {
    const fd = fdArgument(spec)?.offset ?? NO_FIELD;
    if (spec.buffers.length === 0 && fd === NO_FIELD) continue;
    const first = addRows(buffers, spec.buffers);
    rows.push(`{ ${spec.type}, ${spec.nr}, ${fd}, ${first}, ${spec.buffers.length} }, /* ${spec.name} */`);
  }
  return rows;
}

/** ioctl-tables.c for native-stubs/preload/link/tables.h. */
export function nativeTables(ioctls: readonly IoctlSpec[] = nativeIoctls): string {
  const buffers: string[] = [];
  const rows = ioctlRows(buffers, ioctls);
  const compat = ioctlRows(buffers, compatIoctls.map(withBuffers));
  return [
    '/* Written by src/live/launch/native-tables.ts from uapi/. */',
    '#include "tables.h"',
    '',
    'const struct buffer_row buffer_rows[] = {',
    ...buffers.map((row) => `\t${row}`),
    '};',
    '',
    'const struct ioctl_row ioctl_rows[] = {',
    ...rows.map((row) => `\t${row}`),
    '};',
    '',
    `const unsigned ioctl_row_count = ${rows.length};`,
    '',
    'const struct ioctl_row compat_rows[] = {',
    ...compat.map((row) => `\t${row}`),
    '};',
    '',
    `const unsigned compat_row_count = ${compat.length};`,
    '',
  ].join('\n');
}
