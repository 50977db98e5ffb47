import type { DriverWorld } from '../driver-world.ts';
import { NondeterminismError } from '../search/search.ts';
import {
  type NotedWorld,
  optionOf,
  type Step,
  stepOf,
  threadOf,
  Violation,
  type World,
} from '../search/world.ts';
import type { AccessSet } from '../state/access-set.ts';
import { SPECIAL, specialPlace } from '../state/place-numbers.ts';
import type { Known } from './known.ts';
import { CHOOSES, ENDED, WAITS } from './locals.ts';
import { MemoSteps } from './memo-steps.ts';

/**
 * One in so many steps that were looked up is taken for real as well, several in a row so that the world behind need not come
 * from far for each, and one in so many of those from the start.
 */
const VERIFY_EVERY = 4096;
const IN_A_ROW = 8;
const FROM_THE_START = 16;

/**
 * A driver's world that remembers what it has done. States are lists of numbers, and the driver itself runs only what was
 * not met before: steps (MemoSteps), whether a thread may go on, what the checks remember, and the invariants.
 *
 * States, their fingerprints, steps and findings are those of the world behind it, step for step; that is compared now and
 * then (docs/explore.md).
 */
export class MemoWorld extends MemoSteps implements NotedWorld {
  readonly #verifyEvery: number;
  #lookedUp = 0;
  #verified = 0;
  /** The place that says what is wrong by each check: what was noted as broken comes first, then invariants over states. */
  readonly #wrong: readonly number[];

  /** `verifyEvery`: one in so many steps that are looked up is compared with what the world behind does. */
  constructor(world: DriverWorld, verifyEvery = VERIFY_EVERY) {
    super(world);
    this.#verifyEvery = verifyEvery;
    this.#wrong = ['', ...world.stateChecks].map((_, i) => specialPlace(SPECIAL.WRONG, i));
  }

  get threads(): World['threads'] {
    return this.really(() => this.world.threads);
  }

