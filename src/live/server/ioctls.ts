import { EBADF, EIO, ENOTTY } from '../../../uapi/errno.ts';
import type { IoctlSpec } from '../../../uapi/ioctl.ts';
import type { Frame } from '../../capture/frame.ts';
import { run } from '../../coroutine/op.ts';
import { type DmaBuf, dmaBufIoctl } from '../../driver/gem/dma-buf.ts';
import { BLOCKED, type PanthorDrv } from '../../driver/ioctl/drv.ts';
import type { Fd } from '../fd.ts';
import { nativeIoctls } from '../launch/native-tables.ts';
import { WIRE_ATTACH } from '../wire.ts';
import type { Bugs } from './bugs.ts';
import { Call } from './call.ts';
import { CallFds } from './call-fds.ts';
import type { Connection } from './connection.ts';
import type { Exports } from './exports.ts';
import type { Observer } from './observer.ts';
import type { OpenFile } from './open-file.ts';
import type { OpenFiles } from './open-files.ts';
import type { Replies } from './replies.ts';

export interface IoctlsOptions {
  drv: PanthorDrv;
  files: OpenFiles;
  exports: Exports;
  replies: Replies;
  bugs: Bugs;
  observers: readonly Observer[];
}

/** User memory of one call that is kept for the next. */
const KEPT_BYTES = 1 << 20;

interface Known {
  spec: IoctlSpec;
  /** The argument has a field for a descriptor. */
  hasFd: boolean;
}

/** Ioctls by type and number. */
const known = new Map<number, Known>(
  nativeIoctls.map((spec) => [
    (spec.type << 8) | spec.nr,
    { spec, hasFd: spec.arg?.fields.some((field) => field.info.unit === 'fd') ?? false },
  ]),
);

/** Where WIRE_IOCTL becomes a call of the driver, and its result a reply. */
export class Ioctls {
  readonly #options: IoctlsOptions;
  readonly #wantsBefore: boolean;
  #call = new Call();
  /** A call is being made: what it completes of others is told after its own result. */
  #making = false;
  #completed: (() => void)[] = [];

  constructor(options: IoctlsOptions) {
    this.#options = options;
    this.#wantsBefore = options.observers.some((observer) => observer.wantsBefore);
  }

  /**
   * Handles one request; `fds` are the descriptors that came along, and those that are left in it are the caller's.
   *
   * @returns false for what is no request
   */
  handle(from: Connection, frame: Frame, view: DataView, bytes: Uint8Array, fds: Fd[]): boolean {
    const call = this.#call;
    if (!call.read(frame, view, bytes)) return false;
    const shown = (frame.flags & WIRE_ATTACH) !== 0 ? fds.shift() : undefined;
    if (call.fileKey === 0) {
      if (shown === undefined) return false;
      this.#onDmaBuf(from, frame.id, call, shown, fds);
      return true;
    }
    const file = this.#options.files.find(from, call.fileKey, shown);
    if (file === undefined) this.#options.replies.plain(from, frame.id, -EBADF);
    else this.#onDevice(from, frame.id, file, call, fds);
    return true;
  }

  #onDevice(from: Connection, id: number, file: OpenFile, call: Call, fds: Fd[]): void {
    const { drv, exports, bugs } = this.#options;
    if (this.#wantsBefore) call.remember();
    const entry = known.get(call.request & 0xffff);
    let table: CallFds | null = null;
    if (entry?.hasFd) {
      table = new CallFds(exports, file, from.pid, entry.spec, call.arg(), call.argAddr, fds.shift() ?? null);
      file.drm.fds = table;
    }
    const what = entry?.spec.name ?? 'an unknown ioctl';
    this.#making = true;
    const ret =
      bugs.guard(what, () => run(drv.ioctl(file.drm, call.request, call.mem, call.argAddr))) ?? -EIO;
    this.#making = false;
    table?.end();
    if (ret === BLOCKED) this.#wait(from, id, file, call);
    else this.#finish(from, id, file, call, ret, table);
    for (const tell of this.#completed.splice(0)) tell();
  }

  /** The call waits; it keeps its memory, and the next call gets other. */
  #wait(from: Connection, id: number, file: OpenFile, call: Call): void {
    const blocked = file.drm.blocked!;
    this.#call = new Call();
    file.busy++;
    from.cancel = () => blocked.cancel();
    blocked.onComplete((ret) => {
      const tell = (): void => {
        from.cancel = null;
        this.#finish(from, id, file, call, ret, null);
        this.#options.files.idle(file);
      };
      if (this.#making) this.#completed.push(tell);
      else tell();
    });
  }

  #finish(
    from: Connection,
    id: number,
    on: OpenFile | DmaBuf,
    call: Call,
    ret: number,
    table: CallFds | null,
  ): void {
    for (const observer of this.#options.observers) observer.ioctl(on, call, ret, table);
    if (!from.closed) this.#options.replies.ofCall(from, id, call, ret, table);
    call.before = null;
    if (call === this.#call && call.mem.data.length > KEPT_BYTES) this.#call = new Call();
  }

  /** Calls on the own descriptor of a dma-buf. A sync_file has none that are modelled. */
  #onDmaBuf(from: Connection, id: number, call: Call, target: Fd, fds: Fd[]): void {
    const { exports, replies, bugs } = this.#options;
    const object = exports.identify(target);
    target.close();
    if (object?.kind !== 'dma-buf') {
      replies.plain(from, id, -ENOTTY);
      return;
    }
    if (this.#wantsBefore) call.remember();
    const spec = known.get(call.request & 0xffff)?.spec;
    const table = new CallFds(exports, null, from.pid, spec, call.arg(), call.argAddr, fds.shift() ?? null);
    const { request, mem, argAddr } = call;
    const ret =
      bugs.guard('a dma-buf ioctl', () => dmaBufIoctl(object, request, mem, argAddr, table)) ?? -EIO;
    table.end();
    this.#finish(from, id, object, call, ret, table);
  }
}
