import type { Coverage } from '../coverage.ts';
import type { DriverWorld } from '../driver-world.ts';
import { LockOrder, type SavedOrder } from '../lock-order.ts';
import { MAX_DEPTH, NondeterminismError } from '../search/search.ts';
import { MAX_OPTIONS, optionOf, type Step, stepOf, threadOf, Violation, type World } from '../search/world.ts';
import { mix32 } from '../state/hash.ts';
import { placeOf } from '../state/access-log.ts';
import { $key } from '../state/names.ts';
import { now } from '../state/objects.ts';
import { tracker } from '../state/tracker.ts';
import { DecisionTrees } from './decision-tree.ts';
import { apply, type Change, changeOf, type ReactionEntry, type StepEntry } from './entries.ts';
import { CHOOSES, ENDED, type Local, Locals, WAITS } from './locals.ts';
import { FREED, Places } from './places.ts';
import { Recorder } from './recorder.ts';

/** In the place of an object's name: what is wrong by an invariant. */
const WRONG = -4;
/** Bits of watchers: whether threads may go on, then reactions, then invariants. */
const GUARDS = 1;
/** One in so many steps that were looked up is taken for real as well. */
const VERIFY_EVERY = Number(process.env.PANTHOR_SHIM_VERIFY_EVERY ?? 4096);

const WORDS = 8;

/**
 * A driver's world of which no step is taken twice for the same reasons. What a step does is decided by where its thread
 * stands and by what it finds at the places that it looks at. Each step is run once for each such case, is noted, and is
 * looked up from then on: states are lists of numbers, and the driver itself runs only what was not met before. The same
 * goes for whether a thread may go on, for what the checks remember, and for the invariants.
 *
 * States, their fingerprints, steps and findings are those of the world behind it, step for step; that is compared now and
 * then.
 */
export class MemoWorld implements World {
  readonly #world: DriverWorld;
  #places!: Places;
  #trees!: DecisionTrees;
  #recorder!: Recorder;
  #locals!: Locals;
  #coverage!: Coverage;
  #locks: LockOrder | null = null;
  #steps: StepEntry[] = [];
  #reactions: ReactionEntry[] = [];
  #messages: string[] = [];
  /** Roots of trees: by where a thread stands and which way it goes; by where it stands. */
  #stepRoots: number[] = [];
  #guardRoots: number[] = [];
  #reactionRoots: number[] = [];
  #checkRoots: number[] = [];
  /** Places that say what is wrong by each invariant. */
  #wrong: number[] = [];

  /** The present state. */
  #threads = 0;
  #at = new Int32Array(32);
  #begun = new Int32Array(32);
  #lane0 = 0;
  #lane1 = 0;
  /** What the threads add to the lanes. */
  #terms0 = 0;
  #terms1 = 0;
  /** Watchers to be asked anew. */
  #dirty = 0;
  /** Threads of which it is known whether they may go on, and which may, as bits. */
  #asked = 0;
  #ready = 0;
  /** The call that each thread is at in the world behind. */
  readonly #calls = new Int32Array(32);
  readonly #schedule = new Uint8Array(MAX_DEPTH);
  #depth = 0;
  #marks = new Int32Array(1 << 12);
  readonly #savedLocks: (SavedOrder | undefined)[] = [];
  #broken = -1;
  #lookedUp = 0;
  /** Of each thread, for the fingerprint. */
  readonly #lanes: Local[] = [];

  constructor(world: DriverWorld) {
    this.#world = world;
  }

