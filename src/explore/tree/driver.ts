/**
 * A tree's own driver in the place of the model's, for the same harness: what the harness, its actors and the
 * invariants use of PanthorDevice, answered by the kernel's threads and read from its structs. Nothing here holds state:
 * fields that JavaScript can see are constants, all else is in the kernel's memory, which driver-world.ts saves, restores
 * and hashes as a whole.
 */
import type { Op, Point, Waitable } from '../../coroutine/op.ts';
import type { DriverTrace } from '../../driver/base/warn.ts';
import type { GemObject } from '../../driver/gem/gem.ts';
import type { Kernel } from '../../driver/kernels.ts';
import type { PanthorVm } from '../../driver/mmu/vm.ts';
import type { BindJob, BindOp } from '../../driver/mmu/vm-bind.ts';
import type { VmPool } from '../../driver/mmu/vm-pool.ts';
import type { PhysicalMemory } from '../../hw/memory.ts';
import { GPU_AS_PRESENT, GPU_MMU_FEATURES } from '../../hw/registers.ts';
import { TimedMachine } from '../../hw/timed-machine.ts';
import type { BuiltTree } from '../../tree/build.ts';
import { Places } from '../../tree/faults.ts';
import { TreeKernel } from '../../tree/kernel.ts';
import { Warnings } from '../../tree/warnings.ts';
import { interrupts } from '../model/device.ts';
import type { ExploredDevice } from '../model/explored-device.ts';
import type { ThreadSpec } from '../search/threads.ts';
import type { Body } from '../search/world.ts';
import { Calls } from './calls.ts';
import { TreeMemory } from './memory.ts';
import { Seen, TreeObject } from './objects.ts';
import { TreeDevice, TreeIrq } from './threads/device.ts';
import { TreePool } from './threads/pool.ts';
import { TreeVm } from './threads/vm.ts';
import { View } from './view.ts';

const PA_BITS = 40;
const TASK_SIZE = 2 ** 48;
const LINE_GPU = 0;
/** Where the shim puts the first object, which is the sparse mappings' where the tree has them. */
const DUMMY_PA = 0x200000000;

export class TreeDriver {
  /** Seen by tests of its journal. */
  readonly kernel: TreeKernel;
  readonly #view: View;
  readonly #calls: Calls;
  /** Where the tables are. */
  memory!: TreeMemory;
  #vms: TreeVm[] = [];
  #objects: TreeObject[] = [];
  #gpuIrq!: TreeIrq;

