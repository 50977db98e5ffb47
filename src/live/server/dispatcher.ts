import { ENOENT } from '../../../uapi/errno.ts';
import {
  WIRE_AWAIT_RELEASE,
  WIRE_FDINFO,
  WIRE_FDS_MASK,
  WIRE_INTERRUPT,
  WIRE_IOCTL,
  WIRE_MMAP,
  WIRE_OPEN,
  wire_await_release,
  wire_fdinfo,
  wire_open,
} from '../../../uapi/wire.ts';
import type { Frame } from '../../capture/frame.ts';
import { run } from '../../coroutine/op.ts';
import { getU64 } from '../../driver/base/u64.ts';
import type { PanthorDrv } from '../../driver/ioctl/drv.ts';
import type { LiveTree } from '../../tree/live/live-tree.ts';
import { closeAll, type Fd } from '../fd.ts';
import { BoMemories, BoMemory } from './bo-memory.ts';
import { Bugs } from './bugs.ts';
import type { Connection } from './clients/connection.ts';
import type { Asker } from './clients/connections.ts';
import { Exports } from './exports.ts';
import { fdinfoText, textFile } from './files/fdinfo.ts';
import { GivenFiles, type WatchEnd } from './files/given-files.ts';
import { HeapGuard } from './heap-guard.ts';
import type { Injection } from './injection.ts';
import { Ioctls } from './ioctls.ts';
import { Mmaps } from './mmaps.ts';
import type { Observer } from './observer.ts';
import { OpenFiles } from './open-files.ts';
import { Replies, type RepliesOptions } from './replies.ts';
import type { Shares } from './shares.ts';
import type { Slices } from './turns/slices.ts';

export interface DispatcherOptions extends RepliesOptions {
  dir: string;
  drv: PanthorDrv;
  card: number;
  observers: readonly Observer[];
  /** Reports the end of a socket's other side. */
  watchEnd: WatchEnd;
  /** Descriptors, by process. */
  shares: Shares;
  /** Says a line to people; it must neither wait nor throw. */
  tell: (line: string) => void;
  injection?: Injection | undefined;
  tree?: LiveTree | undefined;
  /** Turns of others while a call goes on. */
  slices: Slices<Asker>;
  /** A call that waits has been woken: `look` is called in a turn of the connection's. */
  wake: (connection: Connection, look: () => void) => void;
  /** Bytes of JavaScript heap that clients may fill; what V8 allows otherwise. */
  heapBytes?: number | undefined;
}

/** Where frames of clients go: to the part of the server that they are for. */
export class Dispatcher {
  readonly memories: BoMemories;
  readonly exports: Exports;
  readonly files: OpenFiles;
  readonly replies: Replies;
  readonly bugs: Bugs;
  readonly tell: (line: string) => void;
  /** The page that shows LATEST_FLUSH_ID to clients. */
  readonly flushIdPage: BoMemory;
  readonly #given: GivenFiles;
  readonly #ioctls: Ioctls;
  readonly #mmaps: Mmaps;

  /** @throws Error where there is not even memory for one page */
  constructor(options: DispatcherOptions) {
    const { dir, drv, card, observers } = options;
    this.tell = options.tell;
    this.bugs = new Bugs(options.tell);
    this.flushIdPage = BoMemory.shown();
    this.memories = new BoMemories(options.shares);
    const { bugs, memories } = this;
    this.replies = new Replies(options);
    this.#given = new GivenFiles(dir, options.watchEnd);
    this.exports = new Exports(this.#given, memories, options.shares);
    this.files = new OpenFiles({
      drv,
      card,
      given: this.#given,
      shares: options.shares,
      bugs,
      observers,
      slices: options.slices,
      tree: options.tree ?? null,
      released: () => this.exports.sweepSoon(),
    });
    const { exports, files, replies } = this;
    const guard = new HeapGuard(
      () => files.all(),
      () => drv.device.now(),
      options.heapBytes,
    );
    this.#ioctls = new Ioctls({
      drv,
      files,
      exports,
      replies,
      bugs,
      guard,
      injection: options.injection ?? null,
      make: (file, request, mem, at) =>
        options.tree?.ioctl(file, request, mem, at) ?? run(drv.ioctl(file, request, mem, at)),
      slices: options.slices,
      wake: options.wake,
      observers,
    });
    this.#mmaps = new Mmaps({ files, memories, flushIdPage: this.flushIdPage, replies, observers });
    drv.onBoFree = (bo) => memories.forget(bo);
  }

  /** Handles a whole frame; false: the client breaks the protocol, and its connection ends; 'later': another call goes on. */
  handle(from: Connection, frame: Frame, view: DataView, bytes: Uint8Array): boolean | 'later' {
    if (frame.kind === WIRE_IOCTL && this.#ioctls.mustWait(frame, view, bytes)) return 'later';
    const fds = from.takeFds(frame.flags & WIRE_FDS_MASK);
    if (fds === undefined) return false;
    try {
      return this.#dispatch(from, frame, view, bytes, fds);
    } finally {
      closeAll(fds);
    }
  }

  /** A connection has ended: its call is cancelled. */
  ended(connection: Connection): void {
    connection.cancel?.();
    connection.cancel = null;
  }

  close(): void {
    this.files.close();
    this.#given.close();
    this.exports.close();
    this.flushIdPage.close();
  }

  #dispatch(from: Connection, frame: Frame, view: DataView, bytes: Uint8Array, fds: Fd[]): boolean {
    // Nothing but an interrupt comes while a call waits.
    if (from.cancel !== null && frame.kind !== WIRE_INTERRUPT) return false;
    switch (frame.kind) {
      case WIRE_OPEN:
        return this.#open(from, frame, view);
      case WIRE_IOCTL:
        return this.#ioctls.handle(from, frame, view, bytes, fds);
      case WIRE_MMAP:
        return this.#mmaps.handle(from, frame, view, fds);
      case WIRE_INTERRUPT:
        from.cancel?.();
        return true;
      case WIRE_FDINFO:
        return this.#fdinfo(from, frame, view);
      case WIRE_AWAIT_RELEASE:
        return this.#awaitRelease(from, frame, view);
      default:
        return false;
    }
  }

  #awaitRelease(from: Connection, frame: Frame, view: DataView): boolean {
    if (frame.size < wire_await_release.size) return false;
    const key = getU64(view, frame.at + wire_await_release.off.file);
    this.#given.look(key);
    this.files.releaseNow(key);
    this.replies.plain(from, frame.id, 0);
    return true;
  }

  /** A client that can name a file may ask, as every process of the same user can read /proc. */
  #fdinfo(from: Connection, frame: Frame, view: DataView): boolean {
    if (frame.size < wire_fdinfo.size) return false;
    const file = this.files.byKey(getU64(view, frame.at + wire_fdinfo.off.file));
    const fd = file === undefined ? -ENOENT : textFile(fdinfoText(file));
    if (typeof fd === 'number') this.replies.plain(from, frame.id, fd);
    else this.replies.memory(from, frame.id, fd, false);
    return true;
  }

  #open(from: Connection, frame: Frame, view: DataView): boolean {
    if (frame.size < wire_open.size) return false;
    const { off } = wire_open;
    const minor = view.getUint32(frame.at + off.minor, true);
    const flags = view.getUint32(frame.at + off.flags, true);
    const compat = view.getUint32(frame.at + off.compat, true) !== 0;
    const fd = this.files.open(minor, flags, from.pid, compat);
    if (typeof fd === 'number') this.replies.plain(from, frame.id, fd);
    else this.replies.memory(from, frame.id, fd, false);
    return true;
  }
}
