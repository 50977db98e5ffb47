import { Mutex } from '../coroutine/op.ts';
import type { Kernel } from '../driver/kernels.ts';
import { AS_COMMAND_NAMES } from '../hw/registers.ts';
import { KernelFault } from '../tree/faults.ts';
import type { Invariant } from './invariants.ts';
import { LockOrder, type SavedOrder } from './lock-order.ts';
import { play, prepare } from './model/actors.ts';
import { checkWhenOver } from './model/checks/end.ts';
import { interruptMasks } from './model/checks/faults.ts';
import { lockAgreement, slotBookkeeping, tablePages, unusableVm } from './model/checks/invariants.ts';
import { bindQueue, interrupts, resetWorker, worker } from './model/device.ts';
import { tickWork } from './model/groups.ts';
import { Harness } from './model/harness.ts';
import { runGroup } from './model/submitted.ts';
import { NotingWorld } from './noting-world.ts';
import type { OtherDriver } from './other-driver.ts';
import type { Call, Scenario } from './scenario/scenario.ts';
import type { ThreadSpec } from './search/threads.ts';
import { type Body, Choice, optionOf, type Step, threadOf, Violation } from './search/world.ts';
import { watchFreed } from './state/poison.ts';
import { violationOf } from './violation-of.ts';

const STATE_CHECKS: Partial<Record<Invariant, (harness: Harness) => string | null>> = {
  'lock-agreement': lockAgreement,
  'slot-bookkeeping': slotBookkeeping,
  'table-pages': tablePages,
  'interrupt-masks': interruptMasks,
  'unusable-vm': unusableVm,
};

/**
 * The driver on the timed machine, with a scenario's threads. Works only on the interleaved build, whose code keeps
 * tracking of its own state.
 */
export class DriverWorld extends NotingWorld {
  /** Made anew where another world was built since. */
  harness!: Harness;
  readonly scenario: Scenario;
  readonly #kernel: Kernel;
  readonly #checked: ReadonlySet<string>;
  readonly #stateChecks: [string, (harness: Harness) => string | null][] = [];
  readonly #locks: LockOrder | null;
  /** Groups of thread numbers. */
  protected readonly inOrder: number[][] = [];

  readonly #driver: OtherDriver | null;