  constructor(tree: BuiltTree) {
    this.kernel = new TreeKernel(tree);
    this.#view = new View(this.kernel);
    this.#calls = new Calls(this.kernel, this.#view, {
      warnings: new Warnings(tree.mirror),
      places: new Places(tree),
    });
    this.#gpuIrq = new TreeIrq(this.#calls, this.#view, LINE_GPU);
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
    this.kernel.reset();
    this.#view.slotCount = slots;
    this.#vms = [];
    this.#objects = [];
    this.memory = new TreeMemory(this.kernel, this.#view);
    const memory = this.memory as unknown as PhysicalMemory;
    const machine = new TimedMachine({ slots, vaBits, memory });
    const { words } = machine.regs;
    words[GPU_AS_PRESENT >> 2] = 2 ** slots - 1;
    words[GPU_MMU_FEATURES >> 2] = vaBits | (PA_BITS << 8);
    this.#calls.machine = machine;
    return machine;
  }

  /** The device, started. */
  device(kernel: Kernel, slots: number, vaBits: number, onEnterFailed: () => void): ExploredDevice {
    const ret = this.#calls.runToQuiescence(
      this.#calls.call('init', 2 ** slots - 1, vaBits, PA_BITS, 0, TASK_SIZE),
    );
    if (ret !== 0) throw new Error(`panthor_mmu_init() on ${kernel.name}: ${ret}`);
    const device = new TreeDevice(kernel, this.#calls, this.#view, () => this.#vms, this);
    this.#calls.onReset = () => device.resetScheduled();
    this.#calls.onEnterFailed = onEnterFailed;
    return device as unknown as ExploredDevice;
  }

  /** An object of `size` bytes, contiguous. */
  createObject(size: number): GemObject {
    const number = this.#calls.runToQuiescence(this.#calls.call('boCreate', size, 0));
    if (number < 0) throw new Error(`an object of ${size} bytes: ${number}`);
    this.kernel.mailbox.clearNotes();
    this.#calls.runToQuiescence(this.#calls.call('backing', number, 0), false);
    const object = new TreeObject(number, this.kernel.mailbox.noteNumber(0));
    this.kernel.mailbox.clearNotes();
    this.#objects.push(object);
    return object as unknown as GemObject;
  }

  /** The object of a number; 0 is the dummy of sparse mappings. */
  object(number: number): TreeObject | null {
    if (number === 0) return new TreeObject(0, DUMMY_PA);
    return this.#objects[number - 1] ?? null;
  }

  /** The operations of a VM, as they are seen. */
  seen(uid: number): Seen {
    return new Seen(uid, this.#view, (number) => this.object(number));
  }

  get pool(): VmPool {
    return new TreePool(this.#calls, this) as unknown as VmPool;
  }

  /** The VM of an id, which is there or has just been made. */
  vm(id: number): TreeVm {
    const known = this.#vms.find((vm) => vm.id === id);
    if (known !== undefined) return known;
    const vm = new TreeVm(id, this.#vms.length + 1, this.#calls, this.#view, this);
    this.#vms.push(vm);
    return vm;
  }

  /** The uid of the VM that has an id, 0 for none. */
  uidOf(id: number): number {
    return this.#vms.find((vm) => vm.id === id)?.uid ?? 0;
  }

  failReservation(after: number): void {
    if (after >= 0) this.#calls.atOnce('setOom', after, 1);
  }

  createJob(vm: PanthorVm, op: BindOp): Op<BindJob | number> {
    return (vm as unknown as TreeVm).createJob(op);
  }

  /** What the driver's world needs besides the model's threads: the GPU block's interrupt. */
  threads(gpuInterrupt: Waitable): ThreadSpec[] {
    return [{ name: 'gpu irq', daemon: true, body: interrupts(gpuInterrupt, this.#gpuIrq) as Body }];
  }

  set trace(trace: DriverTrace | null) {
    this.#calls.trace = trace;
  }

  get trace(): DriverTrace | null {
    return this.#calls.trace;
  }

  /** The state now is the initial one. */
  begin(): void {
    this.kernel.native.begin();
  }

  /** Back to the initial state. */
  rewind(): void {
    this.kernel.undo(0);
    this.#view.back(true);
  }

  /** The moment now, to come back to until an older one is. */
  save(): number {
    return this.kernel.mailbox.moment;
  }

  restore(moment: number, unseen: boolean): void {
    this.kernel.undo(moment);
    this.#view.back(unseen);
  }

  get unseen(): boolean {
    return this.#view.unseen;
  }

  isNews(): boolean {
    const { unseen } = this.#view;
    this.#view.unseen = false;
    return unseen;
  }

  holds(thread: number): boolean {
    return this.kernel.threads.isAlive(thread);
  }

  goOn(thread: number): Point | null {
    return this.#calls.goOn(thread);
  }

  /** What is judged when all threads have ended. Throws KernelFault. */
  checkEnd(): void {
    this.#calls.checkLeaks();
  }

  /** Mixes the whole of the kernel's state into a fingerprint. */
  mixInto(lanes: Int32Array): void {
    const { hashLow, hashHigh } = this.kernel.mailbox;
    lanes[0] = (lanes[0] ^ hashLow) | 0 || 1;
    lanes[1] = (Math.imul(lanes[1], 31) ^ hashHigh) | 0 || 1;
  }
}
