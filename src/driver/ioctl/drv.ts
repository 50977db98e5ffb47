import { EACCES, EFAULT, EINVAL, ENODEV, ENOTTY } from '../../../uapi/errno.ts';
import { _IOC_SIZE, _IOC_TYPE, DRM_IOCTL_BASE } from '../../../uapi/ioctl.ts';
import type { Op } from '../../coroutine/op.ts';
import { Idr } from '../base/idr.ts';
import { RenewedMap } from '../base/renewed-map.ts';
import type { UserMemory } from '../base/uaccess.ts';
import { Workqueue } from '../base/workqueue.ts';
import type { PanthorDevice } from '../device.ts';
import { type DmaBuf, dmaBufIoctl } from '../gem/dma-buf.ts';
import type { GemObject } from '../gem/gem.ts';
import { GemSet } from '../gem/gem-set.ts';
import { MmapOffsets } from '../gem/mmap-offsets.ts';
import { type GpuProfile, gpuProfile } from '../gpu-profile.ts';
import { Scheduler } from '../sched/sched.ts';
import { syncFileIoctl } from '../sync/sync-file.ts';
import { BLOCKED, type BlockedCall, BlockedCalls } from './blocked.ts';
import { compatIoctl, runCompat } from './compat.ts';
import { type IoctlEntry, permitted } from './entry.ts';
import { type FdTable, ModelFdTable, type SyncFile } from './fd-table.ts';
import { DrmFile, type OpenOptions } from './file.ts';
import { ioctlTable } from './table.ts';

export { BLOCKED } from './blocked.ts';

const IOC_IN = 0x40000000;
const IOC_OUT = 0x80000000;

/** What a server may want to limit; the kernel says ENOMEM where it runs out. */
export interface Limits {
  /** Bytes of all buffer objects together. */
  boBytes: number;
  /** Buffer objects. */
  objects: number;
  /** VMs of all files. */
  vms: number;
}

/** The driver: opens files and answers their calls. */
export class PanthorDrv {
  readonly device: PanthorDevice;
  readonly gpu: GpuProfile;
  readonly sched: Scheduler;
  readonly work = new Workqueue();
  readonly mmapOffsets = new MmapOffsets();
  /** Descriptors of clients that brought no table of their own. */
  readonly fds: FdTable = new ModelFdTable();
  readonly limits: Limits = {
    boBytes: Number.POSITIVE_INFINITY,
    objects: Number.POSITIVE_INFINITY,
    vms: Number.POSITIVE_INFINITY,
  };
  /** Objects that clients made, and their bytes together. */
  readonly clientBos = new GemSet();
  boBytes = 0;
  /** drm_master of the primary node. */
  master: DrmFile | null = null;
  /** Global names of objects (DRM_IOCTL_GEM_FLINK) and the dma-bufs of exported ones. */
  readonly names = new Idr<GemObject>();
  readonly nameOf = new RenewedMap<GemObject, number>();
  readonly dmaBufs = new RenewedMap<GemObject, DmaBuf>();
  /** drm_device.unique, once SET_VERSION asked for it. */
  unique = '';
  /** Calls that wait for something or for their deadline. */
  readonly blockedCalls = new BlockedCalls();
  /** Work is done before and after each call; false leaves it to the caller of drain(). */
  drainsInline = true;
  /** Called when the last reference to an object is gone. */
  onBoFree: ((bo: GemObject) => void) | null = null;
  /** An operation waits for others to have their turn: no reset, no suspend meanwhile. */
  paused = false;
  readonly #table: (IoctlEntry | undefined)[];

  constructor(device: PanthorDevice) {
    this.device = device;
    this.#table = ioctlTable(device.kernel);
    this.gpu = device.gpuProfile ?? gpuProfile('g610');
    this.sched = new Scheduler(device, this.gpu, this.work);
    device.sched = this.sched;
    device.gem.onFree = (bo) => this.#freed(bo);
    device.onResetScheduled ??= () => device.resetWq.queue(device.resetWork);
  }

  /** drm_open() and panthor_open(). */
  *open(options: OpenOptions = {}): Op<DrmFile> {
    yield 'open';
    const file = new DrmFile(this, options);
    if (!file.render) {
      // drm_master_open(): the first opener.
      if (this.master === null) this.setMaster(file);
      else file.magics = this.master.magics;
    }
    return file;
  }

  /** drm_release(): handles first, then groups, then VMs (panthor_postclose). */
  *release(file: DrmFile): Op<void> {
    file.releaseHandles();
    if (file.magic !== 0) file.magics.remove(file.magic);
    if (this.master === file) this.master = null;
    // panthor_group_pool_destroy()
    for (const handle of file.groups.ids()) yield* this.sched.destroyGroup(file, handle);
    yield* file.vms.destroy();
    if (this.drainsInline) yield* this.drain();
  }

