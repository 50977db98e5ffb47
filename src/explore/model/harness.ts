/** Everything that a scenario's threads share: the device on its timed machine, the VMs, and what was seen to break. */

import { Mutex, type Op, type Point } from '../../coroutine/op.ts';
import { type DeviceOptions, PanthorDevice } from '../../driver/device.ts';
import type { GemObject } from '../../driver/gem/gem.ts';
import type { DrmFile } from '../../driver/ioctl/file.ts';
import type { Kernel } from '../../driver/kernels.ts';
import type { PanthorVm } from '../../driver/mmu/vm.ts';
import { type BindJob, type BindOp, bindJobCreate } from '../../driver/mmu/vm-bind.ts';
import { VmPool } from '../../driver/mmu/vm-pool.ts';
import { PhysicalMemory } from '../../hw/memory.ts';
import { AS_COMMAND_NAMES, INT_MASK, INT_RAWSTAT, MMU_INT_BASE } from '../../hw/registers.ts';
import { TimedMachine } from '../../hw/timed-machine.ts';
import { Coverage } from '../coverage.ts';
import { type Scenario, ScenarioError } from '../scenario/scenario.ts';
import { openFile } from './ioctl.ts';
import { Listener } from './listener.ts';
import { Words } from './streams.ts';
import { Group, VmState } from './vm-state.ts';

export { Group, VmState } from './vm-state.ts';

/** Virtual address bits: two levels of tables fewer than the real thing, and the same code. */
const VA_BITS = 48;

/** The device, which says where a drm_dev_enter() fails. */
class ExploredDevice extends PanthorDevice {
  readonly #coverage: Coverage;

  constructor(coverage: Coverage, options: DeviceOptions) {
    super(options);
    this.#coverage = coverage;
  }

  override enter(): boolean {
    const entered = super.enter();
    if (!entered) this.#coverage.happened('devEnterFailed');
    return entered;
  }
}

/** Who makes the device and what belongs to it, where it is not the model's. */
export interface DriverFactory {
  machine(slots: number, vaBits: number): TimedMachine;
  device(name: string, slots: number, vaBits: number): PanthorDevice;
  readonly pool: VmPool;
  createJob(vm: PanthorVm, op: BindOp): BindJob | number;
}

export class Harness {
  readonly #driver: DriverFactory | null;
  readonly coverage: Coverage;
  readonly scenario: Scenario;
  readonly machine: TimedMachine;
  readonly device: PanthorDevice;
  readonly pool: VmPool;
  /** The open file whose VMs and objects these are, where a thread makes ioctls. */
  readonly file: DrmFile | null;
  readonly objects: GemObject[] = [];
  readonly vms: VmState[] = [];
  /** One for each thread of the scenario. */
  readonly groups: Group[] = [];
  /** What command streams stored. */
  readonly words = new Words();
  /** Invariants that broke, and how: "invariant\nmessage". */
  readonly broken: string[] = [];
  /** panthor_scheduler.lock: held while groups are bound and unbound. */
  readonly schedLock = new Mutex('sched.lock');
  resetInProgress = false;
  powered = true;
  /** panthor_mmu_unplug() has returned. */
  gone = false;
  /** VMs with a group on the GPU; the scheduler binds no more than there are slots. */
  boundVms(): PanthorVm[] {
    const bound = new Set<PanthorVm>();
    for (const { group } of this.vms) if (group.bound && group.vm !== null) bound.add(group.vm);
    for (const group of this.groups) if (group.bound && group.vm !== null) bound.add(group.vm);
    return [...bound];
  }

  /** Whether a group of `vm` can be put on the GPU now. */
  canBind(vm: PanthorVm): boolean {
    if (this.resetInProgress || !this.powered) return false;
    const bound = this.boundVms();
    return bound.includes(vm) || bound.length < this.scenario.slots;
  }

  /** A group that the next tick takes off the GPU. */
  condemned(): Group | null {
    for (const { group } of this.vms) if (group.killed && group.bound) return group;
    for (const group of this.groups) if (group.killed && group.bound) return group;
    return null;
  }

