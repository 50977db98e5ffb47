import { DMA_BUF_BASE, SYNC_IOC_MAGIC } from '../../uapi/drm.ts';
import { EBADF, ENOTTY } from '../../uapi/errno.ts';
import { _IOC_TYPE } from '../../uapi/ioctl.ts';
import type { CaptureRecord } from '../capture/record.ts';
import { run } from '../coroutine/op.ts';
import { UserMemory } from '../driver/base/uaccess.ts';
import type { DriverTrace } from '../driver/base/warn.ts';
import { PanthorDevice } from '../driver/device.ts';
import type { BoLayout } from '../driver/gem/sg.ts';
import { type GpuProfile, gpuProfile } from '../driver/gpu-profile.ts';
import { BLOCKED, PanthorDrv } from '../driver/ioctl/drv.ts';
import { ModelFdTable } from '../driver/ioctl/fd-table.ts';
import type { Kernel } from '../driver/kernels.ts';
import { InputError } from '../errors.ts';
import { ClientFile } from './client-file.ts';
import { VM_BIND_COUNT_AT } from './failures.ts';
import { IdMap } from './ids/id-map.ts';
import type { IdPlan, PlannedId } from './ids/id-plan.ts';
import { IdWalk } from './ids/id-walk.ts';
import { ARGUMENT_ADDRESS, loadPayload } from './payload.ts';
import { placeholderFor, type TakenFd, takenFd } from './placeholders.ts';
import { type SeenDriver, seenModel } from './seen.ts';

/** Open files of a replay: each takes some kilobytes, a record that opens one some dozen. */
const MAX_FILES = 1 << 16;

export interface ModelOptions {
  kernel: Kernel;
  /**
   * Files are numbered by the client's descriptors and closing them is not recorded: a descriptor that is given out
   * for something else then means that the file was closed.
   */
  fdsAreReal?: boolean;
  /** Files that do not say otherwise were opened by 32-bit processes. */
  compat?: boolean;
  gpu?: GpuProfile;
  boLayout?: BoLayout;
  trace?: DriverTrace | null;
  /** What is to go wrong. */
  faults?: Faults | null;
}

/** Faults on demand, as `--inject` plans them. */
export interface Faults {
  /** Has faults happen in the device. */
  arm(drv: PanthorDrv): void;
  /** Before an ioctl: what it fails with (-errno), or 0 where it is made. */
  beforeCall(drv: PanthorDrv, name: string): number;
  /** How many have happened. */
  readonly fired: number;
}

/**
 * A modelled device whose only client is a capture: opens its files, puts its calls in front of the driver in the
 * model's numbers, and learns those that the driver gives out. What the results mean is for others to say.
 */
