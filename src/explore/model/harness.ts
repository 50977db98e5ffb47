/** Everything that a scenario's threads share: the device on its timed machine, the VMs, and what was seen to break. */
import type { Op, Point } from '../../coroutine/op.ts';
import { Workqueue } from '../../driver/base/workqueue.ts';
import type { GemObject } from '../../driver/gem/gem.ts';
import type { DrmFile } from '../../driver/ioctl/file.ts';
import type { Kernel } from '../../driver/kernels.ts';
import { VmPool } from '../../driver/mmu/vm-pool.ts';
import { AS_COMMAND_NAMES, GPU_INT_BASE, MMU_INT_BASE } from '../../hw/registers.ts';
import { TimedMachine } from '../../hw/timed-machine.ts';
import { Coverage } from '../coverage.ts';
import { allCalls, type Scenario, ScenarioError } from '../scenario/scenario.ts';
import { noticeHeard, noticeOverrun } from './checks/faults.ts';
import { noticeFreed, type ObjectState } from './checks/freed.ts';
import { serveGpuInterrupt } from './device.ts';
import type { DriverFactory } from './driver-factory.ts';
import { ExploredDevice } from './explored-device.ts';
import { ExploredMemory } from './explored-memory.ts';
import { openFile, syncobjCreate } from './ioctl.ts';
import { groupCreate } from './ioctl-groups.ts';
import { Listener } from './listener.ts';
import { makesIoctls, whyModelAlone } from './model-alone.ts';
import { isAboutReclaim, noticeMoved, Pressure } from './reclaim.ts';
import { StagedScheduler } from './scheduler.ts';
import { Words } from './streams.ts';
import { Firmware, SubmittedGroup } from './submitted.ts';
import { Group, VmState } from './vm-state.ts';

export { Group, VmState } from './vm-state.ts';

/** Virtual address bits: two levels of tables fewer than the real thing, and the same code. */
const VA_BITS = 48;

function fencesOf(scenario: Scenario): string[] {
  return [...new Set(allCalls(scenario).flatMap((call) => [...call.waits, ...call.signals]))];
}

export class Harness {
  readonly driver: DriverFactory | null;
  readonly coverage: Coverage;
  readonly scenario: Scenario;
  readonly machine: TimedMachine;
  readonly device: ExploredDevice;
  readonly pool: VmPool;
  /** What calls and fences leave for workers. */
  readonly work: Workqueue;
  /** The open file whose VMs and objects these are, where a thread makes ioctls. */
  readonly file: DrmFile | null;
  /** Where tables may be lacking; of a tree's driver, the driver is told (failReservation()). */
  readonly memory: ExploredMemory;
  readonly objects: ObjectState[] = [];
  /** Syncobjs by the names that the scenario gives them. */
  readonly fences: { name: string; handle: number }[] = [];
  readonly vms: VmState[] = [];
  /** One for each thread of the scenario. */
  readonly groups: Group[] = [];
  /** What command streams stored. */
  readonly words = new Words();
  /** Invariants that broke, and how: "invariant\nmessage". */
  readonly broken: string[] = [];
  /** What gives groups that are put on the GPU by hand their VMs' slots. */
  readonly staged = new StagedScheduler(this);
  /** Groups that clients create, which the driver's own scheduler gives slots to. */
  readonly submitted: SubmittedGroup[];
  /** Binds that threads are in the middle of, besides those in queues. */
  callsUnderWay = 0;
  /** What memory pressure has taken; null where the scenario is not about it. */
  readonly pressure: Pressure | null;
  /** Slots that were disabled last, by the driver's own word, as a mask. */
  disabledSlots = 0;
  /** The device was pulled out: no power brings its registers back. */
  removed = false;
  /** Resets that are over. */
  resets = 0;
  readonly mmuInterrupt = { label: 'MMU interrupt', ready: () => this.machine.interrupts(MMU_INT_BASE) };
  readonly gpuInterrupt = { label: 'GPU interrupt', ready: () => this.machine.interrupts(GPU_INT_BASE) };
  readonly workQueued = { label: 'worker', ready: () => !this.work.idle };

  constructor(scenario: Scenario, kernel: Kernel, driver: DriverFactory | null = null) {
    this.scenario = scenario;
    this.coverage = new Coverage(scenario);
    this.pressure = isAboutReclaim(scenario) ? new Pressure() : null;
    this.driver = driver;
    const slots = scenario.slots + 1;
    this.memory = new ExploredMemory(64);
    this.machine =
      driver?.machine(slots, VA_BITS) ?? new TimedMachine({ slots, vaBits: VA_BITS, memory: this.memory });
    this.device =
      driver?.device(kernel, slots, VA_BITS, () => this.coverage.happened('devEnterFailed')) ??
      new ExploredDevice(this.coverage, {
        kernel,
        machine: this.machine,
        mmu: { asPresent: 2 ** slots - 1, vaBits: VA_BITS, archMajor: scenario.arch ?? 10 },
        now: () => 0,
      });
    const refusal = driver === null ? null : whyModelAlone(scenario);
    if (refusal !== null) throw new ScenarioError(`${scenario.name}: ${refusal}`);
    this.file = makesIoctls(scenario) ? openFile(this.device) : null;
    this.submitted = scenario.groups.map((decl) => new SubmittedGroup(decl));
    const own = this.file?.drv.sched ?? null;
    if (own !== null && this.submitted.length > 0) own.runner = new Firmware(this);
    else {
      this.device.sched = this.staged;
      this.device.onMmuFault = null;
    }
    this.device.pm.onPower = (on) => this.#power(on);
    this.work = this.file?.drv.work ?? new Workqueue();
    this.pool = driver?.pool ?? this.file?.vms ?? new VmPool(this.device);
    for (const { name, size, later } of scenario.objects) {
      if (later) this.objects.push({ name, bo: null, handle: 0, pa: -1, freed: false });
      else this.objects.push(this.#makeObject(name, size));
    }
  }

  #power(on: boolean): void {
    if (!on) this.machine.reset();
    this.machine.regs.reachable = on && !this.device.pm.gone && !this.removed;
  }

