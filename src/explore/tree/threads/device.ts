/** The device of a tree's driver, as the harness and the invariants use it. */
import { Mutex, type Op, type Waitable } from '../../../coroutine/op.ts';
import type { DriverTrace } from '../../../driver/base/warn.ts';
import { Workqueue } from '../../../driver/base/workqueue.ts';
import type { PanthorDevice } from '../../../driver/device.ts';
import type { PanthorGpu } from '../../../driver/gpu.ts';
import type { Kernel } from '../../../driver/kernels.ts';
import { ResetWork, type SchedHooks } from '../../../driver/reset.ts';
import { ExploredPm } from '../../model/explored-device.ts';
import type { Calls } from '../calls.ts';
import type { TreeDriver } from '../driver.ts';
import type { View } from '../view.ts';
import type { TreeVm } from './vm.ts';

const LINE_MMU = 1;

/** Interrupt handlers of a line, with the names that the harness calls them by. */
export class TreeIrq {
  readonly #calls: Calls;
  readonly #line: number;
  readonly #view: View;

  constructor(calls: Calls, view: View, line: number) {
    this.#calls = calls;
    this.#view = view;
    this.#line = line;
  }

  /** The MMU's line; that of the GPU block is not asked about. */
  get running(): boolean {
    return this.#view.interruptHandled;
  }

  get state(): string {
    return this.#view.interruptState;
  }

  get mask(): number {
    return this.#view.interruptMask;
  }

  /** It is being handled from the moment on that it is raised: who synchronizes waits for it. */
  rawHandler(): Op<number> {
    return this.#calls.enter('rawInterrupt', this.#line);
  }

  threadedHandler(): Op<number> {
    return this.#calls.call('threadedInterrupt', this.#line);
  }
}

/** The surface of PanthorDevice that the harness uses. */
export class TreeDevice {
  readonly kernel: Kernel;
  readonly b: Kernel['behaviours'];
  readonly gpu: Pick<PanthorGpu, 'flushCaches' | 'softReset' | 'suspend' | 'resume'>;
  readonly mmu: unknown;
  readonly gem: unknown;
  /** Runtime PM and the reset worker are the kernel's own, around what the driver does. */
  readonly pm: ExploredPm;
  readonly resetWq = new Workqueue();
  readonly resetWork: ResetWork;
  sched: SchedHooks | null = null;
  readonly #unplugLock = new Mutex('unplug.lock');
  readonly #calls: Calls;
  readonly #view: View;
  readonly #driver: TreeDriver;

  constructor(kernel: Kernel, calls: Calls, view: View, vms: () => readonly TreeVm[], driver: TreeDriver) {
    this.pm = new ExploredPm(this as unknown as PanthorDevice);
    this.resetWork = new ResetWork(this as unknown as PanthorDevice);
    this.kernel = kernel;
    this.b = kernel.behaviours;
    this.gpu = {
      flushCaches: function* (this: void): Op<number> {
        return yield* calls.call('flushCaches');
      },
      // The model's suspend asks for them beside TreeMmu, which lets the tree's panthor_gpu_suspend() and _resume() do that.
      softReset: function* (this: void): Op<number> {
        return 0;
      },
      suspend: function* (this: void): Op<void> {},
      resume: function* (this: void): Op<void> {},
    };
    this.#calls = calls;
    this.#view = view;
    this.#driver = driver;
    this.mmu = new TreeMmu(calls, view, vms);
    this.gem = { create: (size: number) => driver.createObject(size) };
  }

  /** Time stands still, as it does for the explored model. */
  now(): number {
    return 0;
  }

  /** Ticks are the harness's. */
  set tickDone(done: Waitable) {
    this.#calls.tickDone = done;
  }

  get trace(): DriverTrace | null {
    return this.#driver.trace;
  }

  set trace(trace: DriverTrace | null) {
    this.#driver.trace = trace;
  }

  get resetPending(): boolean {
    return this.#view.resetPending;
  }

  /** Only ever cleared. */
  set resetPending(_pending: boolean) {
    this.#calls.atOnce('clearReset');
  }

  get unplugged(): boolean {
    return this.#view.unplugged;
  }

  enter(): boolean {
    return this.#calls.atOnce('enter', this.#calls.current()) !== 0;
  }

  exit(): void {
    this.#calls.atOnce('exit', this.#calls.current());
  }

  scheduleReset(): void {
    this.#calls.atOnce('scheduleReset');
  }

  /** The driver has queued its reset work, which it does only while the power is on. */
  resetScheduled(): void {
    if (this.pm.state === 'active') this.onResetScheduled();
  }

  /** The end of a resume asks for it, too, where a reset was scheduled while the power was off. */
  onResetScheduled(): void {
    this.resetWq.queue(this.resetWork);
  }

  /** panthor_device_reset_work(), as far as it is about the MMU and the GPU block. */
  *reset(): Op<void> {
    yield* this.#calls.call('preReset');
    yield* this.#calls.call('softReset');
    yield* this.#calls.call('postReset');
    this.#calls.atOnce('clearReset');
  }

  /** With the power on, as panthor_device_unplug() has it; who comes second waits until all is done. */
  *unplug(): Op<void> {
    yield* this.#unplugLock.lock();
    if (!this.unplugged) {
      yield* this.pm.resumeAndGet();
      yield* this.#calls.call('unplug');
      yield* this.#calls.call('gpuUnplug');
      this.pm.usage--;
      yield* this.pm.suspend();
    }
    this.#unplugLock.unlock();
  }
}

/** The surface of PanthorMmu. */
class TreeMmu {
  readonly irq: TreeIrq;
  readonly slotsLock: { readonly held: boolean };
  readonly #calls: Calls;
  readonly #view: View;
  readonly #vms: () => readonly TreeVm[];

  constructor(calls: Calls, view: View, vms: () => readonly TreeVm[]) {
    this.#calls = calls;
    this.#view = view;
    this.#vms = vms;
    this.irq = new TreeIrq(calls, view, LINE_MMU);
    this.slotsLock = {
      get held(): boolean {
        return view.slotsLockHeld;
      },
    };
  }

  /** It was started with the device. */
  *init(): Op<void> {}

  *suspend(): Op<void> {
    yield* this.#calls.call('suspend');
    yield* this.#calls.call('gpuSuspend');
  }

  *resume(): Op<void> {
    yield* this.#calls.call('gpuResume');
    yield* this.#calls.call('resume');
  }

  get vms(): readonly TreeVm[] {
    const vms = this.#vms();
    for (let i = 0; i < vms.length; i++) if (vms[i].freed) return vms.filter((vm) => !vm.freed);
    return vms;
  }

  get slots(): readonly (TreeVm | null)[] {
    return this.#view.slots(this.#vms());
  }

  get lru(): readonly TreeVm[] {
    return this.#view.lru(this.#vms());
  }

  get allocMask(): number {
    return this.#view.allocMask;
  }

  get faultyMask(): number {
    return this.#view.faultyMask;
  }
}
