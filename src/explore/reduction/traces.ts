/**
 * Dynamic partial-order reduction with source sets and sleep sets (Abdulla, Aronis, Jonsson, Sagonas, POPL 2014): of all
 * schedules that differ only in the order of steps that do not depend on each other, one is run to its end. Nothing is
 * remembered of states, so it needs a program that ends in every schedule. docs/explore.md says why nothing is missed.
 */
import { type Context, MAX_DEPTH, type Outcome, type Strategy } from '../search/search.ts';
import { type ReducibleWorld, threadOf } from '../search/world.ts';
import { AccessSet, clash, WRITES } from '../state/access-set.ts';
import { History } from './history.ts';

/** A state on the way. */
interface Level {
  /** Steps that are possible, and their threads as bits. */
  steps: readonly number[];
  enabled: number;
  /** Threads that are to go on from here, as bits. */
  wanted: number;
  /** By thread: what its next step touches, where all that begins with it was seen already. */
  asleep: (AccessSet | undefined)[];
  /** The thread that goes on now, -1 before there is one, its steps that are left, and what they touched together. */
  thread: number;
  left: number[];
  touched: AccessSet;
}

const bitsOf = (steps: readonly number[]): number =>
  steps.reduce((bits, step) => bits | (1 << threadOf(step)), 0);

export class Traces implements Strategy {
  readonly name = 'one schedule for each trace';
  /** Schedules that were run to their end. */
  complete = 0;
  /** Schedules that were given up because all that follows was seen. */
  blocked = 0;
  /** Times that it began anew because an invariant was seen to look at more. */
  rounds = 0;
  /** By invariant over states: all that it was seen to read. */
  readonly #looked: AccessSet[] = [];

  search(context: Context): Outcome {
    const world = context.world as ReducibleWorld;
    try {
      for (;;) {
        this.rounds++;
        this.complete = this.blocked = 0;
        const round = new Round(context, this.#looked);
        const outcome = round.run();
        this.complete = round.complete;
        this.blocked = round.blocked;
        if (outcome !== 'exhausted') return outcome;
        if (!round.learned) {
          if (round.brokenOff) return 'budget';
          return context.findings.size > 0 ? 'found' : 'exhausted';
        }
        context.stats.states = 0;
      }
    } finally {
      world.note(null);
    }
  }
}

class Round {
  readonly #context: Context;
  readonly #world: ReducibleWorld;
  readonly #looked: AccessSet[];
  #history = new History(0);
  readonly #levels: Level[] = [];
  readonly #schedule = new Uint8Array(MAX_DEPTH);
  readonly #buffer = new Uint8Array(256);
  readonly #guard = new AccessSet();
  complete = 0;
  blocked = 0;
  /** A violation ended a schedule: what the other threads would have done after it was not seen, and may hide more. */
  brokenOff = false;
  /** An invariant has looked at more than was known when the round began. */
  learned = false;

  constructor(context: Context, looked: AccessSet[]) {
    this.#context = context;
    this.#world = context.world as ReducibleWorld;
    this.#looked = looked;
  }