  readonly tick = { label: 'tick_work', ready: () => this.condemned() !== null };
  readonly mmuInterrupt = { label: 'MMU interrupt', ready: () => this.#mmuInterruptRaised() };
  readonly resetWork = { label: 'reset work', ready: () => this.device.resetPending };

  constructor(scenario: Scenario, kernel: Kernel, driver: DriverFactory | null = null) {
    this.scenario = scenario;
    this.coverage = new Coverage(scenario);
    this.#driver = driver;
    const slots = scenario.slots + 1;
    this.machine =
      driver?.machine(slots, VA_BITS) ??
      new TimedMachine({ slots, vaBits: VA_BITS, memory: new PhysicalMemory(64) });
    this.device =
      driver?.device(kernel.name, slots, VA_BITS) ??
      new ExploredDevice(this.coverage, {
        kernel,
        machine: this.machine,
        mmu: { asPresent: 2 ** slots - 1, vaBits: VA_BITS },
        now: () => 0,
      });
    const makesIoctls = scenario.threads.some(({ calls }) => calls.some((call) => call.ioctl));
    if (makesIoctls && driver !== null) {
      throw new ScenarioError(`${scenario.name}: threads that make ioctls are for the model alone so far`);
    }
    this.file = makesIoctls ? openFile(this.device) : null;
    this.pool = driver?.pool ?? this.file?.vms ?? new VmPool(this.device);
    for (const { size } of scenario.objects) {
      const bo = this.device.gem.create(size, 0, null);
      if (!bo.pin()) throw new Error('out of memory');
      this.objects.push(bo);
      this.file?.createHandle(bo);
    }
  }

  /** Makes the VMs and what the scenario says is there before the threads start. */
  setUp(begin: (harness: Harness, vm: VmState) => Op<void>): void {
    this.runToQuiescence(this.device.mmu.init());
    for (const { name } of this.scenario.vms) {
      const id = this.runToQuiescence(this.pool.create(0, 0));
      const vm = this.pool.get(id);
      if (vm === undefined) throw new Error(`no VM: ${id}`);
      this.vms.push(new VmState(name, vm, this));
    }
    for (const vm of this.vms) this.runToQuiescence(begin(this, vm));
    this.machine.runToQuiescence();
    for (const { command, skip } of this.scenario.stuck) {
      if (command === 'flush') {
        this.machine.stuckFlush.skip = skip;
        this.machine.stuckFlush.times = 1;
      } else {
        this.machine.stuck.push({ command: AS_COMMAND_NAMES.indexOf(command as 'NOP'), skip });
      }
    }
    for (const _ of this.scenario.threads) this.groups.push(new Group());
    this.device.trace = new Listener(this);
    this.device.tickDone = { label: 'tick_work', ready: () => this.condemned() === null };
  }

  /** Runs one operation to its end on a machine that answers at once. */
  runToQuiescence<T>(op: Op<T>): T {
    for (;;) {
      const next = op.next();
      if (next.done) return next.value;
      const point: Point = next.value;
      this.machine.runToQuiescence();
      if (typeof point === 'object' && !point.ready()) throw new Error(`set-up waits for ${point.label}`);
      for (const vm of this.vms) vm.spec.observe();
    }
  }

  #mmuInterruptRaised(): boolean {
    const { words, reachable } = this.machine.regs;
    return (
      reachable && (words[(MMU_INT_BASE + INT_RAWSTAT) >> 2] & words[(MMU_INT_BASE + INT_MASK) >> 2]) !== 0
    );
  }

  vm(name: string): VmState {
    const found = this.vms.find((one) => one.name === name);
    if (found === undefined) throw new Error(`no VM ${name}`);
    return found;
  }

  lookupGem(handle: number): GemObject | undefined {
    return this.objects[handle - 1];
  }

  /** An invariant broke during this step. */
  reportViolation(invariant: string, message: string): void {
    this.broken.push(`${invariant}\n${message}`);
  }

  /** What the checks remember of the driver; called after every step. */
  observe(): void {
    for (let i = 0; i < this.vms.length; i++) this.vms[i].spec.observe();
  }

  /** Queues an asynchronous bind, call number `call` of thread `thread`. 0 or -errno. */
  queue(vm: VmState, op: BindOp, thread: number, call: number): number {
    const job = this.#driver?.createJob(vm.vm, op) ?? bindJobCreate(vm.vm, this, op);
    if (typeof job === 'number') return job;
    vm.jobs.push({ job, thread, call });
    vm.unsignalled++;
    return 0;
  }
}