  /** Forgets everything; the world behind is at its initial state. */
  #begin(): void {
    const world = this.#world;
    world.reset();
    this.#places = new Places();
    this.#trees = new DecisionTrees();
    this.#recorder = new Recorder(this.#places);
    this.#locals = new Locals(this.#places);
    this.#coverage = world.harness.coverage;
    this.#locks = world.hasLockOrder ? new LockOrder() : null;
    this.#steps = [];
    this.#reactions = [];
    this.#messages = [];
    this.#stepRoots = [];
    this.#guardRoots = [];
    this.#threads = world.threads.length;
    this.#at.fill(-1);
    this.#lanes.length = this.#terms0 = this.#terms1 = 0;
    const stacks = world.threads.map((_, i) => world.framesOf(i));
    this.#reactionRoots = world.reactions.map(() => this.#trees.newRoot());
    this.#checkRoots = [null, ...world.stateChecks].map(() => this.#trees.newRoot());
    this.#wrong = this.#checkRoots.map((_, i) => placeOf(WRONG, i));
    this.#places.makeRoom();
    for (let i = 0; i < this.#threads; i++) {
      const call = this.#coverage.at(i);
      this.#calls[i] = call;
      this.#stand(i, this.#locals.number(i, world.threads[i], stacks[i], now.counters[i + 1], call));
    }
    this.#lane0 = tracker.lane0;
    this.#lane1 = tracker.lane1;
    this.#dirty = -1;
    this.#asked = this.#ready = this.#depth = 0;
    this.#broken = -1;
    this.#begun.fill(0);
  }

  #stand(thread: number, local: number): void {
    if (local === this.#at[thread]) return;
    const before = this.#lanes[thread];
    const after = this.#locals.list[local];
    this.#at[thread] = local;
    this.#lanes[thread] = after;
    this.#terms0 = (this.#terms0 + after.term0 - (before?.term0 ?? 0)) | 0;
    this.#terms1 = (this.#terms1 + after.term1 - (before?.term1 ?? 0)) | 0;
  }

  /** The world behind, in the present state. */
  #real(): DriverWorld {
    return this.#behind(this.#depth, () => this.#world);
  }

  /** Runs `action` where the world behind has taken the first `depth` steps. */
  #behind<T>(depth: number, action: () => T): T {
    const coverage = this.#coverage;
    for (let i = 0; i < this.#threads; i++) coverage.back(i, this.#calls[i]);
    try {
      this.#world.goTo(this.#schedule, depth);
      return action();
    } finally {
      for (let i = 0; i < this.#threads; i++) {
        this.#calls[i] = coverage.at(i);
        coverage.back(i, this.#lanes[i].call);
      }
    }
  }

  get threads(): World['threads'] {
    return this.#real().threads;
  }

  /** Begins anew where nothing is known yet of the world as it stands. */
  #prepare(): void {
    if (this.#places === undefined || !this.#world.stands) this.#begin();
  }

  reset(): void {
    this.#prepare();
    this.#undo(0);
  }

  back(length: number): void {
    this.#undo(length);
  }

  goTo(schedule: ArrayLike<Step>, length: number): number {
    this.#prepare();
    let common = 0;
    const limit = Math.min(length, this.#broken >= 0 ? this.#broken : this.#depth);
    while (common < limit && this.#schedule[common] === schedule[common]) common++;
    this.#undo(common);
    for (let i = common; i < length; i++) this.step(schedule[i]);
    return length - common;
  }

  #undo(depth: number): void {
    const marks = this.#marks;
    while (this.#depth > depth) {
      const at = --this.#depth * WORDS;
      const thread = marks[at];
      this.#places.undoTo(marks[at + 1]);
      this.#stand(thread, marks[at + 2]);
      this.#lane0 = marks[at + 3];
      this.#lane1 = marks[at + 4];
      this.#dirty = marks[at + 5];
      this.#asked = marks[at + 6];
      this.#ready = marks[at + 7];
      this.#begun[thread]--;
      if (this.#locks !== null) this.#locks.restore(this.#savedLocks[this.#depth] as SavedOrder);
      this.#coverage.back(thread, this.#lanes[thread].call);
    }
    this.#broken = -1;
  }

  step(step: Step): void {
    const thread = threadOf(step);
    if ((this.#depth + 1) * WORDS > this.#marks.length) {
      const marks = new Int32Array(this.#marks.length * 2);
      marks.set(this.#marks);
      this.#marks = marks;
    }
    const marks = this.#marks;
    const at = this.#depth * WORDS;
    marks[at] = thread;
    marks[at + 1] = this.#places.length;
    marks[at + 2] = this.#at[thread];
    marks[at + 3] = this.#lane0;
    marks[at + 4] = this.#lane1;
    marks[at + 5] = this.#dirty;
    marks[at + 6] = this.#asked;
    marks[at + 7] = this.#ready;
    const before = this.#lanes[thread];
    if (this.#locks !== null) this.#savedLocks[this.#depth] = this.#locks.save(thread);
    this.#schedule[this.#depth++] = step;
    this.#begun[thread]++;
    // Until the step is done there is no state to come back to.
    this.#broken = this.#depth - 1;
    const root = this.#rootOf(this.#stepRoots, this.#at[thread] * MAX_OPTIONS + optionOf(step));
    const known = this.#trees.find(root, this.#places.values);
    if (known < 0 || !this.#lookUp(step, thread, this.#steps[known])) this.#execute(step, known < 0 ? 0 : this.#missed, root);
    this.#broken = -1;
    this.#asked &= ~(1 << thread);
    if ((this.#dirty & GUARDS) !== 0) this.#asked = 0;
    this.#dirty &= ~GUARDS;
    this.#locks?.stepped(thread, this.#lockOf(before));
    if (known >= 0 && ++this.#lookedUp % VERIFY_EVERY === 0) this.#verify();
  }

  /** The reaction that was not met before. */
  #missed = 0;

  /** Does what a step is known to do; false where something that follows from it is not known. */
  #lookUp(step: Step, thread: number, entry: StepEntry): boolean {
    if (entry.violation !== null) throw entry.violation;
    const { kind, label } = this.#lanes[thread];
    this.#change(entry);
    this.#stand(thread, entry.local);
    for (let i = 0; i < this.#reactionRoots.length; i++) {
      if (!this.#react(i, thread)) {
        this.#missed = i + 1;
        return false;
      }
    }
    const coverage = this.#coverage;
    for (let i = 0; i < entry.failedEnters; i++) coverage.happened('devEnterFailed');
    if (kind === CHOOSES && optionOf(step) === 0) coverage.chose(label);
    coverage.back(thread, this.#lanes[thread].call);
    return true;
  }

  #change(change: Change): void {
    this.#dirty |= apply(change, this.#places);
    this.#lane0 = (this.#lane0 + change.lane0) | 0;
    this.#lane1 = (this.#lane1 + change.lane1) | 0;
  }

  /** Lets reaction `i` to a step happen, if it is known. */
  #react(i: number, thread: number): boolean {
    const bit = 2 << i;
    if ((this.#dirty & bit) === 0) return true;
    const leaf = this.#trees.find(this.#reactionRoots[i], this.#places.values);
    if (leaf < 0) return false;
    const { always, byNames } = this.#reactions[leaf];
    if (always !== null) {
      if (always.places.length === 0) this.#dirty &= ~bit;
      else this.#change(always);
      return true;
    }
    const change = byNames.get(this.#names(thread));
    if (change === undefined) return false;
    this.#change(change);
    this.#stand(thread, this.#locals.withCounter(this.#at[thread], change.counter));
    return true;
  }

  /** Who names objects, and how many so far. */
  #names(thread: number): number {
    return thread * 2 ** 24 + this.#lanes[thread].counter;
  }

  /** Lets the world behind take the step, and notes what it does from phase `from` on. */
  #execute(step: Step, from: number, root: number): void {
    const thread = threadOf(step);
    const world = this.#world;
    let acting = false;
    const runner = (phase: number, action: () => void) => {
      if (phase < from || (phase > 0 && this.#react(phase - 1, thread))) action();
      else if (phase === 0) {
        acting = true;
        this.#noteStep(thread, root, action);
        acting = false;
      } else this.#noteReaction(phase - 1, thread, action);
    };
    try {
      this.#behind(this.#depth - 1, () => {
        world.runner = runner;
        world.step(step);
      });
    } catch (error) {
      if (acting && error instanceof Violation) {
        const nothing = { places: new Int32Array(0), values: new Int32Array(0), lane0: 0, lane1: 0 };
        this.#trees.add(root, this.#recorder.touchedSoFar, this.#places.values, this.#steps.length);
        this.#steps.push({ ...nothing, local: 0, failedEnters: 0, violation: error });
      }
      throw error;
    } finally {
      world.runner = null;
    }
  }

  #noteStep(thread: number, root: number, action: () => void): void {
    const { failedEnters } = this.#coverage;
    const [lane0, lane1] = [tracker.lane0, tracker.lane1];
    const noted = this.#recorder.record(action, thread + 1, [FREED]);
    const change = changeOf(noted, (tracker.lane0 - lane0) | 0, (tracker.lane1 - lane1) | 0);
    this.#trees.add(root, noted.touched, this.#places.values, this.#steps.length);
    this.#change(change);
    const world = this.#world;
    const local = this.#locals.number(
      thread,
      world.threads[thread],
      world.framesOf(thread),
      now.counters[thread + 1],
      this.#coverage.at(thread),
    );
    this.#stand(thread, local);
    const failed = this.#coverage.failedEnters - failedEnters;
    this.#steps.push({ ...change, local, failedEnters: failed, violation: null });
  }

  #noteReaction(i: number, thread: number, action: () => void): void {
    const [lane0, lane1] = [tracker.lane0, tracker.lane1];
    const { counter } = this.#lanes[thread];
    const noted = this.#recorder.record(action, thread + 1);
    const change = changeOf(noted, (tracker.lane0 - lane0) | 0, (tracker.lane1 - lane1) | 0);
    this.#watch(noted.touched, 2 << i);
    const root = this.#reactionRoots[i];
    let leaf = this.#trees.find(root, this.#places.values);
    if (leaf < 0) {
      leaf = this.#reactions.length;
      this.#trees.add(root, noted.touched, this.#places.values, leaf);
      this.#reactions.push({ always: null, byNames: new Map() });
    }
    const entry = this.#reactions[leaf];
    const after = now.counters[thread + 1];
    if (after === counter) entry.always = change;
    else entry.byNames.set(this.#names(thread), { ...change, counter: after });
    this.#change(change);
    if (change.places.length === 0) this.#dirty &= ~(2 << i);
    this.#stand(thread, this.#locals.withCounter(this.#at[thread], after));
  }

  #watch(touched: readonly number[], bit: number): void {
    for (const place of touched) this.#places.watchers[place] |= bit;
  }

  #rootOf(roots: number[], index: number): number {
    return (roots[index] ??= this.#trees.newRoot());
  }

  /** Asks of every thread that waits whether it may go on. */
  #ask(): void {
    for (let i = 0; i < this.#threads; i++) {
      const bit = 1 << i;
      if ((this.#asked & bit) !== 0) continue;
      this.#asked |= bit;
      if (this.#lanes[i].kind !== WAITS) continue;
      const root = this.#rootOf(this.#guardRoots, this.#at[i]);
      let ready = this.#trees.find(root, this.#places.values);
      if (ready < 0) {
        const { point } = this.#real().threads[i];
        const noted = this.#recorder.record(() => {
          ready = (point as { ready(): boolean }).ready() ? 1 : 0;
        });
        this.#watch(noted.touched, GUARDS);
        this.#trees.add(root, noted.touched, this.#places.values, ready);
      }
      if (ready === 1) this.#ready |= bit;
      else this.#ready &= ~bit;
    }
  }

  enabled(into: Uint8Array): number {
    this.#ask();
    let n = 0;
    for (let i = 0; i < this.#threads; i++) {
      const { kind, options } = this.#lanes[i];
      if (kind === ENDED) continue;
      if (kind === WAITS && (this.#ready & (1 << i)) === 0) continue;
      if (this.#world.comesLater(i, this.#begun)) continue;
      if (kind === CHOOSES) for (let o = 0; o < options; o++) into[n++] = stepOf(i, o);
      else into[n++] = i;
    }
    return n;
  }

  check(report: (violation: Violation) => void): void {
    const { values } = this.#places;
    for (let i = 0; i < this.#checkRoots.length; i++) {
      const bit = 2 << (this.#reactionRoots.length + i);
      if ((this.#dirty & bit) !== 0) this.#judge(i, bit);
      const wrong = values[this.#wrong[i]];
      if (wrong === 0) continue;
      const message = this.#messages[wrong - 1];
      if (i === 0) this.#world.reportBroken(JSON.parse(message), report);
      else report(new Violation(this.#world.stateChecks[i - 1][0], message));
    }
    const cycle = this.#locks?.cycle;
    if (cycle) report(new Violation('lock-order', cycle));
  }

  /** Asks what is wrong by one invariant, or was noted as broken. */
  #judge(i: number, bit: number): void {
    this.#dirty &= ~bit;
    let leaf = this.#trees.find(this.#checkRoots[i], this.#places.values);
    if (leaf < 0) {
      const { harness, stateChecks } = this.#real();
      let wrong: string | null = null;
      const noted = this.#recorder.record(() => {
        if (i > 0) wrong = stateChecks[i - 1][1](harness);
        else {
          this.#recorder.whole(harness.broken);
          if (harness.broken.length > 0) wrong = JSON.stringify(harness.broken);
        }
      });
      leaf = wrong === null ? 0 : this.#messages.push(wrong);
      this.#watch(noted.touched, bit);
      this.#trees.add(this.#checkRoots[i], noted.touched, this.#places.values, leaf);
    }
    const place = this.#wrong[i];
    if (this.#places.values[place] !== leaf) this.#places.set(place, leaf);
  }

  checkEnd(report: (violation: Violation) => void): void {
    this.#real().checkEnd(report);
  }

  fingerprint(lanes: Int32Array): void {
    const sum = this.#locks === null ? this.#lane0 : this.#lane0 ^ this.#locks.fingerprint;
    lanes[0] = mix32(sum + this.#terms0) || 1;
    lanes[1] = mix32(this.#lane1 + this.#terms1) || 1;
  }

  /** How much was noted: steps, reactions, places where threads stand, nodes of decision trees. */
  get noted(): { steps: number; reactions: number; locals: number; nodes: number } {
    const { length: locals } = this.#locals.list;
    return { steps: this.#steps.length, reactions: this.#reactions.length, locals, nodes: this.#trees.size };
  }

  get endsMatter(): boolean {
    return this.#world.endsMatter;
  }

  describeNoEnd(): string {
    return this.#real().describeNoEnd();
  }

  describe(step: Step): string {
    return this.#real().describe(step);
  }

  visited(): void {
    this.#coverage.visited();
    this.#ask();
    for (let i = 0; i < this.#threads; i++) {
      if (this.#lanes[i].access && (this.#ready & (1 << i)) === 0) this.#coverage.happened('waitedAtLock');
    }
  }

  /** The lock that a thread takes which goes on from `local`. */
  #lockOf({ lock }: Local): { lockClass: string; held: boolean } | null {
    if (lock === null) return null;
    const place = placeOf(lock.name, HELD);
    const places = this.#places;
    const yes = places.numberOf(true);
    return {
      lockClass: lock.lockClass,
      get held() {
        return places.values[place] === yes;
      },
    };
  }

  /** Compares the present state with what the world behind makes of its schedule. */
  #verify(): void {
    const mine = new Int32Array(2);
    const real = new Int32Array(2);
    this.fingerprint(mine);
    const world = this.#real();
    world.fingerprint(real);
    const steps = new Uint8Array(256);
    const here = steps.slice(0, this.enabled(steps)).join();
    const there = steps.slice(0, world.enabled(steps)).join();
    if (mine[0] !== real[0] || mine[1] !== real[1] || here !== there)
      throw new NondeterminismError(this.#schedule.subarray(0, this.#depth));
  }
}

const HELD = $key('held');
