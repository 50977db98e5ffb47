/** Every interleaving of a scenario, and the verdict as data. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { InputError, UsageError } from '../errors.ts';
import type { ExploreRequest } from '../explore/command.ts';
import type { LibraryMessage } from '../explore/library-worker.ts';
import { loadScenario, type ScenarioText, scenarioNames } from '../explore/scenario/catalogue.ts';
import { DEFAULT_BUDGET } from '../explore/search/budget.ts';
import { type Kernel, type KernelVersion, switchesOf } from './kernels.ts';

/** Where an exploration gives up. */
export interface ExploreBudget {
  /** Different states; 4 million by default. */
  readonly states?: number;
  /** 60 by default. */
  readonly seconds?: number;
  /** Resident memory of the process in bytes; 2 GiB by default. */
  readonly memory?: number;
}

export interface ExploreOptions {
  /** The driver; by default the one that the scenario names, else 7.2. */
  readonly kernel?: KernelVersion | Kernel;
  /** Names of invariants, or `all`; by default those that the scenario is about. */
  readonly invariants?: readonly string[] | 'all';
  readonly budget?: ExploreBudget;
  /** Texts of messages that are known, besides the scenario's own: they are no violation. */
  readonly accept?: readonly string[];
  /** First seed of the random searches, which run where the budget does not suffice for all states. */
  readonly seed?: number;
  /** Threads; one for each core by default. */
  readonly jobs?: number;
  /** Told how far it is, now and then, in a line for people. */
  readonly onProgress?: (line: string) => void;
  /** Ends the exploration: its promise is then rejected with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** One step of a schedule: which thread goes on, what it does, and what driver and machine did then. */
export interface ScheduleStep {
  readonly thread: string;
  readonly action: string;
  readonly details: readonly string[];
}

export interface BrokenInvariant {
  readonly invariant: string;
  readonly message: string;
  /** The schedule that breaks it, for `replaySchedule` and `panthor-shim explore --replay`. */
  readonly token: string;
}

/** What an exploration came to. */
export interface Exploration {
  readonly scenario: string;
  readonly kernel: string;
  readonly switched: readonly string[];
  /**
   * `holds`: every reachable state was checked. `bounded`: the budget was spent first, and nothing was found. `vacuous`:
   * it holds, but calls of the scenario never happened or always failed; `empty` has them.
   */
  readonly verdict: 'holds' | 'violated' | 'bounded' | 'vacuous';
  readonly empty: readonly string[];
  /** Messages that broke an invariant and are known (`accept`). */
  readonly accepted: readonly string[];
  /** What was checked. */
  readonly invariants: readonly string[];
  readonly states: number;
  readonly schedules: number;
  /** Length of the longest schedule. */
  readonly depth: number;
  readonly seconds: number;
  /** Which search decided. */
  readonly by: string;
  /** One for each message of a broken invariant, the shortest schedule first. */
  readonly violations: readonly BrokenInvariant[];
  /** The schedule of the first. */
  readonly steps: readonly ScheduleStep[];
}

/** What a schedule does when it is run again. */
export interface ScheduleReplay {
  readonly scenario: string;
  readonly kernel: string;
  readonly switched: readonly string[];
  /** The invariant that breaks, and how; null where none does. */
  readonly invariant: string | null;
  readonly message: string | null;
  readonly steps: readonly ScheduleStep[];
}

export interface ScenarioInfo {
  readonly name: string;
  readonly about: string;
  /** Invariants that it is about. */
  readonly check: readonly string[];
  /** Its text; docs/explore.md has the syntax. */
  readonly source: string;
}

/** The built-in scenarios. */
export function scenarios(): ScenarioInfo[] {
  return scenarioNames().map((name) => {
    const { about, check, source } = loadScenario(name);
    return { name, about, check, source };
  });
}

/**
 * Runs the threads of a scenario in every order and checks invariants after every step. It works in threads of its
 * own, so the program goes on meanwhile, and several explorations may be under way.
 *
 *     const { verdict, violations } = await explore('two-binders', { kernel: '6.12' });
 *
 * @param scenario a built-in one by name, the path of a file, or its text
 * @throws UsageError for a scenario, a kernel or an invariant that does not exist, and for a scenario with an error in it
 */
export async function explore(
  scenario: string | ScenarioText,
  options: ExploreOptions = {},
): Promise<Exploration> {
  const { invariants = [] } = options;
  const asked = invariants === 'all' ? ['all'] : [...invariants];
  return (await ask({ scenario, invariants: asked }, options)) as Exploration;
}

/**
 * Runs one schedule again.
 *
 * @param options the scenario, where it is not to be the one that the token carries or names
 * @throws UsageError for a token of another version of the model, or of something else
 */
export async function replaySchedule(
  token: string,
  options: Pick<ExploreOptions, 'signal'> & { readonly scenario?: string | ScenarioText } = {},
): Promise<ScheduleReplay> {
  return (await ask({ replay: token, scenario: options.scenario }, options)) as ScheduleReplay;
}

/** The explorer's threads run the interleaved form of the driver, which the build puts beside the plain one. */
function workerUrl(): URL {
  const top = import.meta.url.endsWith('.ts') ? '../../dist' : '../..';
  return new URL(`${top}/interleaved/src/explore/library-worker.js`, import.meta.url);
}

function ask(question: Partial<ExploreRequest>, options: ExploreOptions): Promise<unknown> {
  const {
    kernel,
    budget,
    accept = [],
    seed = 1,
    jobs = availableParallelism(),
    signal,
    onProgress,
  } = options;
  signal?.throwIfAborted();
  const workerData: Omit<ExploreRequest, 'progress'> = {
    ...{ scenario: undefined, kernel: undefined, replay: undefined, merge: undefined, shard: undefined },
    ...{ invariants: [], accept: [...accept], strict: false, json: true, compare: false },
    ...switchesOf(kernel),
    ...{ budget: { ...DEFAULT_BUDGET, ...budget }, seed, jobs },
    ...question,
  };
  return new Promise((resolve, reject) => {
    const worker = new Worker(workerUrl(), { workerData });
    const abort = (): void => {
      reject(signal?.reason);
      void worker.terminate();
    };
    signal?.addEventListener('abort', abort, { once: true });
    worker.on('message', (message: LibraryMessage) => {
      if ('progress' in message) onProgress?.(message.progress);
      else if ('reply' in message) resolve(message.reply);
      else reject(errorOf(message.error));
    });
    worker.on('error', reject);
    worker.on('exit', (code) => {
      signal?.removeEventListener('abort', abort);
      reject(new Error(`the explorer's thread ended with status ${code}`));
    });
  });
}

/** Errors lose their class on the way between threads. */
function errorOf({
  name,
  message,
  stack,
}: {
  name: string;
  message: string;
  stack: string | undefined;
}): Error {
  if (name === 'UsageError') return new UsageError(message);
  if (name === 'InputError') return new InputError(message);
  if (name === 'RangeError') return new UsageError(message);
  return Object.assign(new Error(message), { name, stack });
}
