/**
 * The live protocol: what the preload libraries and the server say to each other over a unix stream socket. Messages are
 * frames (frame.ts); the structs below are the fixed parts of their payloads, little-endian and 8-byte aligned.
 * native-stubs/wire.h is written from these tables (src/live/launch/wire-header.ts).
 *
 * A connection carries one call at a time: a request, perhaps an INTERRUPT, one REPLY with the request's id. An open file
 * is another socket, whose other end the server keeps: it comes with the reply to OPEN, and its end is the release.
 */
import { enumeration } from './enumeration.ts';
import { wire_header } from './frame.ts';
import { f, type StructLayout, struct } from './layout.ts';

export const wire_kind = enumeration('wire_kind', {
  WIRE_OPEN: 0x100,
  WIRE_IOCTL: 0x101,
  WIRE_MMAP: 0x102,
  WIRE_INTERRUPT: {
    value: 0x103,
    doc: 'the thread that waits for a reply caught a signal: end the wait with EINTR if it still waits',
  },
  WIRE_AWAIT_RELEASE: {
    value: 0x104,
    doc: 'answered once the file is released, where its last reference is gone: what close(2) waits for',
  },
  WIRE_FDINFO: { value: 0x105, doc: 'a descriptor with the text of the file’s fdinfo comes back' },
  WIRE_RECORD_FILE: {
    value: 0x110,
    doc: 'from the recording library: what another driver was asked; a reply says that it is written down',
  },
  WIRE_RECORD_IOCTL: 0x111,
  WIRE_RECORD_MMAP: 0x112,
  WIRE_RECORD_CLOSE: 0x113,
  WIRE_REPLY: 0x180,
});
export const {
  WIRE_OPEN,
  WIRE_IOCTL,
  WIRE_MMAP,
  WIRE_INTERRUPT,
  WIRE_AWAIT_RELEASE,
  WIRE_FDINFO,
  WIRE_RECORD_FILE,
  WIRE_RECORD_IOCTL,
  WIRE_RECORD_MMAP,
  WIRE_RECORD_CLOSE,
  WIRE_REPLY,
} = wire_kind.values;

/**
 * Payload bytes of one ioctl; a call that needs more is ENOMEM. A record that holds it twice is one that readers take.
 */
export const WIRE_MAX_CALL = 4 << 20;
/** User buffers of one call. */
export const WIRE_MAX_REGIONS = 1 << 16;
/** File descriptors of one frame. */
export const WIRE_MAX_FDS = 4;
/** Frame flags: how many descriptors come along, and that the first is the open file that the call is about. */
export const WIRE_FDS_MASK = 0x0007;
export const WIRE_ATTACH = 0x0008;

export const wire_open = struct('wire_open', 'WIRE_OPEN', [
  f('minor', 'u32', 0, { doc: 'of the device node' }),
  f('flags', 'u32', 4, { hex: true, doc: 'of open(2)' }),
  f('pid', 'u32', 8),
  f('tid', 'u32', 12),
  f('compat', 'u32', 16, { doc: '1: a process of 32 bits, 0: of 64' }),
  f('reserved', 'u32', 20),
]);

export const wire_await_release = struct('wire_await_release', 'WIRE_AWAIT_RELEASE', [f('file', 'u64', 0)]);

export const wire_fdinfo = struct('wire_fdinfo', 'WIRE_FDINFO', [f('file', 'u64', 0)]);

export const wire_ioctl = struct('wire_ioctl', 'WIRE_IOCTL; the regions follow', [
  f('file', 'u64', 0, { doc: 'the key of an open device; 0: a dma-buf or sync_file that comes along' }),
  f('arg', 'u64', 8, { unit: 'address', doc: 'user address of the argument' }),
  f('request', 'u32', 16, { hex: true }),
  f('tid', 'u32', 20),
  f('fd', 's32', 24, { doc: 'as the client calls it' }),
  f('regions', 'u32', 28, { unit: 'count' }),
]);

