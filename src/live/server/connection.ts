import { EAGAIN, EINTR, EPIPE } from '../../../uapi/errno.ts';
import { Frame } from '../../capture/frame.ts';
import { closeAll, Fd } from '../fd.ts';
import { native } from '../native.ts';
import type { Watch } from '../poller.ts';
import type { OpenFile } from './open-file.ts';
import type { Shares } from './shares.ts';

const FIRST_BYTES = 4096;
/** A longer buffer is not kept for the next frame. */
const KEPT_BYTES = 1 << 16;
/** Descriptors that a client may have sent ahead of the frames that say what they are for. */
const MAX_WAITING_FDS = 16;
/** Open files that a connection knows; the library relies on the last four that it showed. */
const MAX_SHOWN = 16;

/** Handles one whole frame; false closes the connection, 'later' leaves the frame for another time. */
export type FrameHandler = (
  from: Connection,
  frame: Frame,
  view: DataView,
  bytes: Uint8Array,
) => boolean | 'later';

/** What receive() found. */
export type Received = 'more' | 'nothing' | 'ended' | 'no-memory';

const received = new Int32Array(1 + MAX_WAITING_FDS);
const sending = new Int32Array(MAX_WAITING_FDS);
const NONE: readonly Fd[] = [];

/**
 * One connection of a client: bytes and descriptors in, frames to the handler; replies out. Once closed it does nothing
 * any more: frames that came in before are not handled, and replies to calls that still run go nowhere.
 */
export class Connection {
  readonly fd: Fd;
  /** The process that connected. */
  readonly pid: number;
  /** Where its events come from; null before there is one. */
  watch: Watch | null = null;
  /** Open files that the client has shown on this connection, by key: the ones it may make calls on. */
  readonly shown = new Map<number, OpenFile>();
  /** Cancels the call that waits for its result, if one does. */
  cancel: (() => void) | null = null;
  /** Its frame is being handled, and others have their turns meanwhile. */
  handling = false;
  /** Bytes that this and the other connections of the process keep. */
  readonly #shares: Shares;
  #bytes = new Uint8Array(FIRST_BYTES);
  #view = new DataView(this.#bytes.buffer);
  #used = 0;
  readonly #frame = new Frame();
  #fds: Fd[] = [];
  #waiting: { bytes: Uint8Array; at: number; fds: readonly Fd[] }[] = [];

  /** Takes over `fd`. */
  constructor(fd: Fd, pid: number, shares: Shares) {
    this.fd = fd;
    this.pid = pid;
    this.#shares = shares;
  }

  get closed(): boolean {
    return this.fd.closed;
  }

  /** Bytes that have not gone out yet: nothing more is handled until the client has read them. */
  get hasOutput(): boolean {
    return this.#waiting.length > 0;
  }

  /** Nothing is under way on it: it can be closed, and the client makes another one for its next call. */
  get idle(): boolean {
    return this.cancel === null && this.#used === 0 && this.#fds.length === 0 && this.#waiting.length === 0;
  }

  /** Something has come that the frame it belongs to has not completed: not to be kept for ever. */
  get halfFrame(): boolean {
    return this.#used > 0 || this.#fds.length > 0;
  }

  /** Whether a whole frame, or a corrupt one, has arrived. */
  get hasFrame(): boolean {
    return this.#used > 0 && this.#frame.read(this.#view, 0, this.#used) !== 0;
  }

  /** Id of the frame that is arriving, 0 before its header is there. */
  get arrivingId(): number {
    return this.#used >= 12 ? this.#view.getUint32(8, true) : 0;
  }

  /** Reads once of what has arrived. */
  receive(): Received {
    if (this.closed) return 'ended';
    if (this.#used === this.#bytes.length && !this.#resize(2 * this.#used)) return 'no-memory';
    const n = native().receive(this.fd.number, this.#bytes, this.#used, received);
    for (let i = 1; i <= received[0]; i++) this.#fds.push(new Fd(received[i]));
    if (n === -EAGAIN || n === -EINTR) return 'nothing';
    if (n <= 0 || this.#fds.length > MAX_WAITING_FDS) return 'ended';
    this.#used += n;
    return 'more';
  }

  /** Hands one whole frame over, if there is one. False: the connection is corrupt or closed. */
  handleFrame(handle: FrameHandler): boolean | 'later' {
    if (this.#used === 0) return !this.closed;
    const size = this.#frame.read(this.#view, 0, this.#used);
    if (size <= 0) return size === 0;
    this.handling = true;
    const handled = handle(this, this.#frame, this.#view, this.#bytes);
    this.handling = false;
    if (!handled || this.closed) return false;
    if (handled === 'later') return handled;
    this.#bytes.copyWithin(0, size, this.#used);
    this.#used -= size;
    if (this.#used === 0 && this.#bytes.length > KEPT_BYTES) this.#resize(FIRST_BYTES);
    return true;
  }

  /** Takes the next `count` descriptors that came along; they are the caller's to close. Undefined: there are fewer. */
  takeFds(count: number): Fd[] | undefined {
    return this.#fds.length < count ? undefined : this.#fds.splice(0, count);
  }

  /** The client may make calls on `file` by its key from now on. */
  show(file: OpenFile): void {
    this.shown.set(file.key, file);
    file.shownOn.add(this);
    if (this.shown.size > MAX_SHOWN) this.forget(this.shown.values().next().value as OpenFile);
  }

  forget(file: OpenFile): void {
    this.shown.delete(file.key);
    file.shownOn.delete(this);
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
      if (first.at === bytes.length) {
        this.#waiting.shift();
        this.#shares.giveBack(this.pid, bytes.length);
      }
    }
  }

  close(): void {
    if (this.closed) return;
    this.watch?.end();
    closeAll(this.#fds);
    for (const { bytes, fds } of this.#waiting) {
      closeAll(fds);
      this.#shares.giveBack(this.pid, bytes.length);
    }
    this.#fds = [];
    this.#waiting = [];
    for (const file of [...this.shown.values()]) this.forget(file);
    this.#used = 0;
    this.#resize(FIRST_BYTES);
    this.fd.close();
  }

  /** send(2) of bytes[at, end) with descriptors; -EPIPE after close(). */
  #write(bytes: Uint8Array, at: number, end: number, fds: readonly Fd[]): number {
    if (this.closed) return -EPIPE;
    for (let i = 0; i < fds.length; i++) sending[i] = fds[i].number;
    return native().send(this.fd.number, bytes, at, end, sending, fds.length);
  }

  #queue(bytes: Uint8Array, fds: readonly Fd[]): boolean {
    if (this.closed || !this.#shares.take(this.pid, bytes.length)) {
      closeAll(fds);
      return false;
    }
    this.#waiting.push({ bytes, at: 0, fds });
    return true;
  }

  /** Grows with what has arrived, not with what a frame's first bytes promise. False: that would be too much. */
  #resize(size: number): boolean {
    if (size === this.#bytes.length) return true;
    if (!this.#shares.take(this.pid, size - this.#bytes.length)) return false;
    const bytes = new Uint8Array(size);
    bytes.set(this.#bytes.subarray(0, this.#used));
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
    return true;
  }
}
