/** A GPU address space: struct panthor_vm, its life, and its mappings. */

import { EINVAL } from '../../../uapi/errno.ts';
import { DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE } from '../../../uapi/panthor_drm.ts';
import { SZ_2M, SZ_4K } from '../../../uapi/sizes.ts';
import { Mutex, type Op } from '../../coroutine/op.ts';
import type { PanthorDevice } from '../device.ts';
import { DmaResv } from '../gem/dma-resv.ts';
import type { GemObject } from '../gem/gem.ts';
import { DrmMm, type KernelNode } from './drm-mm.ts';
import { IoPgtable } from './io-pgtable.ts';
import { type BindJob, type BindOp, bindExecSyncOp, bindJobCreate, type GemLookup } from './vm-bind.ts';
import { unmapAll } from './vm-kernel-map.ts';
import { OpCtx } from './vm-op.ts';
import { VmaStore } from './vma-store.ts';

/** An OpCtx of nothing: where no operation is under way, no table can be had. */
const NO_TABLES = { takeTable: () => -1 };

export class PanthorVm {
  readonly device: PanthorDevice;
  /** Ordinal of the VM on its device, from 1; never reused. */
  readonly uid: number;
  /** Handle in its pool, 0 for none. */
  id = 0;
  readonly forMcu: boolean;
  /** Bytes of the whole address space, and of the part that user binds may use. */
  readonly fullRange: number;
  readonly userVaRange: number;
  readonly pgtable: IoPgtable;
  readonly vmas = new VmaStore();
  readonly opLock: Mutex;
  readonly resv = new DmaResv();
  /** The operation under way. */
  opCtx: OpCtx | null = null;
  /** kernel_auto_va: first and last byte of the range for kernel objects. */
  readonly kernelVa: { readonly start: number; readonly end: number };
  readonly #mm: DrmMm;
  /** as.id (panthor_vm_as()) and as.active_cnt of struct panthor_vm. */
  as = -1;
  activeCount = 0;
  destroyed = false;
  /** panthor_vm_is_unusable(): takes no more maps. */
  unusable = false;
  unhandledFault = false;
  lastFault: { address: number; status: number } | null = null;
  /** locked_region: start and size in bytes, a size of 0 for none; in an array because fields would be boxed. */
  readonly #locked = new Float64Array(2);
  /** The object behind sparse mappings, of the pool that made the VM. */
  dummy: GemObject | null = null;
  /** heaps.pool: the tiler heaps, once there are any. */
  heapPool: { destroy(): Op<void> } | null = null;
  /** panthor_vm.heaps.lock: held while the pool is made, found or taken away. */
  readonly heapsLock = new Mutex('heaps.lock');
  /** References; the VM goes with the last. */
  refs = 1;
  freed = false;
  /** Whether the VM_BIND queue is stopped for a reset. */
  stopped = false;
  /** A job of the VM_BIND queue is under way. */
  jobRunning = false;
  readonly queueIdle = { label: 'the VM_BIND queue', ready: () => !this.jobRunning };
  /** Called when the queue may run again. */
  onStart: (() => void) | null = null;
  readonly #spareCtx: OpCtx[] = [];

  /**
   * panthor_vm_create() and drm_gpuvm_init(): kernel objects live in [kernelStart, kernelStart + kernelSize), those whose place does not
   * matter in [autoStart, autoStart + autoSize); bytes.
   */
  constructor(
    device: PanthorDevice,
    forMcu: boolean,
    kernelStart: number,
    kernelSize: number,
    autoStart: number = kernelStart,
    autoSize: number = kernelSize,
  ) {
    const { params, b, machine, mmu } = device;
    this.device = device;
    this.forMcu = forMcu;
    this.uid = ++mmu.created;
    this.fullRange = forMcu ? 2 ** 32 : 2 ** params.vaBits;
    this.userVaRange = kernelStart;
    this.kernelVa = { start: autoStart, end: autoStart + autoSize - 1 };
    this.#mm = new DrmMm(kernelStart, kernelSize);
    this.opLock = new Mutex('op_lock', `op_lock of VM ${this.uid}`);
    this.pgtable = new IoPgtable(machine.memory, params.vaBits, params.paBits, b, device);
    mmu.vms.push(this);
    this.stopped = mmu.resetInProgress;
  }

  get lockedStart(): number {
    return this.#locked[0];
  }

  set lockedStart(bytes: number) {
    this.#locked[0] = bytes;
  }

  get lockedSize(): number {
    return this.#locked[1];
  }

  set lockedSize(bytes: number) {
    this.#locked[1] = bytes;
  }

  /** Where new page tables come from at this moment. */
  get tables(): OpCtx | typeof NO_TABLES {
    return this.opCtx ?? NO_TABLES;
  }

  /** panthor_vm_has_unhandled_faults(). */
  hasUnhandledFaults(): boolean {
    return this.unhandledFault;
  }