  /**
   * drm_ioctl(). `request` is unsigned; the argument at user address `argAddr` is as long as `request` says and is
   * copied back, whatever the result.
   *
   * @returns 0, -errno, or BLOCKED, and then `file.blocked` completes the call
   */
  *ioctl(file: DrmFile, request: number, mem: UserMemory, argAddr: number): Op<number> {
    if (this.drainsInline) yield* this.#catchUp();
    if (this.device.unplugged) return -ENODEV;
    const compat = file.compat ? compatIoctl(request & 0xff) : undefined;
    if (compat !== undefined) return yield* runCompat(compat, this, file, mem, argAddr);
    if (_IOC_TYPE(request) !== DRM_IOCTL_BASE) return -ENOTTY;
    const entry = this.#table[request & 0xff];
    if (entry === undefined) return -EINVAL;
    let ret: number;
    if (request === entry.request && entry.size > 0) {
      const at = mem.locate(argAddr, entry.size);
      if (at < 0) return -EFAULT;
      if (!permitted(entry.flags, file)) return -EACCES;
      ret = yield* entry.run(this, file, mem, mem.view, at);
      if ((request & IOC_OUT) !== 0) mem.markDirty(at);
    } else {
      ret = yield* this.#resized(entry, file, request, mem, argAddr);
    }
    if (this.drainsInline && !this.#isIdle()) yield* this.drain();
    if (ret === BLOCKED) this.#remember(file);
    return ret;
  }

  /** An ioctl on the own descriptor of an object that was exported: 0 or -errno. */
  objectIoctl(
    object: DmaBuf | SyncFile,
    request: number,
    mem: UserMemory,
    argAddr: number,
    fds: FdTable,
  ): number {
    if (object.kind === 'dma-buf') return dmaBufIoctl(object, request, mem, argAddr, fds);
    // 6.17
    const detachesNames = this.device.kernel.uapi.minor >= 5;
    return syncFileIoctl(object, request, mem, argAddr, { fds, detachesNames });
  }

  /** drm_new_set_master() */
  setMaster(file: DrmFile): void {
    this.master = file;
    // drm_master_create(), the first time.
    if (!file.wasMaster) file.magics = new Idr();
    file.wasMaster = true;
    file.authenticated = true;
  }

  /** Does what calls and interrupts have left for workers. */
  *drain(): Op<void> {
    const { resetWq } = this.device;
    let more = true;
    while (more) {
      more = yield* this.work.step();
      if (!more && !this.paused) more = yield* resetWq.step();
    }
  }

  /** Work is left that drain() could not do. */
  get hasWork(): boolean {
    return !this.#isIdle();
  }

  /** The autosuspend timer, before a call, and what has been left for workers. */
  *#catchUp(): Op<void> {
    const { device } = this;
    if (!this.paused && device.pm.deadlineNs !== Number.POSITIVE_INFINITY)
      yield* device.pm.poll(device.now());
    if (!this.#isIdle()) yield* this.drain();
  }

  // No getter: V8 asks its runtime for private ones, even in optimised code.
  #isIdle(): boolean {
    return this.work.idle && this.device.resetWq.idle;
  }

  /** The clock moved on: calls whose deadline has passed return, queues without progress time out. */
  *poll(): Op<void> {
    const now = this.device.now();
    this.blockedCalls.poll(now);
    this.sched.pollTimeouts(now);
    yield* this.drain();
    if (this.paused) return;
    yield* this.device.pm.poll(now);
    yield* this.drain();
  }

  /** When poll() has something to do next, CLOCK_MONOTONIC in ns; Infinity for never. */
  get nextDeadlineNs(): number {
    return Math.min(this.sched.nextTimeoutNs, this.device.pm.deadlineNs, this.blockedCalls.nextNs);
  }

  /** drm_gem_object_handle_free(): the last handle of an object is gone, its global name and export with it. */
  forgetNames(bo: GemObject): void {
    if (this.nameOf.size === 0 && this.dmaBufs.size === 0) return;
    const name = this.nameOf.get(bo);
    if (name !== undefined) {
      this.nameOf.delete(bo);
      this.names.remove(name);
    }
    const buf = this.dmaBufs.get(bo);
    this.dmaBufs.delete(bo);
    buf?.put();
  }

  /** The part of drm_ioctl() for arguments of another size, or with a direction that we do not expect. */
  *#resized(entry: IoctlEntry, file: DrmFile, request: number, mem: UserMemory, argAddr: number): Op<number> {
    const both = request & entry.request;
    const size = _IOC_SIZE(request);
    const inSize = (both & IOC_IN) !== 0 ? size : 0;
    const outSize = (both & IOC_OUT) !== 0 ? size : 0;
    const kdata = new Uint8Array(Math.max(size, entry.size));
    if (inSize > 0) {
      const at = mem.locate(argAddr, inSize);
      if (at < 0) return -EFAULT;
      kdata.set(mem.data.subarray(at, at + inSize));
    }
    let ret: number;
    if (permitted(entry.flags, file)) {
      ret = yield* entry.run(this, file, mem, new DataView(kdata.buffer), 0);
    } else ret = -EACCES;
    const copyBack = (): boolean => mem.write(argAddr, kdata.subarray(0, outSize));
    if (ret === BLOCKED) file.blocked?.onComplete(copyBack);
    else if (!copyBack()) ret = -EFAULT;
    return ret;
  }

  #remember(file: DrmFile): void {
    const call = file.blocked as BlockedCall;
    if (call.done) return;
    this.blockedCalls.add(call);
    call.onComplete(() => this.blockedCalls.delete(call));
  }

  #freed(bo: GemObject): void {
    this.mmapOffsets.forget(bo);
    if (this.clientBos.delete(bo)) this.boBytes -= bo.size;
    this.onBoFree?.(bo);
  }
}