  run(): Outcome {
    const context = this.#context;
    this.#world.note(new AccessSet());
    context.replay(this.#schedule, 0);
    this.#history = new History(this.#world.threads.length);
    context.check(this.#schedule, 0);
    this.#looksAt();
    this.#enter(null);
    let here = 0;
    while (this.#levels.length > 0) {
      if (context.done) return 'found';
      if (context.over()) return 'budget';
      const depth = this.#levels.length - 1;
      const level = this.#levels[depth];
      this.#history.cut(depth);
      const step = this.#next(level);
      if (step < 0) {
        this.#levels.pop();
        continue;
      }
      if (here !== depth) context.replay(this.#schedule, depth);
      here = this.#take(level, step, depth) ? depth + 1 : -1;
    }
    return 'exhausted';
  }

  /** The next step of a level: of the thread that is under way, or of the next one that is wanted and not asleep. */
  #next(level: Level): number {
    if (level.left.length === 0 && level.thread >= 0) {
      level.asleep[level.thread] = level.touched;
      level.thread = -1;
    }
    for (let thread = 0; level.left.length === 0 && thread < level.asleep.length; thread++) {
      if ((level.wanted & level.enabled & (1 << thread)) === 0 || level.asleep[thread] !== undefined)
        continue;
      level.thread = thread;
      level.left = level.steps.filter((step) => threadOf(step) === thread);
      level.touched = new AccessSet();
    }
    return level.left.shift() ?? -1;
  }

  /** Takes a step; false where the schedule ends with it. */
  #take(level: Level, step: number, depth: number): boolean {
    const context = this.#context;
    const world = this.#world;
    const thread = threadOf(step);
    const guard = new AccessSet();
    world.noteGuard(thread, guard);
    const set = new AccessSet();
    set.addAll(guard);
    world.note(set);
    const goesOn = context.advance(step, this.#schedule, depth);
    context.stats.states++;
    this.#looksAt();
    this.#beSeen(set);
    level.touched.addAll(set);
    for (const race of this.#history.add(thread, guard, set)) this.#reverse(race, thread, guard, false);
    if (goesOn && this.#enter(level)) return true;
    // What broke the schedule off says nothing of what the others do without it.
    if (!goesOn) {
      level.wanted |= level.enabled;
      this.brokenOff = true;
      this.#askWaiting(0);
    }
    return false;
  }

  /** Enters the state that the last event led to; false where nothing goes on from it. */
  #enter(before: Level | null): boolean {
    const world = this.#world;
    const n = world.enabled(this.#buffer);
    world.visited();
    this.#askWaiting(bitsOf(Array.from(this.#buffer.subarray(0, n))));
    if (n === 0) {
      this.complete++;
      this.#context.checkEnd(this.#schedule, this.#levels.length);
      return false;
    }
    const steps = Array.from(this.#buffer.subarray(0, n));
    const enabled = bitsOf(steps);
    const asleep = world.threads.map((_, i) => (before === null ? undefined : this.#staysAsleep(before, i)));
    const awake = steps.find((step) => asleep[threadOf(step)] === undefined);
    if (awake === undefined) {
      this.blocked++;
      return false;
    }
    this.#levels.push({
      steps,
      enabled,
      wanted: 1 << threadOf(awake),
      asleep,
      thread: -1,
      left: [],
      touched: new AccessSet(),
    });
    return true;
  }

  /** What a thread that sleeps would do, unless the last event makes a difference to it. */
  #staysAsleep(before: Level, thread: number): AccessSet | undefined {
    const { events } = this.#history;
    const last = events[events.length - 1];
    const asleep = before.asleep[thread];
    return asleep === undefined || last.thread === thread || clash(asleep, last.set) ? undefined : asleep;
  }

  /**
   * Threads that cannot go on here may wait for what others did that they could have gone before. It is asked in each state: there
   * may be several reasons to wait, and what a thread asks says the first of them alone.
   */
  #askWaiting(enabled: number): void {
    const world = this.#world;
    for (let thread = 0; thread < world.threads.length; thread++) {
      if ((enabled & (1 << thread)) !== 0 || world.threads[thread].point === null) continue;
      const guard = this.#guard;
      guard.clear();
      world.noteGuard(thread, guard);
      if (guard.places.length === 0) continue;
      for (const race of this.#history.keeping(thread, guard)) this.#reverse(race, thread, guard, true);
    }
  }

  /** A step of `thread`, taken or `pending`, could have come before event number `index`: sees to it that it does. */
  #reverse(index: number, thread: number, guard: AccessSet, pending: boolean): void {
    const level = this.#levels[index];
    const { events } = this.#history;
    let waited = true;
    const end = pending ? events.length : events.length - 1;
    for (let i = index + 1; i < end && waited; i++) waited = events[i].thread !== thread;
    // It stood there already, and could not go on, nor is it let go on by what does not come after that event.
    const couldGo = (level.enabled & (1 << thread)) !== 0;
    if (waited && !couldGo && !this.#history.letsGo(index, guard, pending)) return;
    const initials = this.#history.initials(index, thread, pending);
    let covered = level.wanted;
    for (let i = 0; i < level.asleep.length; i++) if (level.asleep[i] !== undefined) covered |= 1 << i;
    if ((initials & covered) !== 0) return;
    const able = initials & level.enabled;
    level.wanted |= able === 0 ? level.enabled : able & -able;
  }

  /** Two steps that change what one invariant looks at do not change places: states between them are judged. */
  #beSeen(set: AccessSet): void {
    for (let judge = 0; judge < this.#looked.length; judge++) {
      const { modes } = this.#looked[judge];
      const changes = set.places.some(
        (place) => modes[place] !== undefined && modes[place] !== 0 && set.modes[place] > 1,
      );
      if (changes) set.add(this.#world.judgePlace(judge), WRITES);
    }
  }

  #looksAt(): void {
    this.#world.judged.forEach((set, judge) => {
      const all = (this.#looked[judge] ??= new AccessSet());
      for (const place of set.places) {
        if (all.modes[place] !== undefined && all.modes[place] !== 0) continue;
        all.add(place, set.modes[place]);
        this.learned = true;
      }
    });
  }
}
