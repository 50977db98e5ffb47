/**
 * Depth first with hashing, going on from each state with no more threads than a persistent set has. What the threads may
 * still do is learned on the way, so the space is gone through until a round in which nothing new was learned: that one
 * decided everything with what holds for all of it. docs/explore.md says why nothing is missed.
 */
import { Graph } from '../search/graph.ts';
import { type Context, MAX_DEPTH, NondeterminismError, type Outcome, type Strategy } from '../search/search.ts';
import { FULL, SEEN, StateTable } from '../search/state-table.ts';
import { type ReducibleWorld, threadOf, Violation } from '../search/world.ts';
import { AccessSet } from './access-set.ts';
import { Futures, type LocalState } from './futures.ts';
import { LockNumbers } from './lock-numbers.ts';
import { Chooser, type Situation } from './persistent.ts';

/** A state on the way. */
interface Level extends Situation {
  number: number;
  fingerprint: number;
  /** All steps that are possible. */
  steps: Uint8Array;
  /** Threads whose steps are taken, as bits, and how many of `steps` were looked at. */
  chosen: number;
  at: number;
}

export class Reduced implements Strategy {
  readonly name = 'reduced depth-first';
  /** Rounds that it took. */
  rounds = 0;

  search(context: Context): Outcome {
    const world = context.world as ReducibleWorld;
    const knowledge = { futures: new Futures(), looked: [] as AccessSet[], locks: new LockNumbers() };
    const touched = new AccessSet();
    world.note(touched);
    try {
      for (;;) {
        const { learned } = knowledge.futures;
        const round = new Round(context, knowledge, touched);
        this.rounds++;
        const outcome = round.run();
        if (outcome !== 'exhausted' || knowledge.futures.learned === learned) return round.conclude(outcome);
        context.stats.states = 0;
      }
    } finally {
      world.note(null);
    }
  }
}

interface Knowledge {
  futures: Futures;
  looked: AccessSet[];
  locks: LockNumbers;
}

/** Once through the space, as far as what is known makes it necessary. */
class Round {
  readonly #context: Context;
  readonly #world: ReducibleWorld;
  readonly #futures: Futures;
  readonly #looked: AccessSet[];
  readonly #locks: LockNumbers;
  readonly #chooser: Chooser;
  readonly #touched: AccessSet;
  readonly #guard = new AccessSet();
  readonly #table: StateTable;
  readonly #graph: Graph | null;
  readonly #schedule = new Uint8Array(MAX_DEPTH);
  readonly #levels: Level[] = [];
  /** By number of a state: whether it is on the way. */
  #onTheWay = new Uint8Array(1024);
  readonly #buffer = new Uint8Array(256);
  readonly #lanes = new Int32Array(2);
  #full = false;

  constructor(context: Context, { futures, looked, locks }: Knowledge, touched: AccessSet) {
    this.#context = context;
    this.#world = context.world as ReducibleWorld;
    this.#futures = futures;
    this.#looked = looked;
    this.#locks = locks;
    this.#chooser = new Chooser(futures, looked, locks);
    this.#touched = touched;
    this.#table = StateTable.create(context.budget.states);
    this.#graph = context.world.endsMatter ? new Graph() : null;
  }

