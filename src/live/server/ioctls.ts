import { EBADF, EIO, ENOMEM, ENOTTY } from '../../../uapi/errno.ts';
import { WIRE_ATTACH, WIRE_MAX_CALL, wire_ioctl } from '../../../uapi/wire.ts';
import type { Frame } from '../../capture/frame.ts';
import { getU64 } from '../../driver/base/u64.ts';
import type { UserMemory } from '../../driver/base/uaccess.ts';
import type { DmaBuf } from '../../driver/gem/dma-buf.ts';
import { BlockedCall } from '../../driver/ioctl/blocked.ts';
import { BLOCKED, type PanthorDrv } from '../../driver/ioctl/drv.ts';
import type { SyncFile } from '../../driver/ioctl/fd-table.ts';
import type { DrmFile } from '../../driver/ioctl/file.ts';
import type { Fd } from '../fd.ts';
import type { Bugs } from './bugs.ts';
import { Call } from './call.ts';
import { CallFds } from './call-fds.ts';
import type { Connection } from './clients/connection.ts';
import type { Asker } from './clients/connections.ts';
import type { Exports } from './exports.ts';
import type { HeapGuard } from './heap-guard.ts';
import type { Injection } from './injection.ts';
import { knownIoctl } from './known-ioctls.ts';
import type { Observer } from './observer.ts';
import type { OpenFile } from './open-file.ts';
import type { OpenFiles } from './open-files.ts';
import type { Replies } from './replies.ts';
import { hasBacklog, LONG_CALL, mayBeLong } from './turns/long-calls.ts';
import type { Slices } from './turns/slices.ts';

export interface IoctlsOptions {
  drv: PanthorDrv;
  files: OpenFiles;
  exports: Exports;
  replies: Replies;
  bugs: Bugs;
  guard: HeapGuard;
  injection: Injection | null;
  /** PanthorDrv.ioctl(), or that of a driver that answers in its place. */
  make: (file: DrmFile, request: number, mem: UserMemory, argAddr: number) => number;
  slices: Slices<Asker>;
  /** A call that waits has been woken: `look` is called in its turn. */
  wake: (connection: Connection, look: () => void) => void;
  observers: readonly Observer[];
}

/** Calls that are kept to be used again: as many as may wait at once. */
const MAX_SPARE = 512;

/** Where WIRE_IOCTL becomes a call of the driver, and its result a reply. */
export class Ioctls {
  readonly #options: IoctlsOptions;
  readonly #wantsBefore: boolean;
  /** Calls that are over, to be used again. */
  readonly #spare: Call[] = [];
  /** For a look at a request that may have to wait. */
  readonly #looked = new Call();

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
    if (frame.size > WIRE_MAX_CALL) {
      this.#options.replies.plain(from, frame.id, -ENOMEM);
      return true;
    }
    const call = this.#spare.pop() ?? new Call();
    // What is no request ends the connection; its descriptors stay the caller's.
    if (!call.read(frame, view, bytes, this.#options.slices.condResched) || isNameless(frame, call, fds)) {
      this.#over(call);
      return false;
    }
    const shown = (frame.flags & WIRE_ATTACH) !== 0 ? fds.shift() : undefined;
    if (call.fileKey === 0) this.#onObject(from, frame.id, call, shown as Fd, fds);
    else this.#onFile(from, frame.id, call, shown, fds);
    return true;
  }

