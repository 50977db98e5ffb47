import { EBADF, EIO, ENOMEM, ENOTTY } from '../../../uapi/errno.ts';
import type { IoctlSpec } from '../../../uapi/ioctl.ts';
import { WIRE_ATTACH, WIRE_MAX_CALL, wire_ioctl } from '../../../uapi/wire.ts';
import type { Frame } from '../../capture/frame.ts';
import { run } from '../../coroutine/op.ts';
import { getU64 } from '../../driver/base/u64.ts';
import type { DmaBuf } from '../../driver/gem/dma-buf.ts';
import { BlockedCall } from '../../driver/ioctl/blocked.ts';
import { BLOCKED, type PanthorDrv } from '../../driver/ioctl/drv.ts';
import type { SyncFile } from '../../driver/ioctl/fd-table.ts';
import type { Fd } from '../fd.ts';
import { nativeIoctls } from '../launch/native-tables.ts';
import type { Bugs } from './bugs.ts';
import { Call } from './call.ts';
import { CallFds } from './call-fds.ts';
import type { Connection } from './connection.ts';
import type { Exports } from './exports.ts';
import type { HeapGuard } from './heap-guard.ts';
import type { Injection } from './injection.ts';
import type { Observer } from './observer.ts';
import type { OpenFile } from './open-file.ts';
import type { OpenFiles } from './open-files.ts';
import type { Replies } from './replies.ts';
import { hasBacklog, mayBeLong } from './turns/long-calls.ts';
import type { Slices } from './turns/slices.ts';

export interface IoctlsOptions {
  drv: PanthorDrv;
  files: OpenFiles;
  exports: Exports;
  replies: Replies;
  bugs: Bugs;
  guard: HeapGuard;
  injection: Injection | null;
  slices: Slices;
  observers: readonly Observer[];
}

/** User memory of one call that is kept for the next. */
const KEPT_BYTES = 1 << 20;

interface Known {
  spec: IoctlSpec;
  /** The argument has a field for a descriptor. */
  hasFd: boolean;
  /** The driver keeps something new for it. */
  needsMemory: boolean;
}

const NEEDS_MEMORY =
  /_(CREATE|VM_BIND|SUBMIT|SET_LABEL|SIGNAL|TRANSFER|EVENTFD|HANDLE_TO_FD|FD_TO_HANDLE|FLINK|OPEN|GET_MAGIC|CLIENT_NAME)$/;

/** Ioctls by type and number. */
const known = new Map<number, Known>(
  nativeIoctls.map((spec) => [
    (spec.type << 8) | spec.nr,
    {
      spec,
      hasFd: spec.arg?.fields.some((field) => field.info.unit === 'fd') ?? false,
      needsMemory: NEEDS_MEMORY.test(spec.name),
    },
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
    // While a call is being made it keeps its own.
    const call = this.#making ? new Call() : this.#call;
    if (frame.size > WIRE_MAX_CALL) {
      this.#options.replies.plain(from, frame.id, -ENOMEM);
      return true;
    }
    if (!call.read(frame, view, bytes)) return false;
    const shown = (frame.flags & WIRE_ATTACH) !== 0 ? fds.shift() : undefined;
    if (call.fileKey === 0) {
      if (shown === undefined) return false;
      this.#onObject(from, frame.id, call, shown, fds);
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
    const outer = { making: this.#making, completed: this.#completed };
    this.#making = true;
    this.#completed = [];
    file.calling = true;
    file.busy++;
    const updates = pageTableUpdates(drv);
    call.reachedDriver = true;
    const ret =
      bugs.guard(what, () => run(drv.ioctl(file.drm, call.request, call.mem, call.argAddr))) ?? -EIO;
    file.calling = false;
    const completed = this.#completed;
    this.#making = outer.making;
    this.#completed = outer.completed;
    table?.end();
    if (ret === BLOCKED) this.#wait(from, id, file, call);
    else if (pageTableUpdates(drv) === updates || !this.#delay(from, id, file, call, ret, table))
      this.#finish(from, id, file, call, ret, table);
    for (const tell of completed) tell();
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
    if (file.drm.vms.all().some((vm) => vm.opLock.held)) return true;
    // What is injected is counted by calls, and some of it cannot happen within one.
    if (file.calling || injection !== null) return true;
    const call = new Call();
    return call.read(frame, view, bytes) && mayBeLong(call, file);
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
    if (call === this.#call) this.#call = new Call();
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
    call.before = null;
    if (call === this.#call && call.mem.data.length > KEPT_BYTES) this.#call = new Call();
  }

  /** Calls on the own descriptor of a dma-buf or a sync_file; that of a syncobj has none. */
  #onObject(from: Connection, id: number, call: Call, target: Fd, fds: Fd[]): void {
    const { drv, exports, replies, bugs } = this.#options;
    const object = exports.identify(target);
    target.close();
    if (object === null || object.kind === 'syncobj-file') {
      replies.plain(from, id, -ENOTTY);
      return;
    }
    if (this.#wantsBefore) call.remember();
    const spec = known.get(call.request & 0xffff)?.spec;
    const table = new CallFds(exports, null, from.pid, spec, call.arg(), call.argAddr, fds.shift() ?? null);
    const { request, mem, argAddr } = call;
    const ret =
      bugs.guard('an ioctl of an object', () => drv.objectIoctl(object, request, mem, argAddr, table)) ??
      -EIO;
    table.end();
    this.#finish(from, id, object, call, ret, table);
  }
}

function pageTableUpdates({ device }: PanthorDrv): number {
  return device.mmu.stats.mapCalls + device.mmu.stats.unmapCalls;
}
