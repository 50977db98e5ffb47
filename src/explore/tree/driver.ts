/**
 * A tree's own driver in the place of the model's, for the same harness: what the harness, its actors and the
 * invariants use of PanthorDevice, answered by the kernel's threads and read from its structs. Nothing here holds state:
 * fields that JavaScript can see are constants, all else is in the kernel's memory, which driver-world.ts saves, restores
 * and hashes as a whole.
 */
import type { Op } from '../../coroutine/op.ts';
import type { PanthorDevice } from '../../driver/device.ts';
import type { GemObject } from '../../driver/gem/gem.ts';
import type { PanthorVm } from '../../driver/mmu/vm.ts';
import type { BindJob, BindOp } from '../../driver/mmu/vm-bind.ts';
import type { VmPool } from '../../driver/mmu/vm-pool.ts';
import type { DriverTrace } from '../../driver/warn.ts';
import type { PhysicalMemory } from '../../hw/memory.ts';
import { GPU_AS_PRESENT, GPU_INT_BASE, GPU_MMU_FEATURES, INT_MASK, INT_RAWSTAT } from '../../hw/registers.ts';
import { TimedMachine } from '../../hw/timed-machine.ts';
import type { BuiltTree } from '../../tree/build.ts';
import { TreeKernel } from '../../tree/kernel.ts';
import { Warnings } from '../../tree/warnings.ts';
import type { ThreadSpec } from '../search/threads.ts';
import type { Body } from '../search/world.ts';
import { Calls } from './calls.ts';
import { TreeMemory } from './memory.ts';
import { View } from './view.ts';
import { TreeObject, TreeVm } from './vm.ts';

const PA_BITS = 40;
const TASK_SIZE = 2 ** 48;
const LINE_GPU = 0;
const LINE_MMU = 1;
const IRQ_WAKE_THREAD = 2;
/** Where the shim puts the first object, which is the sparse mappings' where the tree has them. */
const DUMMY_PA = 0x200000000;

/** Interrupt handlers of a line, with the names that the harness calls them by. */
class TreeIrq {
  readonly #calls: Calls;
  readonly #line: number;

  constructor(calls: Calls, line: number) {
    this.#calls = calls;
    this.#line = line;
  }

  *rawHandler(): Op<number> {
    return yield* this.#calls.call('rawInterrupt', this.#line);
  }

  *threadedHandler(): Op<number> {
    return yield* this.#calls.call('threadedInterrupt', this.#line);
  }
}

export class TreeDriver {
  readonly #kernel: TreeKernel;
  readonly #view: View;
  readonly #calls: Calls;
  readonly #warnings: Warnings;
  #machine!: TimedMachine;
  #vms: TreeVm[] = [];
  #objects: TreeObject[] = [];
  #gpuIrq!: TreeIrq;

  constructor(tree: BuiltTree) {
    this.#kernel = new TreeKernel(tree);
    this.#view = new View(this.#kernel);
    this.#warnings = new Warnings(tree.mirror);
    this.#calls = new Calls(this.#kernel, this.#view, this.#warnings);
    this.#gpuIrq = new TreeIrq(this.#calls, LINE_GPU);
  }

  /** Which thread of the world takes a step; -1 while it is set up. */
  set current(current: () => number) {
    this.#calls.current = current;
  }

  get current(): () => number {
    return this.#calls.current;
  }

