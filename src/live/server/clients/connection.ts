import { EAGAIN, EINTR } from '../../../../uapi/errno.ts';
import { Frame } from '../../../capture/frame.ts';
import { RenewedMap } from '../../../driver/base/renewed-map.ts';
import { closeAll, Fd } from '../../fd.ts';
import { native } from '../../native.ts';
import type { Watch } from '../../poller.ts';
import type { OpenFile } from '../open-file.ts';
import type { Buffers } from '../turns/buffers.ts';
import { Outbox } from './outbox.ts';

/** A longer buffer is not kept for the next frame. */
const KEPT_BYTES = 4096;
/** What is read at a time, bytes: a long request takes many turns. */
const PIECE_BYTES = 1 << 15;
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

/** What a turn came to; 'part': more of the request has to arrive, 'no-memory': there is no room for it. */
export type Turn = 'done' | 'part' | 'later' | 'ended' | 'no-memory';

const received = new Int32Array(1 + MAX_WAITING_FDS);

const NO_BYTES = new Uint8Array(0);
const NO_VIEW = new DataView(NO_BYTES.buffer);

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
  readonly shown = new RenewedMap<number, OpenFile>();
  /** Cancels the call that waits for its result, if one does. */
  cancel: (() => void) | null = null;
  /** Its call that waits has been woken: what is to be done in its next turn. */
  woken: (() => void) | null = null;
  /** Its frame is being handled, and others have their turns meanwhile. */
  handling = false;
  /** What goes to the client. */
  readonly out: Outbox;
  readonly #buffers: Buffers;
  /** What has arrived and is not handled: bytes [start, used). */
  #bytes: Uint8Array = NO_BYTES;
  #view: DataView = NO_VIEW;
  #start = 0;
  #used = 0;
  /** Size of the frame at `start` when it is known to be whole; 0: not yet. */
  #whole = 0;
  readonly #frame = new Frame();
  #fds: Fd[] = [];

  /** Takes over `fd`. */
  constructor(fd: Fd, pid: number, buffers: Buffers) {
    this.fd = fd;
    this.pid = pid;
    this.out = new Outbox(fd, pid, buffers);
    this.#buffers = buffers;
  }

  get closed(): boolean {
    return this.fd.closed;
  }

  /** Nothing is under way on it: it can be closed, and the client makes another one for its next call. */
  get idle(): boolean {
    return this.cancel === null && !this.halfFrame && !this.out.waits;
  }

  /** Something has come that the frame it belongs to has not completed: not to be kept for ever. */
  get halfFrame(): boolean {
    return this.#used > this.#start || this.#fds.length > 0;
  }

  /** Id of the frame that is arriving, 0 before its header is there. */
  get arrivingId(): number {
    return this.#used - this.#start >= 12 ? this.#view.getUint32(this.#start + 8, true) : 0;
  }

  /** One turn: a call that was woken goes on; or it reads once of what has arrived, unless a whole frame is there, and hands over a frame that is whole. */
  turn(handle: FrameHandler): Turn {
    if (this.closed) return 'ended';
    const { woken } = this;
    if (woken !== null) {
      this.woken = null;
      woken();
      return this.closed ? 'ended' : 'part';
    }
    if (this.#whole === 0) this.#look();
    if (this.#whole === 0) {
      const received = this.#receive();
      if (received !== 'done') return received;
      this.#look();
      if (this.#whole === 0) return 'part';
    }
    if (this.#whole < 0) return 'ended';
    this.handling = true;
    const handled = handle(this, this.#frame, this.#view, this.#bytes);
    this.handling = false;
    if (this.closed) this.#giveBack();
    if (this.closed || !handled) return 'ended';
    if (handled === 'later') return handled;
    this.#start += this.#whole;
    this.#whole = 0;
    if (this.#start === this.#used) {
      this.#start = 0;
      this.#used = 0;
      if (this.#bytes.length > KEPT_BYTES) this.#giveBack();
    }
    return 'done';
  }

  /**
   * Leaves the memory of the frame that is being handled to its call, until release() is called: the call waits, and other
   * frames come meanwhile. What came in behind it stays here, if there is memory for that.
   */
  leaveBytes(): () => void {
    const bytes = this.#bytes;
    const rest = bytes.subarray(this.#start + this.#whole, this.#used);
    const next = rest.length === 0 ? NO_BYTES : this.#buffers.take(this.pid, rest.length);
    next?.set(rest);
    this.#use(next ?? NO_BYTES);
    this.#start = 0;
    this.#used = next === null ? 0 : rest.length;
    this.#whole = 0;
    return () => this.#buffers.giveBack(this.pid, bytes);
  }

  /** Looks whether a frame is whole. */
  #look(): void {
    if (this.#used > this.#start) this.#whole = this.#frame.arrive(this.#view, this.#start, this.#used);
  }

  #receive(): Turn {
    if (this.#used === this.#bytes.length && !this.#makeRoom()) return 'no-memory';
    const n = native().receive(this.fd.number, this.#bytes, this.#used, received, PIECE_BYTES);
    for (let i = 1; i <= received[0]; i++) this.#fds.push(new Fd(received[i]));
    if (n === -EAGAIN || n === -EINTR) return 'part';
    if (n <= 0 || this.#fds.length > MAX_WAITING_FDS) return 'ended';
    this.#used += n;
    return 'done';
  }

  /** Takes the next `count` descriptors that came along; they are the caller's to close. Undefined: there are fewer. */
  takeFds(count: number): Fd[] | undefined {
    return this.#fds.length < count ? undefined : this.#fds.splice(0, count);
  }

  /** The client may make calls on `file` by its key from now on. */
  show(file: OpenFile): void {
    this.shown.set(file.key, file);
    file.shownOn.set(this, true);
    if (this.shown.size > MAX_SHOWN) this.forget(this.shown.values().next().value as OpenFile);
  }

  forget(file: OpenFile): void {
    this.shown.delete(file.key);
    file.shownOn.delete(this);
  }

  close(): void {
    if (this.closed) return;
    this.watch?.end();
    closeAll(this.#fds);
    this.#fds = [];
    this.out.close();
    for (const file of [...this.shown.values()]) this.forget(file);
    // Otherwise a call still reads from them.
    if (!this.handling) this.#giveBack();
    this.fd.close();
  }

  /** Makes room for more: with what has arrived it grows, not with what a frame's first bytes promise. */
  #makeRoom(): boolean {
    const { length } = this.#bytes;
    const there = this.#used - this.#start;
    if (this.#start > 0) this.#bytes.copyWithin(0, this.#start, this.#used);
    else {
      const next = this.#buffers.take(this.pid, length);
      if (next === null) return false;
      next.set(this.#bytes);
      if (length > 0) this.#buffers.giveBack(this.pid, this.#bytes);
      this.#use(next);
    }
    this.#start = 0;
    this.#used = there;
    return true;
  }

  #giveBack(): void {
    const bytes = this.#bytes;
    this.#use(NO_BYTES);
    this.#start = 0;
    this.#used = 0;
    this.#whole = 0;
    if (bytes.length > 0) this.#buffers.giveBack(this.pid, bytes);
  }

  #use(bytes: Uint8Array): void {
    this.#bytes = bytes;
    this.#view = bytes.length === 0 ? NO_VIEW : new DataView(bytes.buffer);
  }
}
