/**
 * The header of a frame: binary captures and the live protocol are made of these (docs/formats.md). What is in a frame
 * of the live protocol is in wire.ts, what is in one of a capture in src/capture/ptcap/format.ts.
 */
import { f, struct } from './layout.ts';

export const wire_header = struct('wire_header', 'in front of each payload', [
  f('size', 'u32', 0, { unit: 'bytes', doc: 'of the payload, without padding' }),
  f('kind', 'u16', 4),
  f('flags', 'u16', 6, { doc: 'WIRE_FDS_MASK and WIRE_ATTACH; 0 in captures' }),
  f('id', 'u32', 8, { doc: 'of a call and its reply; in captures the number of the record plus 1' }),
  f('check', 'u32', 12, {
    hex: true,
    doc: 'checksum of the twelve bytes before and of the payload with its padding',
  }),
]);

/** Payload bytes of one frame: a record at its limits, or the longest JSON line kept as text. */
export const MAX_FRAME_BYTES = (24 << 20) + 4096;
