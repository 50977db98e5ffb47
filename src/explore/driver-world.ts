import { Mutex } from '../coroutine/op.ts';
import type { Kernel } from '../driver/kernels.ts';
import { AS_COMMAND_NAMES } from '../hw/registers.ts';
import { KernelFault } from '../tree/faults.ts';
import { LockOrder, type SavedOrder } from './lock-order.ts';
import { MemoWorld } from './memo/memo-world.ts';
import { prepare } from './model/actors.ts';
import { checkSignalled, checkWhenOver } from './model/checks/end.ts';
import { Harness } from './model/harness.ts';
import { NotingWorld } from './noting-world.ts';
import type { OtherDriver } from './other-driver.ts';
import type { Scenario } from './scenario/scenario.ts';
import type { ThreadSpec } from './search/threads.ts';
import { Choice, optionOf, type Step, threadOf, Violation } from './search/world.ts';
import { $noted } from './state/access-log.ts';
import { watchFreed } from './state/poison.ts';
import { STATE_CHECKS, type StateCheck } from './state-checks.ts';
import { threadsOf } from './threads-of.ts';
import { violationOf } from './violation-of.ts';

/**
 * The driver on the timed machine, with a scenario's threads. Works only on the interleaved build, whose code keeps
 * tracking of its own state.
 */
export class DriverWorld extends NotingWorld {
  /** Made anew where another world was built since. */
  harness!: Harness;
  readonly scenario: Scenario;
  readonly #kernel: Kernel;
  readonly checked: ReadonlySet<string>;
  readonly #stateChecks: [string, StateCheck][] = [];
  readonly #locks: LockOrder | null;
  /** Groups of thread numbers. */
  protected readonly inOrder: number[][] = [];

