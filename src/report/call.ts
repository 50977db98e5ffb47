import { readScalar } from '../../uapi/codec.ts';
import {
  DRM_IOCTL_SYNCOBJ_FD_TO_HANDLE,
  drm_syncobj_fd_to_handle_flags,
  drm_syncobj_handle,
} from '../../uapi/drm.ts';
import { errnoName } from '../../uapi/errno.ts';
import { hex, hex64 } from '../../uapi/hex.ts';
import type { BufferSpec, NumberRef } from '../../uapi/ioctl.ts';
import type { StructLayout } from '../../uapi/layout.ts';
import { ioctlOf } from '../../uapi/lookup.ts';
import { bufferFinder } from '../capture/buffer-finder.ts';
import type { CaptureRecord } from '../capture/record.ts';
import {
  isZero,
  mapFlags,
  plainBytes,
  protection,
  quoted,
  type Sides,
  scalars,
  value,
} from './call-values.ts';

/** Longest line unless told otherwise; arrays of a longer call go one element a line. */
const WIDTH = 160;

/**
 * A call as strace prints one: `ioctl(7, DRM_IOCTL_PANTHOR_VM_BIND, {vm_id=1, flags=0, ops=[{…}]}) = 0`. What the
 * kernel writes is shown as it was after the call, what it changes as `before => after`. Text has no line end; a call
 * that is longer than `width` is a block of several lines.
 */
export function callText(record: CaptureRecord, width: number = WIDTH): string {
  switch (record.type) {
    case 'mmap':
      return `mmap(${record.fd}, length=${hex(record.length)}, prot=${protection(record.prot)}, flags=${mapFlags(
        record.flags,
      )}, offset=${hex64(record.offsetLo, record.offsetHi)}) = ${record.ok ? 'ok' : 'failed'}`;
    case 'close':
      return `close(${record.fd})`;
    case 'ioctl':
      return ioctlText(record, width);
  }
}

function ioctlText(record: CaptureRecord, width: number): string {
  const spec = ioctlOf(record.request);
  const sides = { before: record.argIn, after: record.argOut };
  const name = spec?.name ?? hex(record.request);
  const result = record.ret < 0 ? `${record.ret} ${errnoName(record.errno)}` : `${record.ret}`;
  const argument =
    spec?.arg == null
      ? [plainBytes(sides.before)]
      : new CallPrinter(record).struct(
          argumentOf(spec.request, spec.arg),
          spec.buffers,
          sides,
          record.argSize,
        );
  const head = `ioctl(${record.fd}, ${name}, `;
  const line = `${head}${argument.join('')}) = ${result}`;
  const elements = argument.length - 2;
  if (line.length <= width || elements < 2) return line;
  return `${head}${argument.map((piece) => piece.trimEnd()).join('\n      ')}) = ${result}`;
}

/** SYNCOBJ_FD_TO_HANDLE shares its struct with the opposite direction, whose flags have other names. */
const fdToHandle: StructLayout = {
  ...drm_syncobj_handle,
  fields: drm_syncobj_handle.fields.map((field) =>
    field.name === 'flags'
      ? { ...field, info: { ...field.info, set: drm_syncobj_fd_to_handle_flags } }
      : field,
  ),
};

function argumentOf(request: number, layout: StructLayout): StructLayout {
  return request === DRM_IOCTL_SYNCOBJ_FD_TO_HANDLE ? fdToHandle : layout;
}

class CallPrinter {
  readonly record: CaptureRecord;
  readonly #bufferAt: (lo: number, hi: number) => number;

  constructor(record: CaptureRecord) {
    this.record = record;
    this.#bufferAt = bufferFinder(record);
  }

  /** The struct as pieces: a long call breaks its line between them. */
  struct(layout: StructLayout, buffers: readonly BufferSpec[], sides: Sides, size: number): string[] {
    const parts: string[][] = [];
    for (const field of layout.fields) {
      if (field.offset >= size && field.offset > 0) break;
      const buffer = buffers.find(
        (b) => b.pointer.path === field.name || b.pointer.path === `${field.name}.array`,
      );
      if (buffer !== undefined) parts.push([`${field.name}=`, ...this.buffer(buffer, sides)]);
      else if (field.info.pad !== true || !isZero(sides, field))
        parts.push([`${field.name}=${value(field, sides)}`]);
    }
    const pieces: string[] = [''];
    for (const [i, part] of parts.entries()) {
      pieces[pieces.length - 1] += `${i === 0 ? '{' : ', '}${part[0]}${part[1] ?? ''}`;
      pieces.push(...part.slice(2));
    }
    pieces[pieces.length - 1] += '}';
    return pieces;
  }

  /** What a user pointer leads to. */
  buffer(spec: BufferSpec, sides: Sides): string[] {
    const lo = Number(readScalar(sides.before, spec.pointer.offset, 'u32'));
    const hi = Number(readScalar(sides.before, spec.pointer.offset + 4, 'u32'));
    const found = this.#find(lo, hi);
    const stride = number(spec.stride, sides.before);
    if (found === null) {
      const count = number(spec.count, sides.before);
      const pointer = lo === 0 && hi === 0 ? 'NULL' : hex64(lo, hi);
      return spec.kind === 'array' && count > 0 ? [`${count} at ${pointer}`] : [pointer];
    }
    if (spec.isText) return [quoted(spec.dir === 'in' ? found.before : found.after)];
    const element = spec.variants?.structs[number(spec.variants.selector, sides.before)] ?? spec.element;
    if (spec.kind !== 'array') {
      if (element === null) return [plainBytes(found.after)];
      return [this.struct(element, [], found, found.before.length).join('')];
    }
    const step = stride > 0 ? stride : spec.elementSize;
    const count = Math.min(number(spec.count, sides.before), Math.ceil(found.before.length / step));
    if (element === null) {
      const items = Array.from({ length: count }, (_, i) => scalars(slice(found, i * step, step), step));
      return [`[${items.join(', ')}]`];
    }
    const pieces = [stride === spec.elementSize ? '[' : `stride ${stride} [`];
    for (let i = 0; i < count; i++) {
      const one = slice(found, i * step, step);
      const text =
        element === null ? scalars(one, step) : this.struct(element, spec.nested, one, step).join('');
      pieces.push(i < count - 1 ? `${text}, ` : text);
    }
    pieces.push(']');
    return pieces;
  }

  #find(lo: number, hi: number): Sides | null {
    const i = this.#bufferAt(lo, hi);
    if (i < 0) return null;
    const before = this.record.bufferIn(i);
    return { before, after: this.record.bufferOut(i) ?? before };
  }
}

function slice(sides: Sides, at: number, size: number): Sides {
  return { before: sides.before.subarray(at, at + size), after: sides.after.subarray(at, at + size) };
}

function number(ref: NumberRef | number, bytes: Uint8Array): number {
  if (typeof ref === 'number') return ref;
  return Number(readScalar(bytes, ref.offset, ref.size === 8 ? 'u64' : ref.size === 4 ? 'u32' : 'u8'));
}
