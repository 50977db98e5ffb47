import type { Coverage } from '../coverage.ts';
import type { DriverWorld } from '../driver-world.ts';
import { optionOf, type Step, threadOf, Violation } from '../search/world.ts';
import { Footprints, NOTHING } from '../shards/footprints.ts';
import { AccessSet, COMMUTES, WRITES } from '../state/access-set.ts';
import { tracker } from '../state/tracker.ts';
import { Change } from './entries.ts';
import { Known } from './known.ts';
import { CHOOSES, lockOf, WAITS } from './locals.ts';
import { FREED } from './places.ts';
import { Present } from './present.ts';

/**
 * The steps of a driver's world, each taken once for the same reasons: what it does is decided by where its thread stands and
 * by what it finds at the places that it looks at. It is run once for each such case, is noted, and is looked up from then on.
 */
export abstract class MemoSteps {
  protected readonly world: DriverWorld;
  readonly footprints = new Footprints();
  protected known!: Known;
  protected coverage!: Coverage;
  protected now!: Present;
  /** The phase of a step that is not known: 0 the step itself, then the reactions to it. */
  #unknown = 0;

  constructor(world: DriverWorld) {
    this.world = world;
  }

  /** A step was looked up: the present state is what the world behind is said to come to. */
  protected abstract lookedUp(): void;

  /** Begins anew where nothing is known of the world as it stands. */
  #prepare(): void {
    const world = this.world;
    if (this.known !== undefined && world.stands) return;
    world.reset();
    this.known = new Known(world.reactions.length, world.stateChecks.length + 1);
    this.known.places.makeRoom();
    this.coverage = world.harness.coverage;
    const locals = world.threads.map((_, i) => this.#localOf(i));
    this.now = new Present(this.known, [tracker.lane0, tracker.lane1], locals, world.hasLockOrder);
  }

