/**
 * The live protocol: frames (src/capture/frame.ts) between preload library and server. native-stubs/wire.h describes
 * the same payloads for the library.
 */
import { FrameWriter } from '../capture/frame-writer.ts';

export const WIRE_OPEN = 0x100;
export const WIRE_IOCTL = 0x101;
export const WIRE_MMAP = 0x102;
export const WIRE_INTERRUPT = 0x103;
export const WIRE_SETTLE = 0x104;
export const WIRE_FDINFO = 0x105;
/** From the recording library. */
export const WIRE_RECORD_FILE = 0x110;
export const WIRE_RECORD_IOCTL = 0x111;
export const WIRE_RECORD_MMAP = 0x112;
export const WIRE_RECORD_CLOSE = 0x113;
export const WIRE_REPLY = 0x180;

/** Frame flags: how many descriptors come along, and that the first is the open file that the call is about. */
export const WIRE_FDS_MASK = 0x0007;
export const WIRE_ATTACH = 0x0008;

export const WIRE_MAX_REGIONS = 1 << 16;
/** Payload bytes of one ioctl; a call that needs more is ENOMEM. */
export const WIRE_MAX_CALL = 4 << 20;
export const WIRE_MAX_FDS = 4;

/** Sizes of the payloads' fixed parts, bytes. */
export const OPEN_BYTES = 16;
export const IOCTL_BYTES = 32;
export const MMAP_BYTES = 40;
export const REGION_BYTES = 16;
export const REPLY_BYTES = 16;

/** O_CLOEXEC of struct wire_install. */
export const O_CLOEXEC = 0x80000;

/** A u64 at `at`, as a Number (exact below 2^53). */
export function readU64(view: DataView, at: number): number {
  return view.getUint32(at + 4, true) * 0x100000000 + view.getUint32(at, true);
}

/** Where a descriptor of a reply goes in the client's memory. */
export interface Install {
  addr: number;
  cloexec: boolean;
}

/** Writes replies. One at a time: begin, regions, installs, finish. */
export class ReplyWriter extends FrameWriter {
  #countAt = 0;
  #count = 0;

  /** `ret` is 0 or more or -errno; `offset` where a mapping begins in its descriptor; `fds` how many come along. */
  beginReply(id: number, ret: number, offset: number, fds: number): void {
    this.begin(WIRE_REPLY, id, fds);
    this.u32(ret >>> 0);
    this.#countAt = this.used;
    this.#count = 0;
    this.u32(0);
    this.u64(offset >>> 0, Math.floor(offset / 0x100000000));
  }

  /** User memory that the client is to have: from[at, at + size) at address `addr`. */
  region(addr: number, from: Uint8Array, at: number, size: number): void {
    this.u64(addr >>> 0, Math.floor(addr / 0x100000000));
    this.u32(size);
    this.u32(0);
    this.bytes(from, at, size);
    this.#count++;
  }

  /** After the regions, one for each descriptor. */
  install(install: Install): void {
    this.u64(install.addr >>> 0, Math.floor(install.addr / 0x100000000));
    this.u32(install.cloexec ? O_CLOEXEC : 0);
    this.u32(0);
  }

  finishReply(): void {
    this.view.setUint32(this.#countAt, this.#count, true);
    this.finish();
  }
}
