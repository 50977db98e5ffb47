import type { Choice } from '../../coroutine/choice.ts';
import type { Point } from '../../coroutine/op.ts';
import type { Footprints } from '../shards/footprints.ts';
import type { AccessSet } from '../state/access-set.ts';

export { Choice, MAX_OPTIONS } from '../../coroutine/choice.ts';

/** A broken invariant: what every search is after. */
export class Violation extends Error {
  readonly invariant: string;

  constructor(invariant: string, message: string) {
    super(message);
    this.name = 'Violation';
    this.invariant = invariant;
  }
}

/** What a thread of a world yields. */
export type WorldPoint = Point | Choice;
export type Body = Generator<WorldPoint, unknown, void>;

/** A step: which thread (0 to 31) goes on, and which way where it stands at a Choice. One byte. */
export type Step = number;
export const MAX_THREADS = 32;
export const stepOf = (thread: number, option = 0): Step => thread | (option << 5);
export const threadOf = (step: Step): number => step & 31;
export const optionOf = (step: Step): number => step >>> 5;

/** One thread of a world. */
export interface Thread {
  readonly name: string;
  /** Serves others for ever (an interrupt line, the machine); the program is done when all the others are. */
  readonly daemon: boolean;
  /** Where it stands; null once it has ended. */
  point: WorldPoint | null;
}

/** A program with several threads, as a search sees it. Nothing in it can be copied: a search comes back to a state by goTo(). */
export interface World {
  readonly threads: readonly Thread[];
  /** Back to the initial state: each thread at its first switch point. */
  reset(): void;
  /**
   * To the state after the first `length` steps of `schedule`, which are known to work: by undoing and taking steps, or
   * by reset() and all of them again. Returns how many steps were taken.
   */
  goTo(schedule: ArrayLike<Step>, length: number): number;
  /** Back to the state after the first `length` of the steps that were taken; for who knows them to be the ones. */
  back?(length: number): void;
  /** Whether back() undoes what was done: that is held now and then against a run from the start. */
  readonly undoes?: boolean;
  /** The same world, with the same states and fingerprints, for a search of many states. */
  memoized?(): World;
  /** Writes the steps that are possible now to `into`, in a fixed order, and returns how many there are. */
  enabled(into: Uint8Array): number;
  /** Takes one step. Throws Violation when something broke that is seen at once. `foreseen`: see foresee(). */
  step(step: Step, foreseen?: number): void;
  /**
   * The fingerprint of the state that a step which is possible now leads to, in `lanes`, where that is known without taking the
   * step; false where it is not. `lanes[2]` is then what step() need not look for, if the step is taken at this state.
   */
  foresee?(step: Step, lanes: Int32Array): boolean;
  /** A step of which that is known is not to be taken, for where it leads is no new state; false where it is to be, to compare. */
  passes?(): boolean;
  /** Reports every invariant that does not hold in the present state. Called at the start and after every step. */
  check(report: (violation: Violation) => void): void;
  /** Reports what waits for ever, and what is wrong at the end. Called where no step is possible. */
  checkEnd(report: (violation: Violation) => void): void;
  /**
   * The canonical fingerprint of the present state, in `lanes[0]` and `lanes[1]`, both non-zero: equal for states that
   * go on alike (interchangeable threads swapped, say), different for all others.
   */
  fingerprint(lanes: Int32Array): void;
  /** Whether a state from which no end can be reached breaks an invariant (deadlock). */
  readonly endsMatter: boolean;
  /** Who goes on for ever, where nothing from the present state on comes to an end. */
  describeNoEnd(): string;
  /** Told of each state that was not seen before, right after it was entered. */
  visited(): void;
  /** What a step about to be taken will do, for people. */
  describe(step: Step): string;
}

/** A world that says what its steps read and write, so that orders that make no difference can be left out. */
export interface NotedWorld extends World {
  /** From now on each step puts what it reads and writes of the state that threads share into `set`; null: no longer. */
  note(set: AccessSet | null): void;
  /** Puts what decides whether thread `index` may go on into `set`. */
  noteGuard(index: number, set: AccessSet): void;
}

/** A world that says it by numbers, each step's with what decides whether its thread may go on. */
export interface PrintedWorld extends NotedWorld {
  /** Whose numbers they are. */
  readonly footprints: Footprints;
  /** From now on each step leaves what it touches in `printed`, or no longer. */
  print(on: boolean): void;
  /** What the last step has touched. */
  readonly printed: number;
}

/** The same, of what invariants look at, too. */
export interface ReducibleWorld extends NotedWorld {
  /** Of each invariant that looks at states as such, and not at what steps did: what the last check() read for it, while notes are taken. */
  readonly judged: readonly AccessSet[];
  /** A place that stands for what invariant number `judge` looks at. */
  judgePlace(judge: number): number;
}
