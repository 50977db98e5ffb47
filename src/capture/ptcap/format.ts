/**
 * The binary form: sixteen bytes of preamble, then frames (frame.ts), the header's first. docs/formats.md is the
 * description for others; what follows here is where it is implemented, reader in ptcap-read.ts, writer in
 * ptcap-write.ts.
 *
 * One text has one binary form and the other way round: spare bits and padding must be zero, a line that is spelled as
 * we spell it is never kept as text, and every number has one encoding.
 */
import { array, f, struct } from '../../../uapi/layout.ts';

/** Not ASCII, not UTF-8, and broken by anything that changes line ends. */
export const PTCAP_MAGIC = Uint8Array.of(0x89, 0x50, 0x54, 0x43, 0x41, 0x50, 0x0d, 0x0a);

/** In front of the first frame. */
export const ptcap_preamble = struct('ptcap_preamble', 'magic and version', [
  array('magic', 'u8', 8, 0),
  f('version', 'u32', 8),
  f('spare', 'u32', 12, { pad: true }),
]);

export const ptcap_header = struct('ptcap_header', 'FRAME_HEADER; the three strings follow', [
  f('replies', 'u32', 0, { doc: 'index into REPLIES' }),
  f('arch', 'u32', 4, { unit: 'bytes' }),
  f('client', 'u32', 8, { unit: 'bytes' }),
  f('driver_version', 'u32', 12, { unit: 'bytes', doc: 'or ABSENT' }),
]);

export const ptcap_ioctl = struct(
  'ptcap_ioctl',
  'FRAME_IOCTL; the argument follows, before and after the call, then the buffers',
  [
    f('time_ns', 'u64', 0, { unit: 'ns' }),
    f('tid', 'u32', 8),
    f('fd', 'u32', 12),
    f('request', 'u32', 16, { hex: true }),
    f('ret', 's32', 20),
    f('errno', 'u32', 24),
    f('buffers', 'u32', 28, { unit: 'count' }),
  ],
);

export const ptcap_buffer = struct('ptcap_buffer', 'one buffer; its bytes follow, before and after', [
  f('addr', 'u64', 0, { unit: 'address' }),
  f('in', 'u32', 8, { unit: 'bytes' }),
  f('out', 'u32', 12, { unit: 'bytes', doc: 'or ABSENT: unchanged' }),
]);

export const ptcap_mmap = struct('ptcap_mmap', 'FRAME_MMAP', [
  f('time_ns', 'u64', 0, { unit: 'ns' }),
  f('fd', 'u32', 8),
  f('prot', 'u32', 12, { hex: true }),
  f('length', 'u64', 16, { unit: 'bytes' }),
  f('offset', 'u64', 24, { unit: 'file offset' }),
  f('flags', 'u32', 32, { hex: true }),
  f('ok', 'u32', 36),
]);

export const ptcap_close = struct('ptcap_close', 'FRAME_CLOSE', [
  f('time_ns', 'u64', 0, { unit: 'ns' }),
  f('fd', 'u32', 8),
  f('spare', 'u32', 12, { pad: true }),
]);

/** Size of a string or of bytes after a call that are not there. */
export const ABSENT = 0xffffffff;
