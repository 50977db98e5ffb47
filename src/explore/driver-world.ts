import { Mutex } from '../coroutine/op.ts';
import type { Kernel } from '../driver/kernels.ts';
import { AS_COMMAND_NAMES } from '../hw/registers.ts';
import { LockOrder } from './lock-order.ts';
import { play, prepare } from './model/actors.ts';
import { bindQueue, interrupts, resetWork } from './model/device.ts';
import { tickWork } from './model/groups.ts';
import { Harness } from './model/harness.ts';
import { lockAgreement, lostTables, slotBookkeeping, tablePages } from './model/invariants.ts';
import type { Scenario } from './scenario/scenario.ts';
import { type ThreadSpec, ThreadWorld } from './search/threads.ts';
import { type Body, type Step, threadOf, Violation } from './search/world.ts';
import { enterThread, Frames } from './state/frames.ts';
import { mix32 } from './state/hash.ts';
import { ignoreFields, tracker } from './state/objects.ts';

/** All invariants, in the order of the design. */
export const INVARIANTS = [
  'atomic',
  'stale-translation',
  'activation',
  'register-access-while-gone',
  'lock-agreement',
  'outside-locked-region',
  'slot-bookkeeping',
  'table-pages',
  'lock-order',
  'deadlock',
  'kernel-warning',
] as const;
export type Invariant = (typeof INVARIANTS)[number];

/** Written and never read by anything but reports. */
const REPORTS_ONLY = [
  'commands',
  'cacheFlushes',
  'stats',
  'activations',
  'evictions',
  'faults',
  'mapCalls',
  'unmapCalls',
  'polls',
  'warnings',
];

const STATE_CHECKS: Partial<Record<Invariant, (harness: Harness) => string | null>> = {
  'lock-agreement': lockAgreement,
  'slot-bookkeeping': slotBookkeeping,
  'table-pages': tablePages,
};

/**
 * The driver on the timed machine, with a scenario's threads. Works only on the interleaved build, whose code keeps
 * account of its own state.
 */
export class DriverWorld extends ThreadWorld {
  readonly harness: Harness;
  readonly scenario: Scenario;
  readonly #checked: ReadonlySet<string>;
  readonly #stateChecks: [string, (harness: Harness) => string | null][] = [];
  readonly #frames: Frames[] = [];
  readonly #dirty: boolean[] = [];
  readonly #locks: LockOrder | null;
  /** Groups of thread numbers. */
  readonly #interchangeable: number[][] = [];

