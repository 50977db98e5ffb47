/** From what the command line gives to a payload. */
import { hex } from '../../uapi/hex.ts';
import { _IOC_SIZE } from '../../uapi/ioctl.ts';
import type { StructLayout } from '../../uapi/layout.ts';
import { findIoctl, findStruct, guessStruct } from '../../uapi/lookup.ts';
import { BytesError } from './bytes.ts';
import { makePayload, type Payload, type Region } from './payload.ts';

/** What the user says that the bytes are. */
export interface What {
  readonly struct?: string;
  readonly ioctl?: string;
}

/**
 * The payload of an argument's bytes. A request number states how many bytes the argument has; under a name, any size
 * that ends with a field stands for a caller whose headers are older or newer than ours.
 *
 * @throws LookupError when it is not clear what the bytes are, BytesError when they end in the middle of something.
 */
export function payloadOf(bytes: Uint8Array, what: What, regions: readonly Region[]): Payload {
  if (bytes.length === 0) throw new BytesError('byte 0: found no bytes, expected an argument');
  if (what.ioctl === undefined) {
    const guessed = what.struct === undefined;
    const layout = what.struct === undefined ? guessStruct(bytes.length) : findStruct(what.struct);
    checkEnd(layout, bytes.length);
    return { ...makePayload(layout, bytes, regions), guessed };
  }
  const { spec, request, exact } = findIoctl(what.ioctl);
  const layout = what.struct === undefined ? spec.arg : findStruct(what.struct);
  if (layout === null) throw new BytesError(`byte 0: found ${bytes.length} bytes, ${spec.name} takes none`);
  if (!exact) {
    checkEnd(layout, bytes.length);
    const sized = ((request & 0xc000ffff) | ((bytes.length & 0x3fff) << 16)) >>> 0;
    return makePayload(layout, bytes, regions, spec, sized);
  }
  const size = _IOC_SIZE(request);
  if (bytes.length !== size) {
    const where = describe(layout, Math.min(size, bytes.length));
    const said = `${size}, as request ${hex(request)} says`;
    throw new BytesError(`byte ${bytes.length}${where}: found ${bytes.length} bytes, expected ${said}`);
  }
  return makePayload(layout, bytes, regions, spec, request);
}

/** Refuses bytes that end inside a field. */
function checkEnd(layout: StructLayout, length: number): void {
  const ends = fieldEnds(layout);
  if (length >= layout.size || ends.includes(length)) return;
  throw new BytesError(
    `byte ${length}${describe(layout, length)}: found the end, expected ${layout.size} bytes of ${layout.name}`,
  );
}

/** Offsets at which a field ends, those of structs inside included. */
function fieldEnds(layout: StructLayout, base = 0): number[] {
  return layout.fields.flatMap((field) => [
    base + field.offset + field.size,
    ...(typeof field.type === 'string' ? [] : fieldEnds(field.type, base + field.offset)),
  ]);
}

/** `, field ops.array` for the field that a byte belongs to. */
function describe(layout: StructLayout, at: number, base = 0, prefix = ''): string {
  for (const field of layout.fields) {
    const start = base + field.offset;
    if (at < start || at >= start + field.size) continue;
    const name = prefix + field.name;
    return typeof field.type === 'string' ? `, field ${name}` : describe(field.type, at, start, `${name}.`);
  }
  return '';
}
