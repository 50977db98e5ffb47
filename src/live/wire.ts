/** Writes the replies of the live protocol (uapi/wire.ts). */
import { WIRE_REPLY } from '../../uapi/wire.ts';
import { FrameWriter } from '../capture/frame-writer.ts';

/** What is copied at a time, bytes: a multiple of 8. */
const PIECE_BYTES = 1 << 16;
/** fcntl.h, on every architecture that there is a library for. */
const O_CLOEXEC = 0x80000;

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

  /** User memory that the client is to have: from[at, at + size) at address `addr`, with `pause` after each piece. */
  region(addr: number, from: Uint8Array, at: number, size: number, pause?: () => void): void {
    this.u64(addr >>> 0, Math.floor(addr / 0x100000000));
    this.u32(size);
    this.u32(0);
    this.reserve(size + 8);
    for (let done = 0; done < size; done += PIECE_BYTES) {
      this.bytes(from, at + done, Math.min(size - done, PIECE_BYTES));
      pause?.();
    }
    this.#count++;
  }

  /** After the regions, one for each descriptor. */
  install(install: Install): void {
    this.u64(install.addr >>> 0, Math.floor(install.addr / 0x100000000));
    this.u32(install.cloexec ? O_CLOEXEC : 0);
    this.u32(0);
  }

  finishReply(pause?: () => void): void {
    this.view.setUint32(this.#countAt, this.#count, true);
    this.finish(pause);
  }
}
