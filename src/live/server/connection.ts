import { EAGAIN, EINTR, EPIPE } from '../../../uapi/errno.ts';
import { Frame } from '../../capture/frame.ts';
import { closeAll, Fd } from '../fd.ts';
import { native } from '../native.ts';
import type { Watch } from '../poller.ts';
import type { OpenFile } from './open-file.ts';

const FIRST_BYTES = 4096;
/** A longer buffer is not kept for the next frame. */
const KEPT_BYTES = 1 << 16;
/** Descriptors that a client may have sent ahead of the frames that say what they are for. */
const MAX_WAITING_FDS = 16;
/** Reply bytes that a client may leave unread before it is given up. */
const MAX_WAITING_BYTES = 64 << 20;

/** What a connection turned out to be by its first frame. */
export type Role = 'new' | 'file' | 'channel';

/** Handles one whole frame; false closes the connection. */
export type FrameHandler = (from: Connection, frame: Frame, view: DataView, bytes: Uint8Array) => boolean;

const received = new Int32Array(1 + MAX_WAITING_FDS);
const sending = new Int32Array(MAX_WAITING_FDS);
const NONE: readonly Fd[] = [];

/**
 * One connection of a client: bytes and descriptors in, frames to the handler; replies out. Once closed it does nothing
 * any more: frames that came in before are not handled, and replies to calls that still run go nowhere.
 */
export class Connection {
  readonly fd: Fd;
  /** Where its events come from; null before there is one. */
  watch: Watch | null = null;
  role: Role = 'new';
  /** The open file that this connection is (role 'file'). */
  file: OpenFile | null = null;
  /** Open files that the client has shown on this connection, by key: the ones it may make calls on. */
  readonly shown = new Map<number, OpenFile>();
  /** Cancels the call that waits for its result, if one does. */
  cancel: (() => void) | null = null;
  #bytes = new Uint8Array(FIRST_BYTES);
  #view = new DataView(this.#bytes.buffer);
  #used = 0;
  readonly #frame = new Frame();
  #fds: Fd[] = [];
  #waiting: { bytes: Uint8Array; at: number; fds: readonly Fd[] }[] = [];
  #waitingBytes = 0;

  /** Takes over `fd`. */
  constructor(fd: Fd) {
    this.fd = fd;
  }

  get closed(): boolean {
    return this.fd.closed;
  }

  /** Bytes that have not gone out yet. */
  get hasOutput(): boolean {
    return this.#waiting.length > 0;
  }

  /** Reads what has arrived and hands whole frames over. False: the connection has ended, is damaged or closed. */
  receive(handle: FrameHandler): boolean {
    while (!this.closed) {
      const room = this.#bytes.length - this.#used;
      const n = native().receive(this.fd.number, this.#bytes, this.#used, received);
      for (let i = 1; i <= received[0]; i++) this.#fds.push(new Fd(received[i]));
      if (n === -EAGAIN || n === -EINTR) return true;
      if (n <= 0 || this.#fds.length > MAX_WAITING_FDS) return false;
      this.#used += n;
      if (!this.#handleFrames(handle)) return false;
      if (n < room) return true;
    }
    return false;
  }

  /** Takes the next `count` descriptors that came along; they are the caller's to close. Undefined: there are fewer. */
  takeFds(count: number): Fd[] | undefined {
    return this.#fds.length < count ? undefined : this.#fds.splice(0, count);
  }

  /**
   * Sends bytes[0, end) and descriptors, now or when the client reads again; the descriptors are closed afterwards.
   * False: the client is gone, or has left too much unread.
   */
  send(bytes: Uint8Array, end: number, fds: readonly Fd[] = NONE): boolean {
    if (this.#waiting.length > 0) return this.#queue(bytes.slice(0, end), fds);
    const n = this.#write(bytes, 0, end, fds);
    if (n === -EAGAIN) return this.#queue(bytes.slice(0, end), fds);
    // The kernel holds a descriptor on its way by itself.
    closeAll(fds);
    return n === end || (n > 0 && this.#queue(bytes.slice(n, end), NONE));
  }

  /** Sends bytes[0, end) and a descriptor that stays open. A client that has left replies unread does not get it. */
  lend(bytes: Uint8Array, end: number, fd: Fd): boolean {
    return this.#waiting.length === 0 && this.#write(bytes, 0, end, [fd]) === end;
  }

  /** Goes on sending. False: the client is gone. */
  flush(): boolean {
    for (;;) {
      const first = this.#waiting[0];
      if (first === undefined) return true;
      const { bytes, fds } = first;
      const n = this.#write(bytes, first.at, bytes.length, fds);
      if (n === -EAGAIN) return true;
      if (n <= 0) return false;
      closeAll(fds);
      first.fds = NONE;
      first.at += n;
      this.#waitingBytes -= n;
      if (first.at === bytes.length) this.#waiting.shift();
    }
  }

  close(): void {
    if (this.closed) return;
    this.watch?.end();
    closeAll(this.#fds);
    for (const { fds } of this.#waiting) closeAll(fds);
    this.#fds = [];
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.fd.close();
  }

  /** send(2) of bytes[at, end) with descriptors; -EPIPE after close(). */
  #write(bytes: Uint8Array, at: number, end: number, fds: readonly Fd[]): number {
    if (this.closed) return -EPIPE;
    for (let i = 0; i < fds.length; i++) sending[i] = fds[i].number;
    return native().send(this.fd.number, bytes, at, end, sending, fds.length);
  }

  #queue(bytes: Uint8Array, fds: readonly Fd[]): boolean {
    this.#waiting.push({ bytes, at: 0, fds });
    this.#waitingBytes += bytes.length;
    return this.#waitingBytes <= MAX_WAITING_BYTES;
  }

  #handleFrames(handle: FrameHandler): boolean {
    let at = 0;
    const frame = this.#frame;
    while (at < this.#used) {
      const size = frame.read(this.#view, at, this.#used);
      if (size < 0) return false;
      if (size === 0) break;
      at += size;
      if (!handle(this, frame, this.#view, this.#bytes) || this.closed) return false;
    }
    if (at > 0) this.#bytes.copyWithin(0, at, this.#used);
    this.#used -= at;
    this.#makeRoom();
    return true;
  }

  /** Grows with what has arrived, not with what a frame's first bytes promise, and shrinks again afterwards. */
  #makeRoom(): void {
    const size = this.#bytes.length;
    if (this.#used === size) this.#resize(2 * size);
    else if (this.#used === 0 && size > KEPT_BYTES) this.#resize(FIRST_BYTES);
  }

  #resize(size: number): void {
    const bytes = new Uint8Array(size);
    bytes.set(this.#bytes.subarray(0, this.#used));
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
}
