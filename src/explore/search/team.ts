/** Worker threads that join a search which one thread has begun, and what they say in the end. */
import { Worker } from 'node:worker_threads';
import type { PartCoverage } from '../coverage.ts';
import { Ends } from './ends.ts';
import type { GraphData } from './graph.ts';
import type { Budget, Stats } from './search.ts';
import { allocateShared, type SharedBuffers } from './shared-table.ts';
import type { StateTable } from './state-table.ts';
import { WorkQueue } from './work-queue.ts';
import type { Step } from './world.ts';

/** What is searched, for threads that build it anew. */
export interface Subject {
  source: string;
  name: string;
  kernel: string;
  switched: readonly string[];
  invariants: readonly string[];
  budget: Budget;
  further: number;
  accept: readonly string[];
  /** Fingerprint of the initial state: objects are named otherwise where worlds were built before, and so are states. */
  initial: Int32Array;
}

/** What a worker is told. */
export interface WorkerInput extends Subject {
  table: SharedBuffers;
  /** See Ends; null where nothing is asked of them. */
  ends: SharedArrayBuffer | null;
  queue: SharedArrayBuffer;
}

/** What it says in the end. */
export interface WorkerOutput {
  stats: Stats;
  /** Its budget was spent. */
  spent: boolean;
  findings: { invariant: string; message: string; schedule: Step[] }[];
  accepted: string[];
  coverage: PartCoverage;
  /** See Ends.toData(). */
  open: GraphData | null;
}

/** Prefixes that wait for a thread at a time. */
const SLOTS = 64;
/** Questions between two looks at the clock. */
const LOOK_EVERY = 4;

export class Team {
  readonly queue = WorkQueue.create(SLOTS);
  readonly #table: StateTable;
  readonly #ends: Ends | null;
  readonly #jobs: number;
  readonly #subject: Subject;
  readonly #startAt: number;
  #asked = 0;
  #workers: Worker[] | null = null;
  readonly #outputs: WorkerOutput[] = [];
  #failure: Error | null = null;
  #wake: () => void = () => {};

  /** `table` and `ends` are the first thread's; `jobs` are all threads, which begin after `seconds`. */
  constructor(table: StateTable, ends: Ends | null, jobs: number, seconds: number, subject: Subject) {
    this.#table = table;
    this.#ends = ends;
    this.#jobs = jobs;
    this.#subject = subject;
    this.#startAt = performance.now() + seconds * 1000;
  }

  /** Whether a thread waits for work; starts them when the time has come. */
  look(): boolean {
    if (this.#workers !== null) return this.queue.hasIdleWorkers;
    if (this.#jobs > 1 && this.#asked++ % LOOK_EVERY === 0 && performance.now() >= this.#startAt)
      this.#start();
    return false;
  }

  #start(): void {
    const table = allocateShared(this.#table.capacity);
    this.#table.moveTo(table);
    const ends = this.#ends && Ends.allocate(table.capacity);
    if (ends !== null) this.#ends?.moveTo(ends);
    const workerData: WorkerInput = { ...this.#subject, table, ends, queue: this.queue.buffer };
    this.#workers = Array.from({ length: this.#jobs - 1 }, () => {
      const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData });
      worker.once('message', (output: WorkerOutput) => {
        this.#outputs.push(output);
        this.#wake();
      });
      const failed = (error: Error): void => {
        this.#failure ??= error;
        this.#wake();
      };
      worker.once('error', failed);
      worker.once('exit', (code) => code !== 0 && failed(new Error(`a worker ended with status ${code}`)));
      return worker;
    });
  }

  /** @throws what has ended a worker thread */
  throwFailure(): void {
    if (this.#failure !== null) throw this.#failure;
  }

  /** What those say that have taken part, once all is over. @throws as throwFailure() */
  async outputs(): Promise<readonly WorkerOutput[]> {
    // The first thread is one of the members.
    while (this.#outputs.length < this.queue.members - 1) {
      this.throwFailure();
      await new Promise<void>((done) => (this.#wake = done));
    }
    return this.#outputs;
  }

  /** Threads that search, the first one included. */
  get members(): number {
    return this.queue.members;
  }

  /** Lets go of threads that have come too late, too. */
  end(): void {
    this.queue.stop();
    this.#failure ??= new Error('the search has ended');
    for (const worker of this.#workers ?? []) void worker.terminate();
  }
}
