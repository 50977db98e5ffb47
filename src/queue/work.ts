/** The side that does jobs: takes them from a queue until it is told to stop, or has had nothing to do for long enough. */
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Job, Worker } from 'bullmq';
import { UsageError } from '../errors.ts';
import { type Connected, connect, PREFIX } from './bullmq.ts';
import { type Executor, makeExecutor } from './executor.ts';
import { type JobData, queueName } from './jobs.ts';
import { isUnderWay, type RunState, readRuns, removeWorker, type WorkerState, writeWorker } from './runs.ts';
import { codeVersion } from './version.ts';

export interface WorkOptions {
  /** Jobs at a time, each in a thread of its own. */
  jobs: number;
  /** Ends after as many seconds without a job; null: never. */
  idle: number | null;
  /** A job whose worker has not been heard of for as many seconds is given to another. */
  lost: number;
  /** Told of every job that was done. */
  progress: (done: number, what: string) => void;
  signal: AbortSignal;
}

/** Between two looks at what else is on the server, ms. */
const LOOK_MS = 1000;
/** A job that was with as many workers which were lost is not tried again. */
const MAX_LOST = 10;

/**
 * Works. Returns how many jobs were done.
 *
 * @throws UsageError where only runs of other versions are under way; UsageError, InputError as connect() does
 */
export async function work(address: string, options: WorkOptions): Promise<number> {
  const connected = await connect(address);
  const { bullmq, redis } = connected;
  const state: WorkerState = {
    name: `${hostname()}:${process.pid}`,
    version: codeVersion(),
    done: 0,
    job: '',
  };
  const executors = Array.from({ length: options.jobs }, makeExecutor);
  try {
    refuseOthers(await readRuns(redis), connected.shown);
    const free = [...executors];
    const active = new Set<string>();
    let lastJob = Date.now();
    const worker = new bullmq.Worker<JobData>(
      queueName(state.version),
      async (job) => {
        active.add(job.id ?? '');
        state.job = [...active].join(' ');
        const executor = free.pop() as Executor;
        try {
          return await perform(connected, job, executor);
        } finally {
          free.push(executor);
          lastJob = Date.now();
          active.delete(job.id ?? '');
          state.job = [...active].join(' ');
          state.done++;
          options.progress(state.done, job.data.kind);
        }
      },
      {
        ...{ connection: redis, prefix: PREFIX, concurrency: options.jobs, name: state.name },
        ...{
          lockDuration: options.lost * 1000,
          stalledInterval: options.lost * 1000,
          maxStalledCount: MAX_LOST,
        },
      },
    );
    // A server that is gone for a while, a job that another one has done meanwhile.
    worker.on('error', () => {});
    await worker.waitUntilReady();
    await untilOver(connected, worker, state, options, () => lastJob);
    await worker.close(true);
  } finally {
    for (const executor of executors) executor.end();
    await removeWorker(redis, state.name).catch(() => {});
    redis.disconnect();
  }
  return state.done;
}

/** Returns when it is enough. @throws UsageError where all that is under way is another version's */
async function untilOver(
  { redis, shown }: Connected,
  worker: Worker<JobData>,
  state: WorkerState,
  options: WorkOptions,
  lastJob: () => number,
): Promise<void> {
  while (!options.signal.aborted) {
    await writeWorker(redis, state);
    if (state.job === '') {
      refuseOthers(await readRuns(redis), shown);
      if (options.idle !== null && Date.now() - lastJob() > options.idle * 1000) return;
    }
    await sleep(LOOK_MS, undefined, { signal: options.signal }).catch(() => {});
  }
  await worker.pause(true);
}

function refuseOthers(runs: readonly RunState[], shown: string): void {
  const own = codeVersion();
  if (runs.length === 0 || runs.some(({ version }) => version === own)) return;
  const [{ what, version }] = runs;
  throw new UsageError(
    `this is version ${own} of the code, and ${what} on ${shown} was begun by version ${version}: its jobs are refused`,
  );
}

/** Does a job whose run still wants it. */
async function perform(
  { redis, bullmq }: Connected,
  job: Job<JobData>,
  executor: Executor,
): Promise<unknown> {
  const { run, kind, payload } = job.data;
  if (!(await isUnderWay(redis, run))) return null;
  const watch = setInterval(async () => {
    if (!(await isUnderWay(redis, run).catch(() => true))) executor.end();
  }, LOOK_MS);
  try {
    return await executor.run(run, kind, payload);
  } catch (error) {
    // It would fail the next time, too.
    throw new bullmq.UnrecoverableError((error as Error).message);
  } finally {
    clearInterval(watch);
  }
}
