/**
 * What happened in a space while it was searched: which calls were reached and what they returned, and whether what a
 * scenario is there for (waiting at a locked region, stale translations, an unplugged device) came up at all. Never part
 * of a state: everything here is private, so that the state tracking sees an object without fields.
 */
import { EIO, ENOMEM, ETIMEDOUT, errnoName } from '../../uapi/errno.ts';
import { allCalls, type Expectation, type Scenario } from './scenario/scenario.ts';

/** One call of a thread. */
export interface CallCoverage {
  thread: string;
  /** The line, as written, and its number in the file. */
  call: string;
  line: number;
  /** States in which the thread stood in the call; 0 where no schedule got there. */
  states: number;
  /** What it returned: "0", "-EINVAL", or in words what became of it. */
  results: string[];
}

/** Things that a scenario may be about, by how many steps they happened in. */
export interface Happenings {
  waitedAtLock: number;
  staleTlb: number;
  staleL2: number;
  devEnterFailed: number;
}

export interface CoverageReport extends Happenings {
  calls: CallCoverage[];
}

/** What was seen of a part of a space: a call may be begun in one part, and have its states in another. */
export interface PartCoverage extends Happenings {
  calls: (CallCoverage & { begun: boolean })[];
}

const HAPPENINGS: Readonly<Record<Expectation, [keyof Happenings, what: string]>> = {
  'access-waits': ['waitedAtLock', 'no access waits at a locked region'],
  'stale-tlb': ['staleTlb', 'the TLB never answers with what is stale'],
  'stale-l2': ['staleL2', 'the L2 never answers with what is stale'],
  'enter-fails': ['devEnterFailed', 'no drm_dev_enter() fails'],
};

interface Counted {
  begun: boolean;
  results: Set<string>;
}

/** Results that say that a call did nothing. */
const NOTHING = [
  'not on the GPU',
  'cut short by a reset',
  'nothing to take off the GPU',
  'nothing was submitted',
  'nothing to reclaim',
  'still in use',
];