  /** panthor_vm_get(). */
  get(): this {
    this.refs++;
    return this;
  }

  /** panthor_vm_put(). */
  *put(): Op<void> {
    if (--this.refs === 0) yield* this.#free();
  }

  /** panthor_vm_active(), told to who records calls. */
  active(): Op<number> {
    this.device.calls?.active(this);
    return this.device.mmu.active(this);
  }

  /** panthor_vm_idle(), told to who records calls. */
  idle(): Op<void> {
    this.device.calls?.idle(this);
    return this.device.mmu.idle(this);
  }

  /** panthor_vm_stop() and panthor_vm_start(): the VM_BIND queue around a reset. */
  stop(): void {
    this.stopped = true;
  }

  start(): void {
    this.stopped = false;
    this.onStart?.();
  }

  /**
   * panthor_vm_alloc_va(): a range for a kernel object, at `va` or (with -1) wherever one fits; bytes. -EINVAL for a size
   * or address that is no multiple of 4 KiB, -ENOSPC where there is no room.
   */
  allocVa(va: number, size: number): KernelNode | number {
    if (size === 0 || size % SZ_4K !== 0) return -EINVAL;
    if (va !== -1) return va % SZ_4K !== 0 ? -EINVAL : this.#mm.reserve(va, size);
    return this.#mm.insertBest(size, size >= SZ_2M ? SZ_2M : SZ_4K, this.kernelVa.start, this.kernelVa.end);
  }

  /** panthor_vm_free_va(). */
  freeVa(node: KernelNode): void {
    this.#mm.remove(node);
  }

  /** An operation context; give it back with putCtx() once it is cleaned up. */
  getCtx(): OpCtx {
    return this.#spareCtx.pop() ?? new OpCtx(this.device.machine.memory);
  }

  putCtx(ctx: OpCtx): void {
    this.#spareCtx.push(ctx);
  }

  bindExecSyncOp(lookup: GemLookup, op: BindOp): Op<number> {
    return bindExecSyncOp(this, lookup, op);
  }

  bindJobCreate(lookup: GemLookup, op: BindOp, spare?: BindJob): BindJob | number {
    return bindJobCreate(this, lookup, op, spare);
  }

  /** panthor_vm_get_bo_for_va(): the object mapped at `va` and the offset in it, bytes. */
  *getBoForVa(va: number): Op<{ bo: GemObject; offset: number } | null> {
    yield* this.opLock.lock();
    const id = this.vmas.lookup(va);
    this.opLock.unlock();
    if (id < 0) return null;
    const sparse = (this.vmas.flags[id] & DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE) !== 0;
    return {
      bo: this.device.gem.objects[this.vmas.bo[id]] as GemObject,
      offset: sparse ? va & (SZ_2M - 1) : this.vmas.boOffset[id] + (va - this.vmas.va[id]),
    };
  }

  /** panthor_vm_destroy(): stops what runs on it, unmaps everything; the VM stays while something refers to it. */
  *destroy(): Op<void> {
    const { device } = this;
    this.destroyed = true;
    if (device.b.stopGroupsBeforeDestroy && this.activeCount > 0) {
      // panthor_sched_prepare_for_vm_destruction()
      device.trace?.event('sched_prepare_for_vm_destruction');
      yield device.tickDone;
      if (device.sched !== null) yield* device.sched.flushTick();
    }
    yield* this.heapsLock.lock();
    if (this.heapPool !== null) yield* this.heapPool.destroy();
    this.heapPool = null;
    this.heapsLock.unlock();
    device.calls?.vmDestroy(this);
    if ((yield* unmapAll(this)) !== 0) device.warn('panthor_vm_destroy', 'unmap-failed');
    yield* this.put();
  }

  /** panthor_vm_free(), behind the last drm_gpuvm_put(). */
  *#free(): Op<void> {
    const { device } = this;
    const { mmu, b } = device;
    this.freed = true;
    mmu.vms.splice(mmu.vms.indexOf(this), 1);
    if (b.opLockOnActivate) yield* this.opLock.lock();
    yield* mmu.slotsLock.lock();
    if (this.as >= 0) {
      if (device.enter()) {
        yield* mmu.disableAs(this.as, false);
        device.exit();
      }
      mmu.slots[this.as] = null;
      mmu.allocMask &= ~(1 << this.as);
      mmu.lruRemove(this);
    }
    mmu.slotsLock.unlock();
    if (b.opLockOnActivate) this.opLock.unlock();
    this.pgtable.free(device.condResched);
    // drm_mm_takedown(): ranges that panthor_vm_alloc_va() gave out and were not given back.
    if (!this.#mm.empty) device.warn('drm_mm_takedown', 'not-clean');
    this.dummy?.put();
    this.dummy = null;
  }
}