  #makeObject(name: string, size: number): ObjectState {
    const bo = this.device.gem.create(size, 0, null);
    if (!bo.pin()) throw new ScenarioError(`${this.scenario.name}: there is no memory for object '${name}'`);
    let handle = this.objects.length + 1;
    if (this.file !== null) {
      handle = this.file.createHandle(bo);
      bo.put();
    }
    return { name, bo, handle, pa: bo.sgt.pa[0], freed: false };
  }

  /** Makes the VMs and what the scenario says is there before the threads start. */
  setUp(begin: (harness: Harness, vm: VmState) => Op<void>): void {
    this.runToQuiescence(this.device.mmu.init());
    for (const { name } of this.scenario.vms) {
      const id = this.pool.create(0, 0);
      const vm = this.pool.get(id);
      if (vm === undefined) throw new Error(`no VM: ${id}`);
      this.vms.push(new VmState(name, vm, this));
      this.file?.drv.sched.vmEntity(vm);
    }
    for (const name of fencesOf(this.scenario)) {
      this.fences.push({ name, handle: this.runToQuiescence(syncobjCreate(this)) });
    }
    for (const vm of this.vms) this.runToQuiescence(begin(this, vm));
    for (const group of this.submitted) {
      if (!group.decl.later) this.runToQuiescence(groupCreate(this, group));
    }
    this.machine.runToQuiescence();
    for (const { command, skip } of this.scenario.stuck) {
      if (command === 'flush') {
        this.machine.stuckFlush.skip = skip;
        this.machine.stuckFlush.times = 1;
      } else {
        this.machine.stuck.push({ command: AS_COMMAND_NAMES.indexOf(command as 'NOP'), skip });
      }
    }
    this.memory.reservationsLeft = this.scenario.failTables;
    this.memory.tablesLeft = this.scenario.failMap;
    this.driver?.failReservation(this.scenario.failTables);
    if (this.driver === null) serveGpuInterrupt(this);
    for (const _ of this.scenario.threads) this.groups.push(new Group());
    this.device.trace = new Listener(this);
    if (this.submitted.length === 0) {
      this.device.tickDone = { label: 'tick_work', ready: () => this.staged.condemned() === null };
    }
  }

  /** Runs one operation to its end on a machine that answers at once. */
  runToQuiescence<T>(op: Op<T>): T {
    for (;;) {
      const next = op.next();
      if (next.done) return next.value;
      const point: Point = next.value;
      this.machine.runToQuiescence();
      // No thread serves it here.
      if (this.device.gpu.noAnswer && this.gpuInterrupt.ready()) this.device.gpu.irq();
      if (typeof point === 'object' && !point.ready())
        throw new ScenarioError(`${this.scenario.name}: it begins by waiting for ever: ${point.label}`);
      for (const vm of this.vms) vm.spec.observe();
    }
  }

  vm(name: string): VmState {
    const found = this.vms.find((one) => one.name === name);
    if (found === undefined) throw new Error(`no VM ${name}`);
    return found;
  }

  object(name: string): ObjectState {
    const found = this.objects.find((one) => one.name === name);
    if (found === undefined) throw new Error(`no object ${name}`);
    return found;
  }

  submittedGroup(name: string): SubmittedGroup {
    const found = this.submitted.find(({ decl }) => decl.name === name);
    if (found === undefined) throw new Error(`no group ${name}`);
    return found;
  }

  /** reset.in_progress of whichever scheduler there is. */
  get resetInProgress(): boolean {
    return this.submitted.length > 0
      ? this.file?.drv.sched.resetInProgress === true
      : this.staged.resetInProgress;
  }

  /** Handle of a syncobj. */
  fenceHandle(name: string): number {
    return this.fences.find((one) => one.name === name)?.handle ?? 0;
  }

  lookupGem(handle: number): GemObject | undefined {
    if (this.file !== null) return this.file.lookupGem(handle);
    return this.objects.find((one) => one.handle === handle)?.bo ?? undefined;
  }

  /** An invariant broke during this step. */
  reportViolation(invariant: string, message: string): void {
    this.broken.push(`${invariant}\n${message}`);
  }

  /** What the checks remember of the driver; called after every step. */
  observe(): void {
    if (this.driver?.isNews() !== false) {
      for (let i = 0; i < this.vms.length; i++) this.vms[i].spec.observe();
      this.#notice();
      noticeHeard(this);
    }
    noticeOverrun(this);
  }

  #notice(): void {
    if (this.driver === null) {
      noticeFreed(this);
      if (this.pressure !== null) noticeMoved(this);
      return;
    }
    for (const state of this.vms) if (!state.freed && state.vm.freed) state.freed = true;
  }

  /** The parts of observe(), in order. */
  reactions(): (() => void)[] {
    const follow = this.vms.map(
      ({ spec }) =>
        () =>
          spec.observe(),
    );
    return [...follow, () => this.#notice(), () => noticeHeard(this), () => noticeOverrun(this)];
  }
}