export class ReplayModel {
  readonly device: PanthorDevice;
  readonly drv: PanthorDrv;
  readonly faults: Faults | null;
  /** What reports look at. */
  seen: SeenDriver;
  /** User memory of the call at hand, as the driver left it. */
  readonly mem = new UserMemory(1 << 14);
  /** Where its argument is. */
  argAt = 0;
  /** The client's open files by descriptor, in the order in which they were first used. */
  readonly files = new Map<number, ClientFile>();
  /** Called before a file is released. */
  onRelease: ((file: ClientFile) => void) | null = null;
  readonly #shared = { fd: new IdMap('fd'), name: new IdMap('name') };
  readonly #fds = new ModelFdTable();
  readonly #fdsAreReal: boolean;
  readonly #compat: boolean;
  readonly #walk = new IdWalk();
  #timeNs = 0;
  #file: ClientFile | null = null;
  readonly #toModel = {
    visit: (id: PlannedId, at: number, mem: UserMemory): void => this.#translate(id, at, mem),
  };

  constructor(options: ModelOptions) {
    const gpu = options.gpu ?? gpuProfile('g610');
    this.device = new PanthorDevice({
      kernel: options.kernel,
      gpu,
      trace: options.trace ?? null,
      boLayout: options.boLayout ?? 'contig2M',
      now: () => this.#timeNs,
    });
    this.drv = new PanthorDrv(this.device);
    this.seen = seenModel(this.device);
    this.#fdsAreReal = options.fdsAreReal ?? false;
    this.#compat = options.compat ?? false;
    this.faults = options.faults ?? null;
    this.faults?.arm(this.drv);
    run(this.device.mmu.init());
  }

  /**
   * The client's file behind a record's descriptor; one that was never seen is opened, as the record says.
   *
   * @throws InputError for more files than MAX_FILES at once
   */
  file({ fd, node, compat, index }: Pick<CaptureRecord, 'fd' | 'node' | 'compat' | 'index'>): ClientFile {
    let file = this.files.get(fd);
    if (file === undefined) {
      if (this.files.size >= MAX_FILES)
        throw new InputError(`record ${index}: more than ${MAX_FILES} files are open at once`);
      const options = { fds: this.#fds, node: node ?? 'render', compat: compat ?? this.#compat };
      const opened = run(this.drv.open(options));
      file = new ClientFile(fd, opened, this.#shared);
      this.files.set(fd, file);
      this.opened(file);
    }
    return file;
  }

  /** A file of the client's was opened, or released. */
  protected opened(_file: ClientFile): void {}
  protected released(_file: ClientFile): void {}

  /** CLOCK_MONOTONIC of the record at hand, ns. */
  protected get timeNs(): number {
    return this.#timeNs;
  }

  /** Loads a record's payload in the model's numbers; `mem` and `argAt` are then what the driver will see. */
  load(record: CaptureRecord, file: ClientFile, plan: IdPlan): void {
    this.#timeNs = record.timeNs;
    this.argAt = loadPayload(record, this.mem);
    this.#file = file;
    this.#walk.run(plan, this.mem, this.argAt, record.argSize, this.#toModel);
    const taken = takenFd(record);
    if (taken !== null) this.#placeholder(taken);
  }

  /** Makes the loaded call: 0 or more, -errno, or BLOCKED. */
  call(record: CaptureRecord, file: ClientFile): number {
    const type = _IOC_TYPE(record.request);
    if (type === DMA_BUF_BASE || type === SYNC_IOC_MAGIC) return this.#objectCall(record);
    file.file.callerTid = record.tid;
    return run(this.drv.ioctl(file.file, record.request, this.mem, ARGUMENT_ADDRESS));
  }

  /** Of a VM_BIND: its count of operations as the driver left it, the number of the one that failed. */
  get opsDone(): number {
    return this.mem.view.getUint32(this.argAt + VM_BIND_COUNT_AT, true);
  }

  /** Makes the loaded VM_BIND with its first `count` operations alone: those that were done before one failed. */
  callPart(record: CaptureRecord, file: ClientFile, count: number): void {
    this.mem.view.setUint32(this.argAt + VM_BIND_COUNT_AT, count, true);
    if (this.call(record, file) === BLOCKED) this.cancel(file);
  }

  /** Gives up on a call that returned BLOCKED. */
  cancel(file: ClientFile): void {
    file.file.blocked?.cancel();
  }

  /** mmap() of the device: whether it succeeds. */
  mmap(record: CaptureRecord, file: ClientFile): boolean {
    this.#timeNs = record.timeNs;
    const offset = file.ids['mmap-offset'].toModel(record.offset);
    return typeof file.file.mmap(offset, record.length, record.prot, record.flags) !== 'number';
  }

  /** The client gave up the last descriptor of an open file. */
  close(record: CaptureRecord): void {
    this.#timeNs = record.timeNs;
    this.#release(record.fd);
  }

  /** Both kernels gave `capture` and `model` out for the same thing. */
  learn(file: ClientFile, id: PlannedId, capture: number, model: number): void {
    const before = file.learn(id, capture, model);
    if (id.kind !== 'fd') return;
    // The client was given this descriptor again, so it must have closed what it was before.
    if (before !== undefined) this.#fds.close(before);
    if (this.#fdsAreReal && capture !== file.fd) this.#release(capture);
  }

  #release(fd: number): void {
    const file = this.files.get(fd);
    if (file === undefined) return;
    this.files.delete(fd);
    this.onRelease?.(file);
    run(this.drv.release(file.file));
    this.released(file);
  }

  /** What goes in has 32 bits; the only wider number, an mmap offset, comes out. */
  #translate(id: PlannedId, at: number, mem: UserMemory): void {
    if (id.dir === 'out' && (id.inIf === null || !isTurned(id, mem, this.argAt))) return;
    const file = this.#file as ClientFile;
    const capture = mem.view.getUint32(at, true);
    const model = id.kind === 'heap' ? file.toModel('heap', capture) : file.mapOf(id).toModel(capture);
    mem.view.setUint32(at, model, true);
  }

  /** Puts something behind a descriptor that the driver never gave out, or gave out for something else. */
  #placeholder({ kind, at, fd }: TakenFd): void {
    const known = this.#shared.fd.toModel(fd);
    const object = this.#fds.lookup(known);
    if (kind === 'closed') {
      // Only a stand-in can have been closed without our knowing.
      if (object === null) this.#fds.close(known);
      return;
    }
    if (kind === 'other' ? object !== undefined : object?.kind === kind) return;
    const model = this.#fds.install(placeholderFor(kind, this.device.gem));
    const before = this.#shared.fd.add(fd, model);
    if (before !== undefined) this.#fds.close(before);
    this.mem.view.setUint32(this.argAt + at, model, true);
  }

  #objectCall(record: CaptureRecord): number {
    const object = this.#fds.lookup(this.#shared.fd.toModel(record.fd));
    if (object === undefined) return -EBADF;
    if (object?.kind !== 'dma-buf' && object?.kind !== 'sync-file') return -ENOTTY;
    return this.drv.objectIoctl(object, record.request, this.mem, ARGUMENT_ADDRESS, this.#fds);
  }
}

/** Whether a flag beside an `out` id makes it an `in`. */
function isTurned(id: PlannedId, mem: UserMemory, argAt: number): boolean {
  return id.inIf !== null && (mem.view.getUint32(argAt + id.inIf.at, true) & id.inIf.mask) !== 0;
}

export { BLOCKED };