  run(): Outcome {
    const context = this.#context;
    const schedule = this.#schedule;
    context.replay(schedule, 0);
    context.check(schedule, 0);
    if (!this.#enter(null, -1)) return this.#outcome();
    let here = 0;
    while (this.#levels.length > 0) {
      if (context.done) return 'found';
      if (this.#full || context.over()) return 'budget';
      const depth = this.#levels.length - 1;
      const level = this.#levels[depth];
      const step = this.#nextStep(level);
      if (step < 0) {
        this.#onTheWay[level.number] = 0;
        this.#levels.pop();
        continue;
      }
      if (here !== depth) this.#comeBack(depth, level);
      here = this.#take(level, step, depth) ? depth + 1 : -1;
    }
    return this.#outcome();
  }

  /** What the search came to; where an end has to be reachable from everywhere, whether it is. */
  conclude(outcome: Outcome): Outcome {
    if (outcome !== 'exhausted' || this.#graph === null) return outcome;
    const schedule = this.#graph.scheduleToNoEnd(this.#table.size);
    if (schedule === null) return outcome;
    const steps = Uint8Array.from(schedule);
    this.#context.replay(steps, steps.length);
    this.#context.found(new Violation('deadlock', this.#world.describeNoEnd()), steps);
    return this.#context.findings.size > 0 ? 'found' : 'exhausted';
  }

  #outcome(): Outcome {
    if (this.#full) return 'budget';
    return 'exhausted';
  }

  #nextStep(level: Level): number {
    while (level.at < level.steps.length) {
      const step = level.steps[level.at++];
      if ((level.chosen & (1 << threadOf(step))) !== 0) return step;
    }
    return -1;
  }

  /** Takes a step; false where there is nothing to go on with. */
  #take(level: Level, step: number, depth: number): boolean {
    const context = this.#context;
    const thread = threadOf(step);
    const from = level.locals[thread] as LocalState;
    const { learned } = this.#futures;
    this.#touched.clear();
    const goesOn = context.advance(step, this.#schedule, depth);
    this.#futures.touch(from, this.#touched);
    let entered = false;
    if (goesOn) entered = this.#enter(level, step);
    else this.#graph?.end(level.number);
    // What was just learned may make more threads necessary here.
    if (this.#futures.learned !== learned) this.#widen(level, this.#chooser.close(level, level.chosen));
    return entered;
  }

  #widen(level: Level, chosen: number): void {
    const more = chosen & level.enabled & ~level.chosen;
    if (more === 0) return;
    level.chosen |= more;
    // Steps of the new ones may have been passed over.
    const taken = level.steps.slice(0, level.at).filter((step) => (more & (1 << threadOf(step))) === 0);
    const rest = Array.from(level.steps).filter((step) => !taken.includes(step));
    level.steps = Uint8Array.from([...taken, ...rest]);
    level.at = taken.length;
  }

  /** Looks at the state just reached by `step` from `before`; false where there is nothing to go on with. */
  #enter(before: Level | null, step: number): boolean {
    const world = this.#world;
    const context = this.#context;
    world.fingerprint(this.#lanes);
    const fingerprint = this.#lanes[0];
    const index = this.#table.insert(this.#lanes[0], this.#lanes[1], -1, 0);
    let number = index;
    if (index === SEEN) number = this.#table.find(this.#lanes[0], this.#lanes[1]);
    const thread = step < 0 ? -1 : threadOf(step);
    const locals = this.#locals(before, thread);
    if (before !== null) {
      const from = before.locals[thread] as LocalState;
      const to = locals[thread];
      if (to !== null) this.#futures.lead(from, to);
      if (index !== FULL) this.#graph?.edge(before.number, number, step);
    }
    if (index === FULL) this.#full = true;
    if (index === SEEN && before !== null && this.#onTheWay[number] === 1) this.#widen(before, before.enabled);
    if (index === SEEN || index === FULL) return false;
    this.#looksAt();
    context.stats.states++;
    world.visited();
    const n = world.enabled(this.#buffer);
    const depth = this.#levels.length;
    if (n === 0) {
      this.#graph?.end(number);
      context.checkEnd(this.#schedule, depth);
      return false;
    }
    const steps = this.#buffer.slice(0, n);
    let enabled = 0;
    for (let i = 0; i < n; i++) enabled |= 1 << threadOf(steps[i]);
    const level: Level = {
      number,
      fingerprint,
      locals,
      enabled,
      held: this.#held(before, thread),
      judged: world.judged.map((set) => copyOf(set)),
      steps,
      chosen: enabled,
      at: 0,
    };
    level.chosen = this.#chooser.choose(level, thread);
    this.#levels.push(level);
    if (number >= this.#onTheWay.length) {
      const larger = new Uint8Array(this.#onTheWay.length * 2);
      larger.set(this.#onTheWay);
      this.#onTheWay = larger;
    }
    this.#onTheWay[number] = 1;
    return true;
  }

  /** Local states of all threads, of which `thread` has moved; what they wait for is learned. */
  #locals(before: Level | null, thread: number): (LocalState | null)[] {
    const world = this.#world;
    const { threads } = world;
    const locals: (LocalState | null)[] = [];
    for (let i = 0; i < threads.length; i++) {
      if (threads[i].point === null) {
        locals.push(null);
        continue;
      }
      this.#guard.clear();
      world.noteGuard(i, this.#guard);
      let local = before === null || i === thread ? undefined : before.locals[i];
      if (local === undefined || local === null) {
        world.localState(i, this.#lanes);
        const lock = world.lockOf(i);
        const number = lock === null ? -1 : this.#locks.of(lock, this.#guard);
        local = this.#futures.at(i, this.#lanes[0], this.#lanes[1], number);
      }
      this.#futures.wait(local, this.#guard);
      locals.push(local);
    }
    return locals;
  }

  /** Locks that the threads hold, of which `thread` has moved. */
  #held(before: Level | null, thread: number): readonly number[] {
    if (before === null) return this.#world.threads.map(() => 0);
    const held = before.held.slice();
    const { lock } = before.locals[thread] as LocalState;
    const taken = lock < 0 ? held[thread] : held[thread] | (1 << lock);
    held[thread] = this.#locks.stillHeld(taken);
    return held;
  }

  /** Notes what invariants over states look at. */
  #looksAt(): void {
    this.#world.judged.forEach((set, judge) => {
      const all = (this.#looked[judge] ??= new AccessSet());
      for (const place of set.places) {
        if (place < all.modes.length && all.modes[place] !== 0) continue;
        all.add(place, set.modes[place]);
        this.#futures.learned++;
      }
    });
  }

  #comeBack(depth: number, level: Level): void {
    const context = this.#context;
    context.replay(this.#schedule, depth);
    if (context.stats.schedules % 16 !== 0) return;
    this.#world.fingerprint(this.#lanes);
    if (this.#lanes[0] !== level.fingerprint) throw new NondeterminismError(this.#schedule.subarray(0, depth));
  }
}

function copyOf(set: AccessSet): AccessSet {
  const copy = new AccessSet();
  copy.addAll(set);
  return copy;
}
