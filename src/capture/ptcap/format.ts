/**
 * The binary form: sixteen bytes of preamble, then frames (frame.ts), the header's first. docs/formats.md is the
 * description for others; what follows here is where it is implemented, reader in ptcap-read.ts, writer in
 * ptcap-write.ts.
 *
 * One text has one binary form and the other way round: spare bits and padding must be zero, a line that is spelled as
 * we spell it is never kept as text, and every number has one encoding.
 */

/** Not ASCII, not UTF-8, and broken by anything that changes line ends. */
export const PTCAP_MAGIC = Uint8Array.of(0x89, 0x50, 0x54, 0x43, 0x41, 0x50, 0x0d, 0x0a);

/** Magic, u32 version, u32 zero. */
export const PTCAP_PREAMBLE_BYTES = 16;

/** Payload of FRAME_HEADER in front of its strings: u32 replies, u32 sizes of arch, client and driver_version. */
export const HEADER_FIXED_BYTES = 16;
/** Payload of FRAME_IOCTL in front of its bytes. */
export const IOCTL_FIXED_BYTES = 32;
/** In front of each buffer's bytes: u64 address, u32 size before the call, u32 size after it. */
export const BUFFER_FIXED_BYTES = 16;
export const MMAP_BYTES = 40;
export const CLOSE_BYTES = 16;

/** Size of a string or of bytes after a call that are not there. */
export const ABSENT = 0xffffffff;