  /** Asks of every thread that waits whether it may go on. */
  #ask(): void {
    const { now, known } = this;
    let open = now.waiting & ~now.asked;
    now.asked = -1;
    for (; open !== 0; open &= open - 1) {
      const i = 31 - Math.clz32(open & -open);
      const bit = 1 << i;
      let ready = known.guard(now.at[i]);
      if (ready < 0) ready = this.#askReally(i);
      now.ready = ready === 1 ? now.ready | bit : now.ready & ~bit;
    }
  }

  // What is rare and has closures is in methods of its own: room for what they capture is taken at the beginning of each call.
  #askReally(i: number): number {
    return this.really(() => {
      const { point } = this.world.threads[i];
      return this.known.askGuard(this.now.at[i], i, () => (point as { ready(): boolean }).ready());
    });
  }

  enabled(into: Uint8Array): number {
    this.#ask();
    const { now } = this;
    let n = 0;
    for (let able = now.live & (~now.waiting | now.ready); able !== 0; able &= able - 1) {
      const i = 31 - Math.clz32(able & -able);
      if (this.world.comesLater(i, now.begun)) continue;
      const { kind, options } = now.locals[i];
      if (kind === CHOOSES) for (let o = 0; o < options; o++) into[n++] = stepOf(i, o);
      else into[n++] = i;
    }
    return n;
  }

  noteGuard(thread: number, set: AccessSet): void {
    this.#ask();
    const { now, known } = this;
    if (now.locals[thread].kind === WAITS) known.noteGuard(now.at[thread], set);
    if (now.begun[thread] === 0) this.world.noteTurn(thread, set);
  }

  callAt(thread: number): number {
    const { kind, call } = this.now.locals[thread];
    return kind === ENDED ? this.world.scenario.threads[thread].calls.length : call;
  }

  visited(): void {
    const { now, coverage } = this;
    coverage.visited(now.calls);
    this.#ask();
    for (let stuck = now.accessing & ~now.ready; stuck !== 0; stuck &= stuck - 1)
      coverage.happened('waitedAtLock');
  }

  check(report: (violation: Violation) => void): void {
    const { now, known, world } = this;
    const { values } = known.places;
    for (let i = 0; i < this.#wrong.length; i++) {
      if ((now.dirty & known.checkBit(i)) !== 0) this.#judge(i);
      const wrong = values[this.#wrong[i]];
      if (wrong === 0) continue;
      const message = known.messages[wrong - 1];
      if (i === 0) world.reportBroken(JSON.parse(message), report);
      else report(new Violation(world.stateChecks[i - 1][0], message));
    }
    const cycle = now.locks?.cycle;
    if (cycle) report(new Violation('lock-order', cycle));
  }

  /** What a check looks at has changed. */
  #judge(i: number): void {
    const { now, known } = this;
    now.dirty &= ~known.checkBit(i);
    let wrong = known.wrong(i);
    if (wrong < 0) wrong = this.#judgeReally(i);
    if (known.places.values[this.#wrong[i]] !== wrong) known.places.set(this.#wrong[i], wrong);
  }

  #judgeReally(i: number): number {
    return this.really(() => this.known.askWrong(i, () => this.#whatIsWrong(i)));
  }

  /** In the world behind. */
  #whatIsWrong(i: number): string | null {
    const { harness, stateChecks } = this.world;
    if (i > 0) return stateChecks[i - 1][1](harness);
    this.known.recorder.whole(harness.broken);
    return harness.broken.length === 0 ? null : JSON.stringify(harness.broken);
  }

  checkEnd(report: (violation: Violation) => void): void {
    const { now, known } = this;
    const root = known.endRoot(now.at.subarray(0, now.threads).join());
    let wrong = known.ended(root);
    if (wrong < 0) wrong = this.really(() => known.askEnd(root, () => this.#whatIsLeft()));
    for (const [invariant, message] of wrong === 0 ? [] : JSON.parse(known.messages[wrong - 1]))
      report(new Violation(invariant, message));
  }

  /** In the world behind: what is wrong where nothing goes on. */
  #whatIsLeft(): string | null {
    const found: [string, string][] = [];
    this.world.checkEnd(({ invariant, message }) => found.push([invariant, message]));
    return found.length === 0 ? null : JSON.stringify(found);
  }

  fingerprint(lanes: Int32Array): void {
    this.now.fingerprint(lanes);
  }

  get endsMatter(): boolean {
    return this.world.endsMatter;
  }

  describeNoEnd(): string {
    return this.really(() => this.world.describeNoEnd());
  }

  describe(step: Step): string {
    return this.really(() => this.world.describe(step));
  }

  /** How much was noted: steps, reactions, places where threads stand, nodes of decision trees. */
  get noted(): Known['size'] {
    return this.known.size;
  }

  /**
   * The fingerprint of the state that a step leads to; false where it is not known, where something follows from the step, or
   * where it is to be noted.
   */
  foresee(step: Step, lanes: Int32Array): boolean {
    const { now, known } = this;
    const thread = threadOf(step);
    const local = now.locals[thread];
    if (local.kind === CHOOSES) return false;
    if (now.locks !== null && (local.lock !== null || now.locks.holds(thread))) return false;
    const number = known.find(known.stepRoot(now.at[thread], optionOf(step)));
    if (number < 0) return false;
    const entry = known.entry(number);
    if (entry.violation !== null || entry.failedEnters !== 0) return false;
    if (((now.dirty | known.places.watchersOf(entry)) & known.reactionBits) !== 0) return false;
    now.fingerprintAfter(thread, entry, lanes);
    lanes[2] = number;
    return true;
  }

  /** A step that is known is not taken, unless it is one of those that the world behind takes as well. */
  passes(): boolean {
    const count = this.#lookedUp + 1;
    if (count % (this.#verifyEvery * IN_A_ROW) < IN_A_ROW) return false;
    this.#lookedUp = count;
    return true;
  }

  /** Compares the present state now and then with what the world behind makes of its schedule. */
  protected override lookedUp(): void {
    if (++this.#lookedUp % (this.#verifyEvery * IN_A_ROW) < IN_A_ROW) this.#verify();
  }

  #verify(): void {
    const { schedule, depth } = this.now;
    const seen = (world: World): string => {
      const lanes = new Int32Array(2);
      const steps = new Uint8Array(256);
      const wrong: string[] = [];
      world.fingerprint(lanes);
      world.check(({ message }) => wrong.push(message));
      const possible = steps.subarray(0, world.enabled(steps));
      if (possible.length === 0) {
        world.checkEnd(({ message }) => wrong.push(message));
        // Which tries things out: the world behind is not to be found in that state.
        this.world.goTo(schedule, depth - 1);
      }
      return [...lanes, ...possible, ...wrong].join();
    };
    const real = this.really(() => {
      if (++this.#verified % FROM_THE_START === 0) {
        this.world.reset();
        this.world.goTo(schedule, depth);
      }
      return seen(this.world);
    });
    if (real !== seen(this)) throw new NondeterminismError(schedule.subarray(0, depth));
  }
}
