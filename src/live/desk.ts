import { closeSync } from 'node:fs';
import { EBADF, EIO, ENOTTY } from '../../uapi/errno.ts';
import { _IOC_NR, _IOC_TYPE, type IoctlSpec } from '../../uapi/ioctl.ts';
import type { Frame } from '../capture/frame.ts';
import { dmaBufIoctl } from '../driver/dma-buf.ts';
import { BLOCKED, type PanthorDrv } from '../driver/drv.ts';
import { FLUSH_ID_PAGE } from '../driver/file.ts';
import { run } from '../driver/interleave.ts';
import { BoMemories, BoMemory } from './bo-memory.ts';
import { Call } from './call.ts';
import { CallFds } from './call-fds.ts';
import type { Connection } from './connection.ts';
import { Exports } from './exports.ts';
import { native } from './native.ts';
import { nativeIoctls } from './native-tables.ts';
import type { Observer } from './observer.ts';
import { OpenFile, parseName, realmOf } from './open-file.ts';
import {
  MMAP_BYTES,
  OPEN_BYTES,
  ReplyWriter,
  readU64,
  WIRE_ATTACH,
  WIRE_FDS_MASK,
  WIRE_INTERRUPT,
  WIRE_IOCTL,
  WIRE_MMAP,
  WIRE_OPEN,
  WIRE_SETTLE,
} from './wire.ts';

export interface DeskOptions {
  dir: string;
  drv: PanthorDrv;
  card: number;
  observers: readonly Observer[];
  /** Reports the end of a socket's other side to exports.closed(). */
  watchEnd: (fd: number) => void;
  /** Answers message `id` when all releases that are on their way have been made. */
  settle: (from: Connection, id: number) => void;
  /** A reply waits for the client to read. */
  delayed: (connection: Connection) => void;
  /** A reply could not be sent. */
  lost: (connection: Connection) => void;
}

const PAGE_SIZE = 4096;
/** Bugs of ours that are kept for the report. */
const MAX_BUGS = 16;

/** Ioctls by type and number, for what their descriptors mean. */
const specs = new Map<number, IoctlSpec>(nativeIoctls.map((spec) => [(spec.type << 8) | spec.nr, spec]));

/** Where messages become calls of the driver, and results become replies. */
export class Desk {
  readonly memories = new BoMemories();
  readonly exports: Exports;
  readonly files = new Map<number, OpenFile>();
  /** Exceptions that reached this place: each is a bug of ours, and the call that met it failed with EIO. */
  readonly bugs: { what: string; error: unknown }[] = [];
  readonly #options: DeskOptions;
  readonly #drv: PanthorDrv;
  readonly #realm: string;
  readonly #reply = new ReplyWriter();
  readonly #flushIdPage: BoMemory;
  readonly #wantsBefore: boolean;
  #call = new Call();
  #nextFileId = 0;

  constructor(options: DeskOptions) {
    this.#options = options;
    this.#drv = options.drv;
    this.#realm = realmOf(options.dir);
    this.exports = new Exports(this.#realm, this.memories, options.watchEnd);
    this.#wantsBefore = options.observers.some((observer) => observer.wantsBefore);
    this.#drv.onBoFree = (bo) => this.memories.forget(bo);
    const page = BoMemory.create(PAGE_SIZE);
    if (typeof page === 'number') throw new Error(`no memory for the flush id page: errno ${-page}`);
    this.#flushIdPage = page;
  }

  /** The page that shows LATEST_FLUSH_ID to clients. */
  get flushIdPage(): BoMemory {
    return this.#flushIdPage;
  }

  /** Handles a whole frame; false: the client breaks the protocol, and its connection ends. */
  handle(from: Connection, frame: Frame, view: DataView, bytes: Uint8Array): boolean {
    const fds = from.takeFds(frame.flags & WIRE_FDS_MASK);
    if (fds === undefined) return false;
    try {
      if (from.role === 'file') return false;
      if (from.role === 'new') {
        if (frame.kind === WIRE_OPEN) return this.#open(from, frame, view);
        from.role = 'channel';
      }
      switch (frame.kind) {
        case WIRE_IOCTL:
          return from.cancel === null && this.#ioctl(from, frame, view, bytes, fds);
        case WIRE_MMAP:
          return from.cancel === null && this.#mmap(from, frame, view, fds);
        case WIRE_INTERRUPT:
          from.cancel?.();
          return true;
        case WIRE_SETTLE:
          this.#options.settle(from, frame.id);
          return from.cancel === null;
        default:
          return false;
      }
    } finally {
      for (const fd of fds) closeSync(fd);
    }
  }

  /** A connection has ended: its call is cancelled, its file released. */
  ended(connection: Connection): void {
    connection.cancel?.();
    connection.cancel = null;
    const { file } = connection;
    if (file === null) return;
    file.closing = true;
    if (file.busy === 0) this.#release(file);
  }

  /** Answers without anything in user memory. */
  reply(to: Connection, id: number, ret: number): void {
    const { writer } = this;
    writer.beginReply(id, ret, 0, 0);
    writer.finishReply();
    this.#send(to);
  }

  /** Does `work`; an exception is kept as a bug and costs this call only. */
  guard<T>(what: string, work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      if (this.bugs.length < MAX_BUGS) this.bugs.push({ what, error });
      const text = error instanceof Error ? error.stack : String(error);
      process.stderr.write(
        `panthor-shim: this is a bug of panthor-shim, please report it: ${what}: ${text}\n`,
      );
      return undefined;
    }
  }