export const wire_region = struct(
  'wire_region',
  'user memory: of a request as it was, of a reply as it is to be; its bytes follow, padded to 8. The argument, where readable, is the first',
  [
    f('addr', 'u64', 0, { unit: 'address' }),
    f('size', 'u32', 8, { unit: 'bytes' }),
    f('reserved', 'u32', 12),
  ],
);

export const wire_mmap = struct('wire_mmap', 'WIRE_MMAP', [
  f('file', 'u64', 0),
  f('length', 'u64', 8, { unit: 'bytes' }),
  f('offset', 'u64', 16, { unit: 'file offset' }),
  f('prot', 'u32', 24, { hex: true }),
  f('flags', 'u32', 28, { hex: true }),
  f('tid', 'u32', 32),
  f('fd', 's32', 36),
]);

export const wire_reply = struct(
  'wire_reply',
  'WIRE_REPLY; the regions follow, then one wire_install for each descriptor that the client is to keep',
  [
    f('ret', 's32', 0, { doc: '0 or more, or -errno' }),
    f('regions', 'u32', 4, { unit: 'count', doc: 'user memory to be written' }),
    f('offset', 'u64', 8, {
      unit: 'file offset',
      doc: 'of a mapping inside the descriptor that comes along',
    }),
  ],
);

export const wire_install = struct('wire_install', 'where a descriptor of a reply goes', [
  f('addr', 'u64', 0, { unit: 'address', doc: 'of the int32_t that receives the number' }),
  f('flags', 'u32', 8, { hex: true, doc: 'O_CLOEXEC or 0' }),
  f('reserved', 'u32', 12),
]);

export const wire_record_file = struct(
  'wire_record_file',
  'WIRE_RECORD_FILE: an open file that is seen for the first time, and its driver’s version',
  [
    f('file', 'u64', 0, { doc: 'made of the process and a count: not seen before' }),
    f('major', 's32', 8),
    f('minor', 's32', 12),
    f('patchlevel', 's32', 16),
    f('pid', 'u32', 20),
    f('node', 'u32', 24, { doc: 'minor number of the device node: below 128 a primary one' }),
    f('reserved', 'u32', 28),
  ],
);

export const wire_record_ioctl = struct(
  'wire_record_ioctl',
  'WIRE_RECORD_IOCTL; the regions before the call follow, then the same ones after it',
  [
    f('file', 'u64', 0),
    f('arg', 'u64', 8, { unit: 'address' }),
    f('request', 'u32', 16, { hex: true }),
    f('tid', 'u32', 20),
    f('ret', 's32', 24, { doc: 'as the client sees it' }),
    f('error', 's32', 28, { doc: 'errno, where ret is -1' }),
    f('regions', 'u32', 32, { unit: 'count' }),
    f('reserved', 'u32', 36),
  ],
);

export const wire_record_mmap = struct('wire_record_mmap', 'WIRE_RECORD_MMAP', [
  f('file', 'u64', 0),
  f('length', 'u64', 8, { unit: 'bytes' }),
  f('offset', 'u64', 16, { unit: 'file offset' }),
  f('prot', 'u32', 24, { hex: true }),
  f('flags', 'u32', 28, { hex: true }),
  f('tid', 'u32', 32),
  f('ok', 's32', 36),
]);

export const wire_record_close = struct('wire_record_close', 'WIRE_RECORD_CLOSE', [f('file', 'u64', 0)]);

/** Every struct of the protocol, in the order of wire.h. */
export const wireStructs: readonly StructLayout[] = [
  wire_header,
  wire_open,
  wire_await_release,
  wire_fdinfo,
  wire_ioctl,
  wire_region,
  wire_mmap,
  wire_reply,
  wire_install,
  wire_record_file,
  wire_record_ioctl,
  wire_record_mmap,
  wire_record_close,
];