  #onFile(from: Connection, id: number, call: Call, shown: Fd | undefined, fds: Fd[]): void {
    const file = this.#options.files.find(from, call.fileKey, shown);
    if (file !== undefined) {
      this.#onDevice(from, id, file, call, fds);
      return;
    }
    this.#options.replies.plain(from, id, -EBADF);
    this.#over(call);
  }

  #onDevice(from: Connection, id: number, file: OpenFile, call: Call, fds: Fd[]): void {
    const { drv, exports, bugs, slices, make } = this.#options;
    if (this.#wantsBefore) call.remember();
    const entry = knownIoctl(call.request);
    if (entry?.needsMemory && this.#options.guard.refuses(file, call.mem.used)) {
      this.#finish(from, id, file, call, -ENOMEM, null);
      return;
    }
    const injected = this.#options.injection?.beforeCall(drv, entry?.spec.shortName ?? '') ?? 0;
    if (injected < 0) {
      this.#finish(from, id, file, call, injected, null);
      return;
    }
    let table: CallFds | null = null;
    if (entry?.hasFd) {
      table = new CallFds(exports, file, from.pid, entry.spec, call.arg(), call.argAddr, fds.shift() ?? null);
      file.drm.fds = table;
    }
    file.drm.callerPid = from.pid;
    file.drm.callerTid = call.tid;
    const what = entry?.spec.name ?? 'an unknown ioctl';
    const { caller } = drv.work;
    drv.work.caller = file.drm;
    file.calling = true;
    file.busy++;
    const updates = pageTableUpdates(drv);
    const noted = exports.signals.count;
    call.reachedDriver = true;
    const ret = bugs.guard(what, () => make(file.drm, call.request, call.mem, call.argAddr)) ?? -EIO;
    exports.signals.deliver(noted, slices.condResched);
    file.calling = false;
    drv.work.caller = caller;
    table?.end();
    if (ret === BLOCKED) this.#wait(from, id, file, call);
    else if (pageTableUpdates(drv) === updates || !this.#delay(from, id, file, call, ret, table))
      this.#finish(from, id, file, call, ret, table);
    this.#options.files.idle(file);
  }

  /**
   * Whether a request has to wait: for the end of the call that is paused, where it is on the same file or long, too; for
   * work that calls on the same file have left.
   */
  mustWait(frame: Frame, view: DataView, bytes: Uint8Array): boolean {
    const { drv, files, injection, slices } = this.#options;
    if (!(slices.pauses || drv.hasWork || injection !== null) || frame.size < wire_ioctl.size) return false;
    const file = files.byKey(getU64(view, frame.at + wire_ioctl.off.file));
    if (file === undefined || frame.size > WIRE_MAX_CALL) return false;
    if (hasBacklog(drv.sched, file)) return true;
    if (!slices.pauses) return file.calling;
    // Work that is paused holds the lock of a VM.
    if (file.drm.vms.some((vm) => vm.opLock.held)) return true;
    // What is injected is counted by calls, and some of it cannot happen within one.
    if (file.calling || injection !== null) return true;
    if (frame.size > LONG_CALL) return true;
    const call = this.#looked;
    return call.read(frame, view, bytes, () => undefined) && mayBeLong(call, file);
  }

  /** The call waits; it keeps its memory, and the next call gets other. */
  #wait(from: Connection, id: number, file: OpenFile, call: Call): void {
    const blocked = file.drm.blocked!;
    call.release = from.leaveBytes();
    file.busy++;
    from.cancel = () => blocked.cancel();
    blocked.onWake = () => this.#options.wake(from, () => blocked.look());
    blocked.onComplete((ret) => {
      from.cancel = null;
      this.#finish(from, id, file, call, ret, null);
      this.#options.files.idle(file);
    });
    if (this.#options.injection?.interrupts()) from.cancel?.();
  }

  /** The commands of a call take longer (Injection): its result comes later, and no other call on the file before. */
  #delay(
    from: Connection,
    id: number,
    file: OpenFile,
    call: Call,
    ret: number,
    table: CallFds | null,
  ): boolean {
    const { drv, injection, files } = this.#options;
    const ns = injection?.delayNs() ?? 0;
    if (ns === 0) return false;
    call.release = from.leaveBytes();
    file.calling = true;
    file.busy++;
    const slow = new BlockedCall(
      drv.device.now() + ns,
      ret,
      () => undefined,
      () => {
        drv.blockedCalls.delete(slow);
        file.calling = false;
        this.#finish(from, id, file, call, ret, table);
        files.idle(file);
      },
    );
    drv.blockedCalls.add(slow);
    return true;
  }

  #finish(
    from: Connection,
    id: number,
    on: OpenFile | DmaBuf | SyncFile,
    call: Call,
    ret: number,
    table: CallFds | null,
  ): void {
    for (const observer of this.#options.observers) observer.ioctl(on, call, ret, table);
    if (!from.closed) this.#options.replies.ofCall(from, id, call, ret, table);
    this.#over(call);
  }

  #over(call: Call): void {
    call.end();
    if (this.#spare.length < MAX_SPARE) this.#spare.push(call);
  }

  /** Calls on the own descriptor of a dma-buf or a sync_file; that of a syncobj has none. */
  #onObject(from: Connection, id: number, call: Call, target: Fd, fds: Fd[]): void {
    const { drv, exports, replies, bugs, slices } = this.#options;
    const object = exports.identify(target);
    target.close();
    if (object === null || object.kind === 'syncobj-file') {
      replies.plain(from, id, -ENOTTY);
      this.#over(call);
      return;
    }
    if (this.#wantsBefore) call.remember();
    const spec = knownIoctl(call.request)?.spec;
    const table = new CallFds(exports, null, from.pid, spec, call.arg(), call.argAddr, fds.shift() ?? null);
    const { request, mem, argAddr } = call;
    const noted = exports.signals.count;
    const ret =
      bugs.guard('an ioctl of an object', () => drv.objectIoctl(object, request, mem, argAddr, table)) ??
      -EIO;
    exports.signals.deliver(noted, slices.condResched);
    table.end();
    this.#finish(from, id, object, call, ret, table);
  }
}

function pageTableUpdates({ device }: PanthorDrv): number {
  return device.mmu.stats.mapCalls + device.mmu.stats.unmapCalls;
}

/** Whether a request says neither by key nor by descriptor what it is about. */
function isNameless(frame: Frame, call: Call, fds: readonly Fd[]): boolean {
  return call.fileKey === 0 && ((frame.flags & WIRE_ATTACH) === 0 || fds.length === 0);
}