  /** `invariants`: those that are judged; `symmetry`: interchangeable threads begin in one order only. */
  constructor(
    scenario: Scenario,
    kernel: Kernel,
    invariants: readonly string[],
    options: { symmetry?: boolean; driver?: OtherDriver } = {},
  ) {
    super();
    this.#driver = options.driver ?? null;
    this.outside = this.#driver;
    if (this.#driver !== null) this.#driver.current = () => this.current;
    this.scenario = scenario;
    const index = (name: string) => scenario.threads.findIndex((thread) => thread.name === name);
    if (options.symmetry !== false) {
      for (const names of scenario.interchangeable) this.inOrder.push(names.map(index));
    }
    this.#checked = new Set(invariants);
    for (const [name, check] of Object.entries(STATE_CHECKS)) {
      if (this.#checked.has(name)) this.#stateChecks.push([name, check]);
    }
    this.#locks = this.#checked.has('lock-order') ? new LockOrder() : null;
    this.#kernel = kernel;
    this.rewind();
  }

  /** Makes driver and machine and what the scenario says is there. */
  protected override build(): Harness {
    this.harness = new Harness(this.scenario, this.#kernel, this.#driver);
    this.harness.setUp(prepare);
    this.#driver?.begin();
    return this.harness;
  }

  protected override start(): ThreadSpec[] {
    this.rewind();
    this.#driver?.rewind();
    this.harness.coverage.restart();
    this.#locks?.reset();
    const { harness } = this;
    const { machine } = harness;
    const specs: ThreadSpec[] = this.scenario.threads.map(({ name, calls }, i) => ({
      name,
      body: play(harness, calls, i) as Body,
    }));
    const daemon = (name: string, body: Body) => specs.push({ name, body, daemon: true });
    for (const vm of harness.vms) {
      if (this.#calls((call) => call.async && !call.ioctl && call.vm === vm.name))
        daemon(`queue ${vm.name}`, bindQueue(harness, vm) as Body);
    }
    for (let as = 1; as < machine.spaces.length; as++) daemon(`AS${as}`, machine.carryOut(as));
    daemon('L2', machine.flushes());
    daemon('irq', interrupts(harness, harness.device.mmu.irq) as Body);
    daemon('reset', resetWorker(harness) as Body);
    if (this.#calls((call) => call.verb === 'kill')) daemon('tick', tickWork(harness) as Body);
    if (harness.file !== null) {
      const vms = this.scenario.vms.filter(({ name }) =>
        this.#calls((call) => call.ioctl && call.async && call.vm === name),
      );
      for (let i = 0; i < Math.max(1, vms.length); i++) daemon(`worker ${i + 1}`, worker(harness) as Body);
    }
    for (const one of harness.submitted) daemon(`group ${one.decl.name}`, runGroup(harness, one) as Body);
    specs.push(...(this.#driver?.threads() ?? []));
    return specs;
  }

  #calls(which: (call: Call) => boolean): boolean {
    return this.scenario.threads.some((thread) => thread.calls.some(which));
  }

  /**
   * Of interchangeable threads that have not done anything yet, only the first may begin: what begins with another is
   * the same with the names changed.
   */
  override enabled(into: Uint8Array): number {
    const n = super.enabled(into);
    if (this.inOrder.length === 0) return n;
    let kept = 0;
    for (let i = 0; i < n; i++) if (!this.#comesLater(threadOf(into[i]))) into[kept++] = into[i];
    return kept;
  }

  #comesLater(thread: number): boolean {
    if (this.threads[thread].steps > 0) return false;
    for (const group of this.inOrder) {
      const at = group.indexOf(thread);
      for (let i = 0; i < at; i++) if (this.threads[group[i]].steps === 0) return true;
    }
    return false;
  }

  protected override save(index: number): unknown {
    return {
      at: this.harness.coverage.at(index),
      locks: this.#locks?.save(index),
      driver: this.#driver?.save() ?? 0,
    };
  }

  protected override restore(index: number, saved: unknown): void {
    const { at, locks, driver } = saved as { at: number; locks: SavedOrder | undefined; driver: number };
    this.#driver?.restore(driver);
    this.harness.coverage.back(index, at);
    if (locks !== undefined) this.#locks?.restore(locks);
  }

  override step(step: Step): void {
    const index = threadOf(step);
    const point = this.threads[index].point;
    const { coverage } = this.harness;
    watchFreed(true);
    try {
      super.step(step);
    } catch (error) {
      throw violationOf(error as Error, this.harness.machine.regs.reachable);
    } finally {
      watchFreed(false);
    }
    const { notes } = this;
    if (notes === null) this.harness.observe();
    else this.after(notes, index, () => this.harness.observe());
    coverage.stepped(index);
    if (point instanceof Choice && optionOf(step) === 0) {
      if (point.label.includes('the TLB still has')) coverage.happened('staleTlb');
      else if (point.label.includes('from the L2')) coverage.happened('staleL2');
    }
    this.#locks?.stepped(index, point instanceof Mutex ? point : null);
  }

  /** A new state: who is where, and who waits at a locked region. */
  override visited(): void {
    const { coverage } = this.harness;
    coverage.visited();
    for (const { point } of this.threads) {
      if (point === null || typeof point === 'string' || point instanceof Choice) continue;
      if (point.label.endsWith(' begins') && !point.ready()) coverage.happened('waitedAtLock');
    }
  }

  /** An address space's thread is at one place only; what it is about to do is in its registers. */
  override describe(step: Step): string {
    const space = this.harness.machine.spaces.find((one) => one.work === this.threads[threadOf(step)].point);
    if (space === undefined) return super.describe(step);
    return `${AS_COMMAND_NAMES[space.command as 1]} ${space.stuck ? 'gets stuck' : 'is done'}`;
  }

  override check(report: (violation: Violation) => void): void {
    const { harness } = this;
    for (let i = 0; i < harness.broken.length; i++) {
      const [invariant, message] = harness.broken[i].split('\n');
      if (this.#checked.has(invariant)) report(new Violation(invariant, message));
    }
    for (let i = 0; i < this.#stateChecks.length; i++) {
      const [name, check] = this.#stateChecks[i];
      const wrong = this.notes === null ? check(harness) : this.judge(i, () => check(harness));
      if (wrong !== null) report(new Violation(name, wrong));
    }
    const cycle = this.#locks?.cycle;
    if (cycle) report(new Violation('lock-order', cycle));
  }

  override get endsMatter(): boolean {
    return this.#checked.has('deadlock');
  }

  override checkEnd(report: (violation: Violation) => void): void {
    const { harness } = this;
    if (this.#checked.has('deadlock')) {
      super.checkEnd(report);
      for (const { name, unsignalled } of harness.vms) {
        if (unsignalled > 0) {
          report(new Violation('deadlock', `${unsignalled} binds of ${name} are never signalled`));
        }
      }
    }
    if (this.threads.some(({ point, daemon }) => point !== null && !daemon)) return;
    this.#checkMemory(report);
    checkWhenOver(harness, this.#checked, report);
  }

  /** What a tree's own heap still holds when all is over. */
  #checkMemory(report: (violation: Violation) => void): void {
    try {
      this.#driver?.checkEnd();
    } catch (error) {
      if (!(error instanceof KernelFault)) throw error;
      report(new Violation(error.invariant, error.message));
    }
  }

  override fingerprint(lanes: Int32Array): void {
    super.fingerprint(lanes);
    this.#driver?.mixInto(lanes);
  }

  protected override extraFingerprint(): number {
    return this.#locks?.fingerprint ?? 0;
  }
}
