import { EAGAIN, EPIPE } from '../../../../uapi/errno.ts';
import { closeAll, type Fd } from '../../fd.ts';
import { native } from '../../native.ts';
import type { Buffers } from '../turns/buffers.ts';

/** What is sent at a time, bytes: a long reply takes many turns. */
const PIECE_BYTES = 1 << 15;
/** Descriptors of one message. */
const MAX_FDS = 16;

const sending = new Int32Array(MAX_FDS);
const NONE: readonly Fd[] = [];

/** Bytes that wait to be sent, the descriptors that go with the first of them, and what is to be called afterwards. */
interface Message {
  readonly bytes: Uint8Array;
  at: number;
  readonly end: number;
  fds: readonly Fd[];
  readonly release: () => void;
}

/** What goes to a client over its connection: replies and descriptors, in order. */
export class Outbox {
  readonly #fd: Fd;
  /** The process that connected, and the memory that it may use. */
  readonly #pid: number;
  readonly #buffers: Buffers;
  #waiting: Message[] = [];

  /** `fd` stays the connection's. */
  constructor(fd: Fd, pid: number, buffers: Buffers) {
    this.#fd = fd;
    this.#pid = pid;
    this.#buffers = buffers;
  }

  /** Bytes that have not gone out yet: nothing more is handled until the client has read them. */
  get waits(): boolean {
    return this.#waiting.length > 0;
  }

  /**
   * Sends bytes[0, end) and descriptors, now or when the client reads again; the descriptors are closed afterwards.
   * False: the client is gone, or has left too much unread.
   */
  send(bytes: Uint8Array, end: number, fds: readonly Fd[] = NONE): boolean {
    if (this.#waiting.length > 0) return this.#queue(bytes, 0, end, fds);
    const n = this.#write(bytes, 0, Math.min(end, PIECE_BYTES), fds);
    if (n === -EAGAIN) return this.#queue(bytes, 0, end, fds);
    // The kernel holds a descriptor on its way by itself.
    closeAll(fds);
    return n === end || (n > 0 && this.#queue(bytes, n, end, NONE));
  }

  /** send() of many bytes from where they are; `release` is called when they are needed no more. */
  sendLong(bytes: Uint8Array, end: number, release: () => void): boolean {
    if (this.#fd.closed || !this.#buffers.count(this.#pid, end)) {
      release();
      return false;
    }
    const done = (): void => {
      this.#buffers.count(this.#pid, -end);
      release();
    };
    this.#waiting.push({ bytes, at: 0, end, fds: NONE, release: done });
    return this.#waiting.length > 1 || this.flush();
  }

  /** Sends bytes[0, end) and a descriptor that stays open. A client that has left replies unread does not get it. */
  lend(bytes: Uint8Array, end: number, fd: Fd): boolean {
    return this.#waiting.length === 0 && this.#write(bytes, 0, end, [fd]) === end;
  }

  /** Goes on sending, a piece. False: the client is gone. */
  flush(): boolean {
    const first = this.#waiting[0];
    if (first === undefined) return true;
    const { bytes, fds, release } = first;
    const n = this.#write(bytes, first.at, Math.min(first.end, first.at + PIECE_BYTES), fds);
    if (n === -EAGAIN) return true;
    if (n <= 0) return false;
    closeAll(fds);
    first.fds = NONE;
    first.at += n;
    if (first.at === first.end) {
      this.#waiting.shift();
      release();
    }
    return true;
  }

  /** The connection ends. */
  close(): void {
    for (const { fds, release } of this.#waiting) {
      closeAll(fds);
      release();
    }
    this.#waiting = [];
  }

  /** send(2) of bytes[at, end) with descriptors; -EPIPE after close(). */
  #write(bytes: Uint8Array, at: number, end: number, fds: readonly Fd[]): number {
    if (this.#fd.closed) return -EPIPE;
    for (let i = 0; i < fds.length; i++) sending[i] = fds[i].number;
    return native().send(this.#fd.number, bytes, at, end, sending, fds.length);
  }

  /** Keeps bytes[from, end) and descriptors until the client reads. */
  #queue(bytes: Uint8Array, from: number, end: number, fds: readonly Fd[]): boolean {
    const kept = this.#fd.closed ? null : this.#buffers.take(this.#pid, end - from);
    if (kept === null) {
      closeAll(fds);
      return false;
    }
    kept.set(bytes.subarray(from, end));
    const release = (): void => this.#buffers.giveBack(this.#pid, kept);
    this.#waiting.push({ bytes: kept, at: 0, end: end - from, fds, release });
    return true;
  }
}
