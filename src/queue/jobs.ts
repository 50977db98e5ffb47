/** The side that hands out jobs: a run on a queue, from its first job to its last. */
import { randomUUID } from 'node:crypto';
import type { Job, Queue, QueueEvents } from 'bullmq';
import { InputError, UsageError } from '../errors.ts';
import { type Connected, connect, PREFIX } from './bullmq.ts';
import { type RunKind, type RunState, removeRun, writeRun } from './runs.ts';
import { codeVersion } from './version.ts';

/** A job as it lies in the queue. */
export interface JobData {
  run: string;
  kind: RunKind;
  payload: unknown;
}

/** The queue of those who run the same code. */
export const queueName = (version: string): string => `work-${version}`;

/** Keys of jobs in a run, and what they came to. */
export interface Done {
  key: string;
  value: unknown;
}

/** Every so often jobs are looked for whose end was not told, ms. */
const SWEEP_MS = 3000;
/** Finished jobs that are not asked for any more go after so many seconds. */
const KEEP_S = 3600;

/** A run's jobs. What has ended is told once, however often it was done. */
export class Jobs {
  readonly #connected: Connected;
  readonly #queue: Queue<JobData>;
  readonly #events: QueueEvents;
  readonly #state: RunState;
  /** Jobs that were handed out and are not done, by their ids. */
  readonly #pending = new Map<string, string>();
  readonly #finished = new Map<string, Done | Error>();
  #wake: () => void = () => {};
  #lastSweep = Date.now();
  readonly #heart: NodeJS.Timeout;

  private constructor(connected: Connected, queue: Queue<JobData>, events: QueueEvents, state: RunState) {
    this.#connected = connected;
    this.#queue = queue;
    this.#events = events;
    this.#state = state;
    events.on('completed', ({ jobId, returnvalue }) => this.#ended(jobId, returnvalue));
    events.on('failed', ({ jobId, failedReason }) => this.#ended(jobId, new Error(failedReason)));
    // Without a server nothing happens, and when it is back the run goes on.
    queue.on('error', () => {});
    events.on('error', () => {});
    this.#heart = setInterval(() => void this.#beat(), 5000);
  }

  /** Begins a run. @throws UsageError, InputError as connect() does */
  static async begin(address: string, kind: RunKind, what: string): Promise<Jobs> {
    const connected = await connect(address);
    const { bullmq, redis } = connected;
    const name = queueName(codeVersion());
    const options = { connection: redis, prefix: PREFIX };
    const queue = new bullmq.Queue<JobData>(name, options);
    const events = new bullmq.QueueEvents(name, options);
    await Promise.all([queue.waitUntilReady(), events.waitUntilReady()]);
    const state: RunState = {
      ...{ id: randomUUID(), kind, what, version: codeVersion(), begun: Date.now() },
      ...{ jobs: { done: 0, begun: 0, waiting: 0 }, counts: {} },
    };
    await writeRun(redis, state);
    return new Jobs(connected, queue, events, state);
  }

  /** Hands out a job; `key` is no other job's of this run. */
  async submit(key: string, payload: unknown): Promise<void> {
    const { id: run, kind } = this.#state;
    const id = `${run}-${key}`;
    this.#pending.set(id, key);
    const data: JobData = { run, kind, payload };
    await this.#queue.add(kind, data, {
      ...{ jobId: id, removeOnComplete: { age: KEEP_S }, removeOnFail: { age: KEEP_S } },
    });
    this.#state.jobs.begun = this.#pending.size;
  }

  /** The next job that has ended; null after `ms` without one. @throws where it failed */
  async next(ms: number): Promise<Done | null> {
    if (this.#finished.size === 0) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((done) => {
        this.#wake = done;
        timer = setTimeout(done, ms);
      });
      clearTimeout(timer);
    }
    if (Date.now() - this.#lastSweep > SWEEP_MS) await this.#sweep();
    for (const [id, outcome] of this.#finished) {
      this.#finished.delete(id);
      if (outcome instanceof Error) throw named(outcome.message);
      this.#state.jobs.done++;
      this.#state.jobs.begun = this.#pending.size;
      void this.#queue.remove(id).catch(() => {});
      return outcome;
    }
    return null;
  }

  /** How far the run is, for all who ask; `waiting`: jobs that are not handed out yet. */
  async report(counts: Record<string, number>, waiting: number): Promise<void> {
    this.#state.counts = counts;
    this.#state.jobs.waiting = waiting;
    await this.#beat();
  }

  /** Takes back what was not done, and lets go of the server. */
  async end(): Promise<void> {
    clearInterval(this.#heart);
    await removeRun(this.#connected.redis, this.#state.id);
    // A job that a worker has begun cannot be removed: the worker sees that its run is gone.
    for (const id of this.#pending.keys()) await this.#queue.remove(id).catch(() => {});
    await this.#events.close();
    await this.#queue.close();
    this.#connected.redis.disconnect();
  }

  #ended(id: string, outcome: unknown): void {
    const key = this.#pending.get(id);
    if (key === undefined) return;
    this.#pending.delete(id);
    const value = typeof outcome === 'string' ? (JSON.parse(outcome) as unknown) : outcome;
    this.#finished.set(id, outcome instanceof Error ? outcome : { key, value });
    this.#wake();
  }

  /** Looks for jobs that ended while events could not be heard. */
  async #sweep(): Promise<void> {
    this.#lastSweep = Date.now();
    for (const id of [...this.#pending.keys()]) {
      const job = (await this.#queue.getJob(id)) as Job<JobData> | undefined;
      if (job?.finishedOn === undefined || job.finishedOn === null) continue;
      if (await job.isFailed()) this.#ended(id, new Error(job.failedReason));
      else this.#ended(id, job.returnvalue);
    }
  }

  async #beat(): Promise<void> {
    await writeRun(this.#connected.redis, this.#state).catch(() => {});
  }
}

/** What a thread reported as "UsageError: …", as the error that it was there. */
function named(message: string): Error {
  const [, name, rest = message] = /^(\w+Error): (.*)$/s.exec(message) ?? [];
  if (name === 'UsageError' || name === 'RangeError') return new UsageError(rest);
  if (name === 'InputError' || name === 'StreamFileError') return new InputError(rest);
  return new Error(`a worker failed: ${message}`);
}