export class Coverage {
  readonly #scenario: Scenario;
  readonly #calls: Counted[][];
  /** Where each thread stands, -1 before its first call. */
  readonly #at: number[];
  /** The step under way has brought its thread to its next call. */
  #moved = false;
  /** States in which threads stood in each call, by {@link Coverage.#first} of the thread and, from 1, the call; 0 is none. */
  readonly #states: Float64Array;
  readonly #first: number[] = [];
  readonly #happened: Happenings = { waitedAtLock: 0, staleTlb: 0, staleL2: 0, devEnterFailed: 0 };
  #recording = false;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#calls = scenario.threads.map(({ calls }) =>
      calls.map(() => ({ begun: false, results: new Set() })),
    );
    this.#at = scenario.threads.map(() => -1);
    let places = 0;
    for (const { calls } of scenario.threads) {
      this.#first.push(places);
      places += 1 + calls.length;
    }
    this.#states = new Float64Array(places);
  }

  /** Nothing was seen so far. */
  clear(): void {
    for (const calls of this.#calls) for (const call of calls) call.begun = false;
    this.#states.fill(0);
    for (const calls of this.#calls) for (const { results } of calls) results.clear();
    for (const what of Object.keys(this.#happened) as (keyof Happenings)[]) this.#happened[what] = 0;
  }

  /** A schedule begins: no thread has done anything. */
  restart(): void {
    this.#at.fill(-1);
    this.#recording = true;
  }

  /** Thread `thread` is at its call number `call` now. */
  begin(thread: number, call: number): void {
    this.#at[thread] = call;
    this.#moved = true;
  }

  /** Thread `thread` has made its last call. */
  end(thread: number): void {
    this.#at[thread] = -1;
  }

  /** The call that thread `thread` is at; -1 for none. */
  at(thread: number): number {
    return this.#at[thread] ?? -1;
  }

  /** Thread `thread` is back where at() said. */
  back(thread: number, at: number): void {
    if (thread < this.#at.length) this.#at[thread] = at;
    this.#moved = false;
  }

  /** Thread `thread` has taken a step. */
  stepped(thread: number): void {
    const at = this.#at[thread] ?? -1;
    if (at >= 0 && !this.#moved) this.#calls[thread][at].begun = true;
    this.#moved = false;
  }

  /** A call returned: 0 or -errno, or in words what became of it. */
  result(thread: number, call: number, value: number | string): void {
    if (!this.#recording) return;
    const counted = this.#calls[thread][call];
    const text = typeof value === 'string' ? value : value < 0 ? `-${errnoName(-value)}` : '0';
    counted.begun = true;
    counted.results.add(text);
  }

  happened(what: keyof Happenings): void {
    if (this.#recording) this.#happened[what]++;
  }

  /** The machine went the first way at a choice with this label. */
  chose(label: string): void {
    if (label.includes('the TLB still has')) this.happened('staleTlb');
    else if (label.includes('from the L2')) this.happened('staleL2');
  }

  /** How many drm_dev_enter() have failed so far. */
  get failedEnters(): number {
    return this.#happened.devEnterFailed;
  }

  /** A state that was not seen before was entered, in which threads are at the calls `calls`. */
  visited(calls: ArrayLike<number> = this.#at): void {
    const states = this.#states;
    const first = this.#first;
    for (let i = 0; i < first.length; i++) states[first[i] + 1 + calls[i]]++;
  }

  report(): CoverageReport {
    return mergeCoverage([this.partReport()]);
  }

  partReport(): PartCoverage {
    const calls = this.#scenario.threads.flatMap(({ name, calls }, i) =>
      calls.map(({ text, line }, j) => {
        const { begun, results } = this.#calls[i][j];
        const states = this.#states[this.#first[i] + 1 + j];
        return { thread: name, call: text, line, states, results: [...results].sort(), begun };
      }),
    );
    return { calls, ...this.#happened };
  }
}

/** What several workers saw of one space, together. */
export function mergeCoverage(parts: readonly PartCoverage[]): CoverageReport {
  const [first, ...others] = parts;
  const sum = structuredClone(first);
  for (const other of others) {
    for (const what of ['waitedAtLock', 'staleTlb', 'staleL2', 'devEnterFailed'] as const)
      sum[what] += other[what];
    sum.calls.forEach((call, i) => {
      call.states += other.calls[i].states;
      call.begun ||= other.calls[i].begun;
      call.results = [...new Set([...call.results, ...other.calls[i].results])].sort();
    });
  }
  const calls = sum.calls.map(({ begun, ...call }) => ({ ...call, states: begun ? call.states : 0 }));
  return { ...sum, calls };
}

/** The same of reports, for those who have no more. */
export function mergeReports(reports: readonly CoverageReport[]): CoverageReport {
  const begun = (call: CallCoverage) => ({ ...call, begun: call.states > 0 });
  return mergeCoverage(reports.map((report) => ({ ...report, calls: report.calls.map(begun) })));
}

/**
 * Calls that make a verdict say less than it seems to: those that no schedule reaches, and those that fail in all. Where
 * the scenario itself makes the machine or an allocation fail, that failure is what it is about.
 */
export function emptyCalls(scenario: Scenario, coverage: CoverageReport): string[] {
  const intended = new Set<string>();
  if (scenario.stuck.length > 0) for (const errno of [EIO, ETIMEDOUT]) intended.add(`-${errnoName(errno)}`);
  // A LOCK that is never answered keeps the shrinker from what it came for.
  if (scenario.stuck.some(({ command }) => command === 'LOCK')) intended.add('still in use');
  if (scenario.failTables >= 0 || scenario.failMap >= 0) intended.add(`-${errnoName(ENOMEM)}`);
  const empty = scenario.expect
    .filter((one) => coverage[HAPPENINGS[one][0]] === 0)
    .map((one) => `${HAPPENINGS[one][1]}, which the scenario expects`);
  /** Threads with a call that the scenario let fail: what comes after has nothing to work on. */
  const failed = new Set<string>();
  const calls = allCalls(scenario);
  for (const { thread, call, line, states, results } of coverage.calls) {
    const mayFail = calls.some((one) => one.line === line && one.mayFail);
    const where = `${thread}: '${call}' (line ${line})`;
    const broken = results.filter((one) => one.startsWith('-') || NOTHING.includes(one));
    if (broken.some((one) => intended.has(one))) failed.add(thread);
    if (states === 0 && results.length === 0) empty.push(`${where} is reached by no schedule`);
    else if (results.length === 0) empty.push(`${where} is begun, and never ends`);
    else if (broken.length === results.length && !failed.has(thread) && !mayFail) {
      empty.push(`${where} fails in every schedule: ${results.join(', ')}`);
    }
  }
  return empty;
}

/** Invariants that nothing but an access breaks, and the calls that make one. */
const OF_ACCESSES: readonly string[] = ['atomic', 'stale-translation'];
const ACCESSING: readonly string[] = ['read', 'write', 'execute', 'atomic', 'stream', 'run', 'kill'];

/** What makes a verdict say nothing at all: that all it is about are accesses, and no thread makes one. */
export function emptyChecks(scenario: Scenario, checked: Iterable<string>): string[] {
  const names = [...checked];
  const accesses = allCalls(scenario).some(({ verb }) => ACCESSING.includes(verb));
  if (accesses || names.length === 0 || names.some((name) => !OF_ACCESSES.includes(name))) return [];
  return [`no thread accesses memory, and nothing else could break ${names.join(' or ')}`];
}
