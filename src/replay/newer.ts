import { readScalar } from '../../uapi/codec.ts';
import type { EnumTable } from '../../uapi/enumeration.ts';
import type { BufferSpec, IoctlSpec, NumberRef } from '../../uapi/ioctl.ts';
import type { Field, StructLayout } from '../../uapi/layout.ts';
import { availableIn, type Since } from '../../uapi/version.ts';
import { bufferFinder } from '../capture/buffer-finder.ts';
import type { CaptureRecord } from '../capture/record.ts';

/** A panthor uAPI version. */
export interface Uapi {
  major: number;
  minor: number;
}

/** `1.8.0` as a version; null where it is none. */
export function parseUapi(version: string | undefined): Uapi | null {
  const match = /^(\d+)\.(\d+)/.exec(version ?? '');
  return match === null ? null : { major: Number(match[1]), minor: Number(match[2]) };
}

/**
 * What in a call is newer than `uapi`, in words, or null where all of it is known there: the ioctl itself, a flag, a
 * value, a field that is in use, or the struct behind a pointer.
 */
export function newerThan(record: CaptureRecord, spec: IoctlSpec, uapi: Uapi): string | null {
  const since = (what: string, version: Since | undefined): string | null =>
    availableIn(version, uapi) ? null : `${what} came with ${version}`;
  const itself = since(spec.shortName, spec.since);
  if (itself !== null || spec.arg === null) return itself;
  const bufferAt = bufferFinder(record);
  return inStruct(spec.arg, spec.buffers, record.argIn);

  function inStruct(layout: StructLayout, buffers: readonly BufferSpec[], bytes: Uint8Array): string | null {
    for (const field of layout.fields) {
      if (field.offset >= bytes.length || typeof field.type !== 'string' || field.length > 0) continue;
      const found = inField(field, readScalar(bytes, field.offset, field.type));
      if (found !== null) return found;
    }
    for (const buffer of buffers) {
      const found = behind(buffer, bytes);
      if (found !== null) return found;
    }
    return null;
  }

  function inField(field: Field, value: number | bigint): string | null {
    const { info } = field;
    if (info.dir === 'out') return null;
    const used = Number(BigInt(value) & 0xffffffffn) | 0;
    const named = info.set === undefined ? null : inSet(info.set, used);
    return named ?? (BigInt(value) === 0n ? null : since(field.name, info.since));
  }

  function inSet(set: EnumTable, value: number): string | null {
    for (const e of set.enumerators) {
      if (e.since === undefined) continue;
      const mask = e.mask ?? (set.kind === 'flags' ? e.value : -1);
      if ((value & mask) !== (e.value & mask) || (set.kind === 'flags' && e.value === 0)) continue;
      const found = since(e.name, e.since);
      if (found !== null) return found;
    }
    return null;
  }

  function behind(buffer: BufferSpec, bytes: Uint8Array): string | null {
    if (buffer.pointer.offset + 8 > bytes.length) return null;
    const { offset } = buffer.pointer;
    const found = bufferAt(
      Number(readScalar(bytes, offset, 'u32')),
      Number(readScalar(bytes, offset + 4, 'u32')),
    );
    const data = found < 0 ? null : record.bufferIn(found);
    const element = buffer.variants?.structs[number(buffer.variants.selector, bytes)] ?? buffer.element;
    if (data === null || element === null || buffer.dir === 'out') return null;
    const stride = buffer.kind === 'array' ? number(buffer.stride, bytes) : data.length;
    if (stride === 0) return null;
    for (let at = 0; at < data.length; at += stride) {
      const newer = inStruct(element, buffer.nested, data.subarray(at, at + stride));
      if (newer !== null) return newer;
    }
    return null;
  }
}

function number(ref: NumberRef | number, bytes: Uint8Array): number {
  if (typeof ref === 'number') return ref;
  return Number(readScalar(bytes, ref.offset, ref.size === 8 ? 'u64' : ref.size === 4 ? 'u32' : 'u8'));
}