  /** Where a thread of the world behind stands. */
  #localOf(i: number): number {
    const { threads } = this.world;
    const call = this.coverage.at(i);
    return this.known.locals.number(i, threads[i], this.world.framesOf(i), Known.namesGiven(i), call);
  }

  /** Runs `action` where the world behind is `ago` steps before the present state. */
  protected really<T>(action: () => T, ago = 0): T {
    const { schedule, depth } = this.now;
    this.world.goTo(schedule, depth - ago);
    return action();
  }

  reset(): void {
    this.#prepare();
    this.back(0);
  }

  goTo(schedule: ArrayLike<Step>, length: number): number {
    this.#prepare();
    const { depth, broken, schedule: taken } = this.now;
    const limit = Math.min(length, broken >= 0 ? broken : depth);
    let common = 0;
    while (common < limit && taken[common] === schedule[common]) common++;
    this.back(common);
    for (let i = common; i < length; i++) this.step(schedule[i]);
    return length - common;
  }

  back(length: number): void {
    while (this.now.depth > length) this.now.undo();
  }

  /** From now on each step puts what it touches and changes into `set`; null: no longer. */
  note(set: AccessSet | null): void {
    this.known.notes = set;
  }

  /** From now on each step leaves what it touches in `printed`, or no longer. */
  print(on: boolean): void {
    this.known.footprints = on ? this.footprints : null;
  }

  /** What the last step has touched, by number, with what decides whether its thread may go on. */
  get printed(): number {
    return this.known.printed;
  }

  /** Begins to note what a step of `thread` touches. */
  #beginPrint(thread: number, footprints: Footprints): void {
    const { now, known } = this;
    known.printed = NOTHING;
    if (now.locals[thread].kind === WAITS) known.printGuard(now.at[thread], footprints);
    if (now.begun[thread] !== 0 || !this.world.hasOrder) return;
    const set = new AccessSet();
    this.world.noteTurn(thread, set);
    this.world.noteBeginning(thread, set);
    known.printed = footprints.union(known.printed, footprints.of(set));
  }

  step(step: Step, foreseen = -1): void {
    const { notes, footprints } = this.known;
    if (footprints !== null) this.#beginPrint(threadOf(step), footprints);
    if (notes === null) this.#step(step, foreseen);
    else this.#notedStep(step, foreseen, notes);
  }

  #notedStep(step: Step, foreseen: number, notes: AccessSet): void {
    const { places } = this.known;
    const { length } = places;
    try {
      this.#step(step, foreseen);
    } finally {
      places.changedSince(length, (place) => {
        if (notes.modes[place] !== COMMUTES) notes.add(place, WRITES);
      });
      const thread = threadOf(step);
      if (this.now.begun[thread] === 1) this.world.noteBeginning(thread, notes);
    }
  }

  /** `foreseen`: the number of what it comes to, where that was looked for already. */
  #step(step: Step, foreseen: number): void {
    const present = this.now;
    const thread = threadOf(step);
    const before = present.locals[thread];
    present.mark(step);
    const root = this.known.stepRoot(present.at[thread], optionOf(step));
    const number = foreseen < 0 ? this.known.find(root) : foreseen;
    const entry = number < 0 ? null : this.known.step(root, number);
    const known = entry !== null && this.#lookUp(step, thread, entry);
    if (!known) this.#execute(step, entry === null ? 0 : this.#unknown, root);
    present.broken = -1;
    present.asked &= ~(1 << thread);
    present.locks?.stepped(thread, lockOf(before, this.known.places));
    if (known) this.lookedUp();
  }

  /** Does what a step is known to do; false where something that follows from it is not known. */
  #lookUp(step: Step, thread: number, entry: Change): boolean {
    if (entry.violation !== null) throw entry.violation;
    const { kind, label } = this.now.locals[thread];
    this.now.change(entry);
    this.now.stand(thread, entry.local);
    for (let i = 0; i < this.world.reactions.length; i++) {
      if (!this.#react(i, thread)) {
        this.#unknown = i + 1;
        return false;
      }
    }
    const { coverage } = this;
    for (let i = 0; i < entry.failedEnters; i++) coverage.happened('devEnterFailed');
    if (kind === CHOOSES && optionOf(step) === 0) coverage.chose(label);
    return true;
  }

  /** Lets reaction `i` to a step happen, if it is known. */
  #react(i: number, thread: number): boolean {
    const present = this.now;
    const bit = this.known.reactionBit(i);
    // What it looks at is what it was when it had nothing to do.
    if ((present.dirty & bit) === 0) return true;
    const change = this.known.reaction(i, this.#actor(thread));
    if (change === null) return false;
    present.change(change);
    if (change.places.length === 0) present.dirty &= ~bit;
    if (change.counter >= 0) present.count(thread, change.counter);
    return true;
  }

  /** Who names objects, and how many so far. */
  #actor(thread: number): number {
    return thread * 2 ** 24 + this.now.locals[thread].counter;
  }

  /** Lets the world behind take the step, and notes what it does from phase `from` on. */
  #execute(step: Step, from: number, root: number): void {
    const thread = threadOf(step);
    const world = this.world;
    let acting = false;
    const runner = (phase: number, action: () => void) => {
      if (phase < from || (phase > 0 && this.#react(phase - 1, thread))) action();
      else if (phase > 0) this.#noteReaction(phase - 1, thread, action);
      else {
        acting = true;
        this.#noteStep(thread, root, action);
        acting = false;
      }
    };
    this.really(() => {
      world.runner = runner;
      try {
        world.step(step);
      } catch (error) {
        if (acting && error instanceof Violation) this.#noteViolation(root, error);
        throw error;
      } finally {
        world.runner = null;
      }
    }, 1);
  }

  #noteViolation(root: number, violation: Violation): void {
    const entry = new Change([], [], 0, 0, []);
    entry.violation = violation;
    this.known.addStep(root, this.known.recorder.touchedSoFar, entry);
  }

  #noteStep(thread: number, root: number, action: () => void): void {
    const { coverage } = this;
    const before = coverage.failedEnters;
    const [{ touched }, change] = this.known.run(thread, action, [FREED]);
    change.failedEnters = coverage.failedEnters - before;
    this.known.addStep(root, touched, change);
    this.now.change(change);
    // What is new has its place in the state by now, and can be referred to.
    change.local = this.#localOf(thread);
    this.now.stand(thread, change.local);
  }

  #noteReaction(i: number, thread: number, action: () => void): void {
    const { counter } = this.now.locals[thread];
    const [{ touched }, change] = this.known.run(thread, action);
    this.known.addReaction(i, this.#actor(thread), touched, change, [counter, Known.namesGiven(thread)]);
    this.#react(i, thread);
  }
}