  readonly #driver: OtherDriver | null;
  /** What the checks remember after each step, one thing after the other. */
  reactions: (() => void)[] = [];
  /** Runs a step (0) and each reaction to it (from 1 on), where that is to be seen from outside. */
  runner: ((phase: number, action: () => void) => void) | null = null;

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
    this.checked = new Set(invariants);
    for (const [name, check] of Object.entries(STATE_CHECKS)) {
      if (this.checked.has(name)) this.#stateChecks.push([name, check]);
    }
    this.#locks = this.checked.has('lock-order') ? new LockOrder() : null;
    this.#kernel = kernel;
    this.rewind();
  }

  /** Of each step so far, what it was at before; what lies above is left over. */
  readonly #saved: { at: number; locks: SavedOrder | undefined; driver: number; unseen: boolean }[] = [];
  #memo: MemoWorld | null = null;

  /** The driver of a tree keeps its state where only it can see it. */
  override memoized(): this | MemoWorld {
    if (this.#driver !== null || !$noted) return this;
    return (this.#memo ??= new MemoWorld(this));
  }

  /** Makes driver and machine and what the scenario says is there. */
  protected override build(): Harness {
    this.harness = new Harness(this.scenario, this.#kernel, this.#driver);
    this.harness.setUp(prepare);
    this.#driver?.begin();
    this.reactions = this.harness.reactions();
    return this.harness;
  }

  protected override start(): ThreadSpec[] {
    this.rewind();
    this.#driver?.rewind();
    this.harness.coverage.restart();
    this.#locks?.reset();
    return [...threadsOf(this.harness), ...(this.#driver?.threads(this.harness.gpuInterrupt) ?? [])];
  }

  /**
   * Of interchangeable threads that have not done anything yet, only the first may begin: what begins with another is
   * the same with the names changed.
   */
  override enabled(into: Uint8Array): number {
    const n = super.enabled(into);
    if (this.inOrder.length === 0) return n;
    let kept = 0;
    const steps = this.threads.map((thread) => thread.steps);
    for (let i = 0; i < n; i++) if (!this.comesLater(threadOf(into[i]), steps)) into[kept++] = into[i];
    return kept;
  }

  /** Whether a thread begins only after another that has not, of which all have taken so many steps. */
  comesLater(thread: number, steps: ArrayLike<number>): boolean {
    if (this.inOrder.length === 0 || steps[thread] > 0) return false;
    for (const group of this.inOrder) {
      const at = group.indexOf(thread);
      for (let i = 0; i < at; i++) if (steps[group[i]] === 0) return true;
    }
    return false;
  }

  /** Whether the order of locks is judged. */
  get hasLockOrder(): boolean {
    return this.#locks !== null;
  }

  protected override save(index: number, number: number): void {
    const saved = (this.#saved[number] ??= { at: 0, locks: undefined, driver: 0, unseen: false });
    saved.at = this.harness.coverage.at(index);
    saved.locks = this.#locks?.save(index);
    saved.driver = this.#driver?.save() ?? 0;
    saved.unseen = this.#driver?.unseen === true;
  }

  protected override restore(index: number, number: number): void {
    const { at, locks } = this.#saved[number];
    this.harness.coverage.back(index, at);
    if (locks !== undefined) this.#locks?.restore(locks);
  }

  /** A tree's driver goes back once, however many steps are undone. */
  protected override restored(first: number): void {
    this.#driver?.restore(this.#saved[first].driver, this.#saved[first].unseen);
  }

  /** The step itself, with what the kernel would call a bug as a violation. */
  protected override take(step: Step): void {
    watchFreed(true);
    try {
      if (this.runner === null) super.take(step);
      else this.runner(0, () => super.take(step));
    } catch (error) {
      throw violationOf(error as Error, this.harness.machine.regs.reachable);
    } finally {
      watchFreed(false);
    }
  }

  override step(step: Step): void {
    const index = threadOf(step);
    const point = this.threads[index].point;
    const { coverage } = this.harness;
    super.step(step);
    const { notes, runner } = this;
    if (runner !== null) {
      for (let i = 0; i < this.reactions.length; i++) runner(i + 1, this.reactions[i]);
    } else if (notes === null) this.harness.observe();
    else this.after(notes, index, () => this.harness.observe());
    coverage.stepped(index);
    if (point instanceof Choice && optionOf(step) === 0) coverage.chose(point.label);
    this.#locks?.stepped(index, point instanceof Mutex ? point : null);
  }

  /** How many calls of the scenario's thread `thread` are behind it; -1 before it begins with the first. */
  callAt(thread: number): number {
    if (this.threads[thread].point === null) return this.scenario.threads[thread].calls.length;
    return this.harness.coverage.at(thread);
  }

  /** A new state: who is where, and who waits at a locked region. */
  override visited(): void {
    const { coverage } = this.harness;
    coverage.visited();
    for (const { point } of this.threads) {
      if (point === null || typeof point === 'string' || point instanceof Choice) continue;
      if (point.access === true && !point.ready()) coverage.happened('waitedAtLock');
    }
  }

  /** An address space's thread is at one place only; what it is about to do is in its registers. */
  override describe(step: Step): string {
    const space = this.harness.machine.spaces.find((one) => one.work === this.threads[threadOf(step)].point);
    if (space === undefined) return super.describe(step);
    return `${AS_COMMAND_NAMES[space.command as 1]} ${space.stuck ? 'gets stuck' : 'is done'}`;
  }

  /** What is asked of each state, by invariant: what is wrong, or null. */
  get stateChecks(): readonly [string, StateCheck][] {
    return this.#stateChecks;
  }

  /** Reports what was noted as broken, if it is asked for. */
  reportBroken(broken: readonly string[], report: (violation: Violation) => void): void {
    for (const one of broken) {
      const [invariant, message] = one.split('\n');
      if (this.checked.has(invariant)) report(new Violation(invariant, message));
    }
  }

  override check(report: (violation: Violation) => void): void {
    const { harness } = this;
    if (harness.broken.length > 0) this.reportBroken(harness.broken, report);
    for (let i = 0; i < this.#stateChecks.length; i++) {
      const check = this.#stateChecks[i][1];
      const wrong = this.notes === null ? check(harness) : this.judge(i, () => check(harness));
      if (wrong !== null) report(new Violation(this.#stateChecks[i][0], wrong));
    }
    const cycle = this.#locks?.cycle;
    if (cycle) report(new Violation('lock-order', cycle));
  }

  override get endsMatter(): boolean {
    return this.checked.has('deadlock');
  }

  override checkEnd(report: (violation: Violation) => void): void {
    const { harness } = this;
    if (this.checked.has('deadlock')) {
      super.checkEnd(report);
      checkSignalled(harness, report);
    }
    if (this.threads.some(({ point, daemon }) => point !== null && !daemon)) return;
    this.#checkMemory(report);
    checkWhenOver(harness, this.checked, report);
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