  close(): void {
    for (const file of [...this.files.values()]) this.#release(file);
    this.exports.close();
    this.#flushIdPage.close();
  }

  private get writer(): ReplyWriter {
    return this.#reply;
  }

  #open(from: Connection, frame: Frame, view: DataView): boolean {
    if (frame.size < OPEN_BYTES) return false;
    const minor = view.getUint32(frame.at, true);
    const pid = view.getUint32(frame.at + 8, true);
    const name = parseName(native().peerName(from.fd), this.#realm);
    const { card } = this.#options;
    if (name?.kind !== 'device' || name.minor !== minor || this.files.has(name.key)) return false;
    if (minor !== card && minor !== card + 128) return false;
    // The client is the server's own user, and so has the server's privileges or fewer.
    const root = process.geteuid?.() === 0;
    const node = minor === card ? 'primary' : 'render';
    const drm = this.guard('open', () => run(this.#drv.open({ node, sysAdmin: root, sysNice: root })));
    if (drm === undefined) {
      this.reply(from, frame.id, -EIO);
      return false;
    }
    const file = new OpenFile(this.#nextFileId++, name.key, minor, pid, drm);
    this.files.set(file.key, file);
    from.role = 'file';
    from.file = file;
    for (const observer of this.#options.observers) observer.opened(file);
    this.reply(from, frame.id, 0);
    return true;
  }

  #release(file: OpenFile): void {
    file.released = true;
    this.files.delete(file.key);
    this.guard('release', () => run(this.#drv.release(file.drm)));
    this.exports.sweep();
    for (const observer of this.#options.observers) observer.released(file);
  }

  /** The open file that a message is about, which the client must have shown; undefined is EBADF. */
  #fileOf(from: Connection, key: number, frame: Frame, fds: number[]): OpenFile | undefined {
    if ((frame.flags & WIRE_ATTACH) !== 0) {
      const shown = fds.shift();
      if (shown === undefined) return undefined;
      const name = parseName(native().ownName(shown), this.#realm);
      closeSync(shown);
      const file = name?.kind === 'device' ? this.files.get(name.key) : undefined;
      if (file === undefined) return undefined;
      from.shown.set(file.key, file);
    }
    const file = from.shown.get(key);
    if (file?.released) from.shown.delete(key);
    return file === undefined || file.released ? undefined : file;
  }

  #ioctl(from: Connection, frame: Frame, view: DataView, bytes: Uint8Array, fds: number[]): boolean {
    const call = this.#call;
    if (!call.read(frame, view, bytes)) return false;
    if (call.fileKey === 0) return this.#dmaBufIoctl(from, frame, call, fds);
    const file = this.#fileOf(from, call.fileKey, frame, fds);
    if (file === undefined) {
      this.reply(from, frame.id, -EBADF);
      return true;
    }
    if (this.#wantsBefore) call.remember();
    const spec = specs.get(call.request & 0xffff);
    const needsFds = spec?.arg?.fields.some((field) => field.info.unit === 'fd');
    const table = needsFds
      ? new CallFds(this.exports, file, spec, call.arg(), call.argAddr, fds.shift() ?? -1)
      : null;
    if (table !== null) file.drm.fds = table;
    const what = spec?.name ?? `ioctl ${call.request.toString(16)}`;
    const ret =
      this.guard(what, () => run(this.#drv.ioctl(file.drm, call.request, call.mem, call.argAddr))) ?? -EIO;
    table?.end();
    if (ret === BLOCKED) this.#wait(from, frame.id, file, call);
    else this.#finish(from, frame.id, file, call, ret, table);
    return true;
  }

  /** The call waits; it keeps its memory, and the next call gets other. */
  #wait(from: Connection, id: number, file: OpenFile, call: Call): void {
    const blocked = file.drm.blocked!;
    this.#call = new Call();
    file.busy++;
    from.cancel = () => blocked.cancel();
    blocked.onComplete((ret) => {
      from.cancel = null;
      this.#finish(from, id, file, call, ret, null);
      file.busy--;
      if (file.closing && file.busy === 0 && !file.released) this.#release(file);
    });
  }

  #finish(
    from: Connection,
    id: number,
    file: OpenFile,
    call: Call,
    ret: number,
    table: CallFds | null,
  ): void {
    for (const observer of this.#options.observers) observer.ioctl(file, call, ret);
    if (!from.closed) this.#replyToCall(from, id, call, ret, table);
    call.before = null;
  }

  #replyToCall(to: Connection, id: number, call: Call, ret: number, table: CallFds | null): void {
    const { writer } = this;
    const made = table?.made.length ?? 0;
    writer.beginReply(id, ret, 0, made);
    call.writeChanges(writer);
    if (table === null || made === 0) {
      writer.finishReply();
      this.#send(to);
      return;
    }
    for (const install of table.installs) writer.install(install);
    writer.finishReply();
    this.#send(to, Int32Array.from(table.made));
  }

  /** Calls on a dma-buf's or sync_file's own descriptor. */
  #dmaBufIoctl(from: Connection, frame: Frame, call: Call, fds: number[]): boolean {
    const target = (frame.flags & WIRE_ATTACH) !== 0 ? fds.shift() : undefined;
    if (target === undefined) return false;
    const object = this.exports.identify(target);
    closeSync(target);
    if (object?.kind !== 'dma-buf') {
      this.reply(from, frame.id, -ENOTTY);
      return true;
    }
    const spec = specs.get((_IOC_TYPE(call.request) << 8) | _IOC_NR(call.request));
    const table = new CallFds(this.exports, null, spec, call.arg(), call.argAddr, fds.shift() ?? -1);
    const ret =
      this.guard('dma-buf ioctl', () => dmaBufIoctl(object, call.request, call.mem, call.argAddr, table)) ??
      -EIO;
    table.end();
    this.#replyToCall(from, frame.id, call, ret, table);
    return true;
  }

  #mmap(from: Connection, frame: Frame, view: DataView, fds: number[]): boolean {
    const { at } = frame;
    if (frame.size < MMAP_BYTES) return false;
    const file = this.#fileOf(from, readU64(view, at), frame, fds);
    if (file === undefined) {
      this.reply(from, frame.id, -EBADF);
      return true;
    }
    const prot = view.getUint32(at + 24, true);
    const flags = view.getUint32(at + 28, true);
    const found = file.drm.mmap(readU64(view, at + 16), readU64(view, at + 8), prot, flags);
    const call = {
      tid: view.getUint32(at + 32, true),
      fd: view.getInt32(at + 36, true),
      lengthLo: view.getUint32(at + 8, true),
      lengthHi: view.getUint32(at + 12, true),
      offsetLo: view.getUint32(at + 16, true),
      offsetHi: view.getUint32(at + 20, true),
      prot,
      flags,
    };
    const ret = typeof found === 'number' ? found : this.#replyWithMemory(from, frame.id, found);
    if (ret < 0) this.reply(from, frame.id, ret);
    for (const observer of this.#options.observers) observer.mmap(file, call, ret >= 0);
    return true;
  }

  #replyWithMemory(
    to: Connection,
    id: number,
    found: Exclude<ReturnType<OpenFile['drm']['mmap']>, number>,
  ): number {
    const isPage = found === FLUSH_ID_PAGE;
    const memory = isPage ? this.#flushIdPage : this.memories.memoryOf(found);
    if (typeof memory === 'number') return memory;
    const { writer } = this;
    writer.beginReply(id, 0, 0, 1);
    writer.finishReply();
    if (isPage) {
      // Clients read the page and never write it.
      this.#send(to, Int32Array.of(memory.open(false)));
      return 0;
    }
    const sent = to.lend(writer.data, writer.used, memory.fd);
    writer.used = 0;
    if (!sent) this.#options.lost(to);
    return 0;
  }

  #send(to: Connection, fds?: Int32Array): void {
    const { writer } = this;
    const sent = to.send(writer.data, writer.used, fds);
    writer.used = 0;
    if (!sent) this.#options.lost(to);
    else if (to.hasOutput) this.#options.delayed(to);
  }
}