  /** A machine whose tables are in the kernel's memory. */
  machine(slots: number, vaBits: number): TimedMachine {
    this.#kernel.reset();
    this.#vms = [];
    this.#objects = [];
    const memory = new TreeMemory(this.#kernel, this.#view) as unknown as PhysicalMemory;
    this.#machine = new TimedMachine({ slots, vaBits, memory });
    const { words } = this.#machine.regs;
    words[GPU_AS_PRESENT >> 2] = 2 ** slots - 1;
    words[GPU_MMU_FEATURES >> 2] = vaBits | (PA_BITS << 8);
    this.#calls.machine = this.#machine;
    return this.#machine;
  }

  /** The device, started. */
  device(name: string, slots: number, vaBits: number): PanthorDevice {
    const ret = this.#calls.settle(this.#calls.call('init', 2 ** slots - 1, vaBits, PA_BITS, 0, TASK_SIZE));
    if (ret !== 0) throw new Error(`panthor_mmu_init() on ${name}: ${ret}`);
    return new TreeDevice(name, this.#calls, this.#view, () => this.#vms, this) as unknown as PanthorDevice;
  }

  /** An object of `size` bytes, contiguous. */
  createObject(size: number): GemObject {
    const number = this.#calls.settle(this.#calls.call('boCreate', size, 0));
    if (number < 0) throw new Error(`an object of ${size} bytes: ${number}`);
    this.#kernel.mailbox.clearNotes();
    this.#calls.settle(this.#calls.call('backing', number, 0), false);
    const object = new TreeObject(number, this.#kernel.mailbox.noteNumber(0));
    this.#kernel.mailbox.clearNotes();
    this.#objects.push(object);
    return object as unknown as GemObject;
  }

  /** The object of a number; 0 is the dummy of sparse mappings. */
  object(number: number): TreeObject | null {
    if (number === 0) return new TreeObject(0, DUMMY_PA);
    return this.#objects[number - 1] ?? null;
  }

  get pool(): VmPool {
    const calls = this.#calls;
    const find = (id: number): TreeVm | undefined => this.#vms.find((vm) => vm.id === id);
    const pool = {
      create: function* (this: void, range: number, flags: number): Op<number> {
        return yield* calls.call('vmCreate', range, flags);
      },
      get: (id: number) => {
        const known = find(id);
        if (known !== undefined) return known;
        const vm = new TreeVm(id, this.#vms.length + 1, calls, this.#view, this);
        this.#vms.push(vm);
        return vm;
      },
      destroyVm: function* (this: void, id: number): Op<number> {
        return yield* calls.call('vmDestroy', find(id)?.uid ?? 0);
      },
    };
    return pool as unknown as VmPool;
  }

  createJob(vm: PanthorVm, op: BindOp): BindJob | number {
    return (vm as unknown as TreeVm).createJob(op);
  }

  /** What the driver's world needs besides the model's threads: the GPU block's interrupt. */
  threads(): ThreadSpec[] {
    return [{ name: 'gpu irq', daemon: true, body: this.#gpuInterrupts() as Body }];
  }

  *#gpuInterrupts(): Op<void> {
    const raised = {
      label: 'GPU interrupt',
      ready: () => {
        const { words, reachable } = this.#machine.regs;
        return (
          reachable &&
          (words[(GPU_INT_BASE + INT_RAWSTAT) >> 2] & words[(GPU_INT_BASE + INT_MASK) >> 2]) !== 0
        );
      },
    };
    for (;;) {
      yield raised;
      const ret = yield* this.#gpuIrq.rawHandler();
      if (ret === IRQ_WAKE_THREAD) yield* this.#gpuIrq.threadedHandler();
    }
  }

  set trace(trace: DriverTrace | null) {
    this.#calls.trace = trace;
  }

  get trace(): DriverTrace | null {
    return this.#calls.trace;
  }

  /** The state now is the one that restore() goes back to. */
  save(): void {
    this.#kernel.native.save();
  }

  restore(): void {
    this.#kernel.native.restore();
    this.#view.moved();
    for (const vm of this.#vms) vm.forget();
  }

  /** Mixes the whole of the kernel's state into a fingerprint. */
  mixInto(lanes: Int32Array): void {
    this.#kernel.native.hash();
    const hash = this.#kernel.mailbox.word(0);
    lanes[0] = (lanes[0] ^ Number(BigInt.asIntN(32, hash))) | 0 || 1;
    lanes[1] = (Math.imul(lanes[1], 31) ^ Number(BigInt.asIntN(32, hash >> 32n))) | 0 || 1;
  }
}

/** The surface of PanthorDevice that the harness uses. */
class TreeDevice {
  readonly kernel: { name: string };
  readonly mmu: unknown;
  readonly gem: unknown;
  readonly #calls: Calls;
  readonly #view: View;
  readonly #driver: TreeDriver;
  tickDone: unknown = null;

  constructor(name: string, calls: Calls, view: View, vms: () => readonly TreeVm[], driver: TreeDriver) {
    this.kernel = { name };
    this.#calls = calls;
    this.#view = view;
    this.#driver = driver;
    this.mmu = new TreeMmu(calls, view, vms);
    this.gem = { create: (size: number) => driver.createObject(size) };
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

  /** panthor_device_reset_work(), as far as it is about the MMU and the GPU block. */
  *reset(): Op<void> {
    yield* this.#calls.call('preReset');
    yield* this.#calls.call('softReset');
    yield* this.#calls.call('postReset');
    this.#calls.atOnce('clearReset');
  }

  *unplug(): Op<void> {
    yield* this.#calls.call('unplug');
    yield* this.#calls.call('gpuUnplug');
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
    this.irq = new TreeIrq(calls, LINE_MMU);
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

  get vms(): TreeVm[] {
    return this.#vms().filter((vm) => !vm.freed);
  }

  get slots(): (TreeVm | null)[] {
    return Array.from({ length: 32 }, (_, as) => this.#vms()[this.#view.slot(as) - 1] ?? null);
  }

  get lru(): TreeVm[] {
    return this.#view.lru().map((uid) => this.#vms()[uid - 1]);
  }

  get allocMask(): number {
    return this.#view.allocMask;
  }

  get faultyMask(): number {
    return this.#view.faultyMask;
  }
}
