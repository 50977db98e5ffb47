/** One panthor device: struct panthor_device. Ties the modelled kernel, the machine and the driver's parts together. */

import { Mutex, type Op, type Waitable } from '../coroutine/op.ts';
import { Machine } from '../hw/machine.ts';
import type { RegisterFile } from '../hw/register-file.ts';
import type { DriverTrace, VmCalls, WarnSink } from './base/warn.ts';
import { Workqueue } from './base/workqueue.ts';
import { GemTable } from './gem/gem.ts';
import type { BoLayout } from './gem/sg.ts';
import { PanthorGpu } from './gpu.ts';
import type { GpuProfile } from './gpu-profile.ts';
import type { Behaviours, Kernel } from './kernels.ts';
import { PanthorMmu } from './mmu/mmu.ts';
import { RuntimePm } from './pm.ts';
import { ResetWork, type SchedHooks } from './reset.ts';

/** What the driver needs to know of the GPU for virtual memory; a GpuProfile has it. */
export interface MmuParameters {
  /** Bits of a VA and of a physical address (GPU_MMU_FEATURES). */
  vaBits: number;
  paBits: number;
  /** Bit mask of AS slots; slot 0 is the firmware's. */
  asPresent: number;
  coherent: boolean;
  /** Architecture, GPU_ID bits 31:28. */
  archMajor: number;
  /** TASK_SIZE of the process that creates VMs, bytes. */
  taskSize: number;
}

export interface DeviceOptions {
  kernel: Kernel;
  gpu?: GpuProfile;
  mmu?: Partial<MmuParameters>;
  machine?: Machine;
  trace?: DriverTrace | null;
  /** CLOCK_MONOTONIC, ns. */
  now?: () => number;
  /** CLOCK_MONOTONIC_RAW, ns: the same without the corrections of NTP. Without it, CLOCK_MONOTONIC stands for it. */
  nowRaw?: () => number;
  /** How objects are backed by physical memory: contiguous and 2 MiB-aligned unless told otherwise. */
  boLayout?: BoLayout;
  /** The same for sparse dummy objects, placed as in the vectors. */
  dummyLayout?: BoLayout;
}

export class PanthorDevice implements WarnSink {
  readonly kernel: Kernel;
  readonly b: Behaviours;
  readonly params: MmuParameters;
  readonly gpuProfile: GpuProfile | undefined;
  readonly machine: Machine;
  readonly regs: RegisterFile;
  readonly gem: GemTable;
  readonly gpu: PanthorGpu;
  readonly mmu: PanthorMmu;
  readonly now: () => number;
  readonly nowRaw: () => number;
  readonly pm: RuntimePm;
  /** reset.wq and reset.work of struct panthor_device. */
  readonly resetWq = new Workqueue();
  readonly resetWork: ResetWork;
  /** panthor_device.scheduler, where there is one. */
  sched: SchedHooks | null = null;
  readonly #unplugLock = new Mutex('unplug.lock');
  #unplugDone = false;
  readonly #unplugged = { label: 'unplug.done', ready: () => this.#unplugDone };
  trace: DriverTrace | null;
  /** drm_dev_is_unplugged(). */
  unplugged = false;
  /** panthor_device.reset.pending. */
  resetPending = false;
  /** Called when a reset gets scheduled; the default leaves it pending. */
  onResetScheduled: (() => void) | null = null;
  /** panthor_sched_report_mmu_fault(), set by the scheduler. */
  onMmuFault: (() => void) | null = null;
  /** What flush_work() of the scheduler's tick waits for: groups that are to leave the GPU have left it. */
  tickDone: Waitable = { label: 'tick_work', ready: () => true };
  /** Hears of every call to the VM layer before it runs, for a recorder. */
  calls: VmCalls | null = null;
  /** Asked at each allocation of the VM_BIND path, by the kernel function that makes it: whether it fails. Page tables: memory.oom. */
  allocationFails: ((where: string) => boolean) | null = null;
  /** cond_resched(): called where an operation goes on for long; a server lets others have a turn then. */
  condResched: (() => void) | null = null;
  /** Every warning so far, as "function: reason", with how often. */
  readonly warnings = new Map<string, number>();
  #readers = 0;
  readonly #noReaders = { label: 'drm_dev_unplug', ready: () => this.#readers === 0 };

  constructor(options: DeviceOptions) {
    this.kernel = options.kernel;
    this.b = options.kernel.behaviours;
    this.gpuProfile = options.gpu;
    const features = options.gpu?.mmu_features;
    this.params = {
      vaBits: features === undefined ? 48 : features & 0xff,
      paBits: features === undefined ? 40 : (features >> 8) & 0xff,
      asPresent: options.gpu?.as_present ?? 0xff,
      // DRM_PANTHOR_GPU_COHERENCY_ACE_LITE
      coherent: options.gpu?.selected_coherency === 0,
      archMajor: options.gpu === undefined ? 10 : options.gpu.gpu_id >>> 28,
      taskSize: 2 ** 48,
      ...options.mmu,
    };
    this.machine = options.machine ?? new Machine();
    this.regs = this.machine.regs;
    this.trace = options.trace ?? null;
    this.now = options.now ?? (() => Math.round(performance.now() * 1e6));
    this.nowRaw = options.nowRaw ?? this.now;
    this.gem = new GemTable(options.boLayout ?? 'contig2M', options.dummyLayout ?? null, this.params.paBits);
    this.pm = new RuntimePm(this);
    this.resetWork = new ResetWork(this);
    this.gpu = new PanthorGpu(this);
    this.mmu = new PanthorMmu(this);
  }

  /** drm_dev_enter(): false once the device is unplugged, and then no exit() may follow. */
  enter(): boolean {
    if (this.unplugged) return false;
    this.#readers++;
    return true;
  }

  /** drm_dev_exit(). */
  exit(): void {
    this.#readers--;
  }

  /** drm_dev_unplug(): no section begins any more; waits for those under way, then takes the MMU down. */
  *unplug(): Op<void> {
    yield* this.#unplugLock.lock();
    if (this.unplugged) {
      this.#unplugLock.unlock();
      yield this.#unplugged;
      return;
    }
    // The device has to be on while its blocks are taken down.
    yield* this.pm.resumeAndGet();
    yield 'unplug';
    this.unplugged = true;
    yield this.#noReaders;
    this.#unplugLock.unlock();
    if (this.sched !== null) yield* this.sched.unplug();
    yield* this.mmu.unplug();
    yield* this.gpu.unplug();
    this.pm.usage--;
    yield* this.pm.suspend();
    this.#unplugDone = true;
  }

  /** panthor_device_reset_work(), as far as memory management takes part. */
  *reset(): Op<void> {
    if (!this.enter()) return;
    this.calls?.deviceReset?.();
    yield* this.mmu.preReset();
    yield* this.gpu.softReset();
    yield* this.mmu.postReset();
    this.resetPending = false;
    this.exit();
  }

  /** panthor_device_schedule_reset(): once until the reset was done; queued only while the device is on. */
  scheduleReset(): void {
    if (this.resetPending) return;
    this.resetPending = true;
    this.trace?.event('schedule_reset');
    if (this.pm.state === 'active') this.onResetScheduled?.();
  }

  warn(where: string, reason: string): void {
    const key = `${where}: ${reason}`;
    this.warnings.set(key, (this.warnings.get(key) ?? 0) + 1);
    this.trace?.warn(where, reason);
  }
}
