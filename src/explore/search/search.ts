import { type Step, Violation, type World } from './world.ts';

/** What a search may use. */
export interface Budget {
  states: number;
  seconds: number;
  /** Resident memory of the process, bytes. */
  memory: number;
}

export const MAX_DEPTH = 65536;

/** A broken invariant and how to get there. */
export interface Finding {
  violation: Violation;
  schedule: Step[];
  /** No schedule with fewer steps does it. */
  shortest?: true;
}

/** What tells findings apart. */
export function keyOf(violation: Violation): string {
  return `${violation.invariant}\n${violation.message}`;
}

/** One in so many returns to a state begins at the initial one. */
const FROM_THE_START = 1024;

/** States from which on it pays to remember what steps do. */
const MEMOIZED_FROM = 300;

/** Between two looks at how much memory the process has, ms. */
const WEIGH_EVERY_MS = 50;

/** More different messages than these say nothing more. */
const MAX_FINDINGS = 64;

export interface Stats {
  /** Different states seen (for searches that do not tell states apart: steps taken for the first time). */
  states: number;
  /** Times that the search came back to a state, the initial one included. */
  schedules: number;
  steps: number;
  /** Length of the longest schedule. */
  depth: number;
  /** States that wait to be expanded. */
  frontier: number;
  /** Memory of the table of states, for each of them. */
  bytesPerState: number;
}

/**
 * `exhausted`: there is nothing more to see. `covered`: everything inside the strategy's own bound was seen. `budget`:
 * stopped by it. `found`: stopped at a violation.
 */
export type Outcome = 'exhausted' | 'covered' | 'budget' | 'found';

/** The program did not do the same thing twice: a bug of the model's or the explorer's, never a verdict. */
export class NondeterminismError extends Error {
  override name = 'NondeterminismError';

  constructor(schedule: ArrayLike<Step>) {
    super(`the same ${schedule.length} steps led to another state: [${Array.from(schedule).join()}]`);
  }
}

/** One search: its world, its limits, and where findings go. */
export class Context {
  world: World;
  readonly budget: Budget;
  readonly stats: Stats = { states: 0, schedules: 0, steps: 0, depth: 0, frontier: 0, bytesPerState: 0 };
  /** First finding (with a breadth-first search: the shortest) for each invariant and message; see keyOf(). */
  readonly findings = new Map<string, Finding>();
  /** States that the search may still see after its first finding, to find what else breaks. */
  readonly further: number;
  /** Texts of messages that are known: what contains one is no finding. */
  readonly accept: readonly string[];
  /** Messages that were accepted, each once. */
  readonly accepted = new Set<string>();
  #foundAt = Number.POSITIVE_INFINITY;
  readonly progress: ((stats: Stats) => void) | undefined;
  readonly #deadline: number;
  #ticks = 0;
  #over = false;
  /** When memory was looked at last, which the operating system has to count. */
  #weighed = performance.now();
  /** Which schedule is being checked: one function for all checks, for there are millions. */
  #checked: Uint8Array = new Uint8Array(0);
  #checkedLength = 0;
  readonly #report = (violation: Violation): void =>
    this.found(violation, this.#checked, this.#checkedLength);

  constructor(
    world: World,
    budget: Budget,
    options: { further?: number; accept?: readonly string[]; progress?: (stats: Stats) => void } = {},
  ) {
    this.world = world;
    this.budget = budget;
    this.further = options.further ?? 0;
    this.accept = options.accept ?? [];
    this.progress = options.progress;
    this.#deadline = performance.now() + budget.seconds * 1000;
  }

  /** Whether the search should end here because it found what it was after. */
  get done(): boolean {
    if (this.findings.size === 0) return false;
    return this.findings.size >= MAX_FINDINGS || this.stats.states >= this.#foundAt + this.further;
  }

  /** Seconds of the budget that are left. */
  get secondsLeft(): number {
    return (this.#deadline - performance.now()) / 1000;
  }

  /** Whether the budget is spent; looks at the clock now and then. */
  over(): boolean {
    if (this.#over) return true;
    if (this.stats.states >= this.budget.states) return (this.#over = true);
    if ((this.#ticks++ & 127) !== 127) return false;
    const now = performance.now();
    if (now > this.#deadline) this.#over = true;
    if (now > this.#weighed + WEIGH_EVERY_MS) {
      this.#weighed = now;
      if (process.memoryUsage.rss() > this.budget.memory) this.#over = true;
    }
    this.progress?.(this.stats);
    return this.#over;
  }

  found(violation: Violation, schedule: ArrayLike<Step>, length = schedule.length, shortest = false): void {
    const key = keyOf(violation);
    if (this.findings.has(key)) return;
    if (this.accept.some((text) => violation.message.includes(text))) {
      this.accepted.add(violation.message);
      return;
    }
    if (this.findings.size === 0) this.#foundAt = this.stats.states;
    const steps = Array.from(schedule).slice(0, length);
    this.findings.set(key, { violation, schedule: steps, ...(shortest ? { shortest } : {}) });
  }

  /** Back to the state after the first `length` steps of `schedule`, which are known to work. */
  replay(schedule: Uint8Array, length: number): void {
    this.stats.schedules++;
    // What is undone is held now and then against what a run from the start makes.
    if (this.stats.schedules % FROM_THE_START === 0) this.world.reset();
    this.stats.steps += this.world.goTo(schedule, length);
  }

  /** Whether the search goes on in another world, which is worth it from now on; it is at no state of the search yet. */
  changesWorld(): boolean {
    if (this.stats.states < MEMOIZED_FROM) return false;
    const before = this.world;
    this.world = before.memoized?.() ?? before;
    return this.world !== before;
  }

  /** The same where the world has taken these steps, and others after them. */
  back(schedule: Uint8Array, length: number): void {
    const { world, stats } = this;
    if (world.back === undefined || (world.undoes === true && (stats.schedules + 1) % FROM_THE_START === 0)) {
      this.replay(schedule, length);
    } else {
      stats.schedules++;
      world.back(length);
    }
  }

  /**
   * Takes `step` as number `depth` of `schedule`, checks, and returns whether the state can be gone on from. What
   * breaks is recorded with the schedule that leads there.
   */
  advance(step: Step, schedule: Uint8Array, depth: number): boolean {
    if (!this.take(step, schedule, depth)) return false;
    this.check(schedule, depth + 1);
    return true;
  }

  /** The same without the check, for who looks first whether the state was checked before. `foreseen`: see World.foresee(). */
  take(step: Step, schedule: Uint8Array, depth: number, foreseen = -1): boolean {
    if (depth >= schedule.length) throw new RangeError(`a schedule of more than ${schedule.length} steps`);
    schedule[depth] = step;
    this.stats.steps++;
    if (depth + 1 > this.stats.depth) this.stats.depth = depth + 1;
    try {
      this.world.step(step, foreseen);
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      this.found(error, schedule, depth + 1);
      return false;
    }
    return true;
  }

  /** Counts a step as number `depth` of a schedule that is not taken, for it is known to lead to a state that was seen. */
  pass(depth: number): void {
    this.stats.steps++;
    if (depth + 1 > this.stats.depth) this.stats.depth = depth + 1;
  }

  check(schedule: Uint8Array, length: number): void {
    this.#checked = schedule;
    this.#checkedLength = length;
    this.world.check(this.#report);
  }

  /** At a state without steps: has everything ended, or does something wait for ever? */
  checkEnd(schedule: Uint8Array, length: number): void {
    this.world.checkEnd((violation) => this.found(violation, schedule, length));
  }
}

export interface Strategy {
  readonly name: string;
  search(context: Context): Outcome;
}