  /** `invariants`: those that are judged; `symmetry`: interchangeable threads begin in one order only. */
  constructor(
    scenario: Scenario,
    kernel: Kernel,
    invariants: readonly string[],
    options: { symmetry?: boolean } = {},
  ) {
    super();
    this.scenario = scenario;
    const index = (name: string) => scenario.threads.findIndex((thread) => thread.name === name);
    if (options.symmetry !== false) {
      for (const names of scenario.interchangeable) this.#interchangeable.push(names.map(index));
    }
    this.#checked = new Set(invariants);
    for (const [name, check] of Object.entries(STATE_CHECKS)) {
      if (this.#checked.has(name)) this.#stateChecks.push([name, check]);
    }
    this.#locks = this.#checked.has('lock-order') ? new LockOrder() : null;
    tracker.reset();
    ignoreFields(REPORTS_ONLY);
    this.harness = new Harness(scenario, kernel);
    this.harness.setUp(prepare);
    tracker.begin(this.harness);
  }

  protected override start(): ThreadSpec[] {
    tracker.rewind();
    this.#locks?.reset();
    const { harness } = this;
    const { machine } = harness;
    const specs: ThreadSpec[] = this.scenario.threads.map(({ name, calls }, i) => ({
      name,
      body: play(harness, calls, harness.groups[i]) as Body,
    }));
    const daemon = (name: string, body: Body) => specs.push({ name, body, daemon: true });
    for (const vm of harness.vms) {
      if (this.#queues(vm.name)) daemon(`queue ${vm.name}`, bindQueue(vm) as Body);
    }
    for (let as = 1; as < machine.spaces.length; as++) daemon(`AS${as}`, machine.carryOut(as));
    daemon('L2', machine.flushes());
    daemon('irq', interrupts(harness, harness.device.mmu.irq) as Body);
    daemon('reset', resetWork(harness) as Body);
    if (this.#calls('kill')) daemon('tick', tickWork(harness) as Body);
    for (let i = 0; i < specs.length; i++) {
      const frames = (this.#frames[i] ??= new Frames());
      frames.depth = 0;
      this.#dirty[i] = true;
    }
    return specs;
  }

  #calls(verb: string): boolean {
    return this.scenario.threads.some((thread) => thread.calls.some((call) => call.verb === verb));
  }

  #queues(vm: string): boolean {
    return this.scenario.threads.some((thread) => thread.calls.some((call) => call.async && call.vm === vm));
  }

  protected override onSwitch(index: number): void {
    enterThread(index, this.#frames[index]);
    this.#dirty[index] = true;
  }

  /**
   * Of interchangeable threads that have not done anything yet, only the first may begin: what begins with another is
   * the same with the names changed.
   */
  override enabled(into: Uint8Array): number {
    const n = super.enabled(into);
    if (this.#interchangeable.length === 0) return n;
    let kept = 0;
    for (let i = 0; i < n; i++) if (!this.#comesLater(threadOf(into[i]))) into[kept++] = into[i];
    return kept;
  }

  #comesLater(thread: number): boolean {
    if (this.threads[thread].steps > 0) return false;
    for (const group of this.#interchangeable) {
      const at = group.indexOf(thread);
      for (let i = 0; i < at; i++) if (this.threads[group[i]].steps === 0) return true;
    }
    return false;
  }

  override step(step: Step): void {
    const index = threadOf(step);
    const point = this.threads[index].point;
    try {
      super.step(step);
    } catch (error) {
      if ((error as Error).name !== 'RegisterAccessError' || this.harness.machine.regs.reachable) throw error;
      throw new Violation('register-access-while-gone', (error as Error).message);
    }
    this.harness.observe();
    this.#locks?.stepped(index, point instanceof Mutex ? point : null);
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
    for (const [name, check] of this.#stateChecks) {
      const wrong = check(harness);
      if (wrong !== null) report(new Violation(name, wrong));
    }
    const cycle = this.#locks?.cycle;
    if (cycle) report(new Violation('lock-order', cycle));
  }

  override checkEnd(): void {
    if (this.#checked.has('deadlock')) this.#checkDeadlock();
    if (
      !this.#checked.has('table-pages') ||
      this.threads.some(({ point, daemon }) => point !== null && !daemon)
    )
      return;
    const lost = lostTables(this.harness);
    if (lost !== null) throw new Violation('table-pages', lost);
  }

  #checkDeadlock(): void {
    super.checkEnd();
    for (const vm of this.harness.vms) {
      if (vm.unsignalled > 0)
        throw new Violation('deadlock', `${vm.unsignalled} binds of ${vm.name} are never signalled`);
    }
  }

  override fingerprint(lanes: Int32Array): void {
    let a = tracker.lane0;
    let b = tracker.lane1;
    if (this.#locks !== null) a = mix32(a ^ this.#locks.fingerprint);
    for (let i = 0; i < this.threads.length; i++) {
      const frames = this.#frames[i];
      if (this.#dirty[i]) {
        if (this.threads[i].point === null) frames.depth = 0;
        frames.rehash();
        this.#dirty[i] = false;
      }
      a = mix32(Math.imul(a, 31) ^ frames.lane0);
      b = mix32(Math.imul(b, 37) ^ frames.lane1 ^ a);
    }
    lanes[0] = a || 1;
    lanes[1] = b || 1;
  }
}
