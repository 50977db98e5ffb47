/** Which runs are under way on a server, and how far they are: each writes down its own state, and any may read all. */
import type { Redis } from 'ioredis';
import { PREFIX } from './bullmq.ts';

/** What a run is about. */
export type RunKind = 'explore' | 'conform' | 'review';

export interface RunState {
  /** Unique on the server. */
  id: string;
  kind: RunKind;
  /** "fault-while-rebinding on 7.2", for people. */
  what: string;
  /** codeVersion() of the process that began it. */
  version: string;
  /** ms since 1970. */
  begun: number;
  /** Jobs: finished, handed out, and known of besides. */
  jobs: { done: number; begun: number; waiting: number };
  /** What has been counted so far, by what it is: states, findings, streams. */
  counts: Record<string, number>;
}

export interface WorkerState {
  /** host:pid. */
  name: string;
  version: string;
  /** Jobs that it has finished. */
  done: number;
  /** What it works on, '' for nothing. */
  job: string;
}

/** A state that was not written again for as long is that of something that has ended, ms. */
const GONE_AFTER_MS = 15_000;

const runKey = (id: string): string => `${PREFIX}:run:${id}`;
const workerKey = (name: string): string => `${PREFIX}:worker:${name}`;

/** Writes the state of a run down; it is to be done again within GONE_AFTER_MS. */
export async function writeRun(redis: Redis, state: RunState): Promise<void> {
  await redis.set(runKey(state.id), JSON.stringify(state), 'PX', GONE_AFTER_MS);
}

export async function removeRun(redis: Redis, id: string): Promise<void> {
  await redis.del(runKey(id));
}

export async function isUnderWay(redis: Redis, id: string): Promise<boolean> {
  return (await redis.exists(runKey(id))) === 1;
}

export async function writeWorker(redis: Redis, state: WorkerState): Promise<void> {
  await redis.set(workerKey(state.name), JSON.stringify(state), 'PX', GONE_AFTER_MS);
}

export async function removeWorker(redis: Redis, name: string): Promise<void> {
  await redis.del(workerKey(name));
}

/** All runs that are under way, the oldest first. */
export async function readRuns(redis: Redis): Promise<RunState[]> {
  const runs = (await readAll(redis, runKey('*'))) as RunState[];
  return runs.sort((a, b) => a.begun - b.begun);
}

/** All workers, by their names. */
export async function readWorkers(redis: Redis): Promise<WorkerState[]> {
  const workers = (await readAll(redis, workerKey('*'))) as WorkerState[];
  return workers.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function readAll(redis: Redis, pattern: string): Promise<unknown[]> {
  const keys = new Set<string>();
  for (let cursor = '0'; ; ) {
    const [next, some] = await redis.scan(cursor, 'MATCH', pattern, 'COUNT', 1000);
    for (const key of some) keys.add(key);
    if ((cursor = next) === '0') break;
  }
  const texts = keys.size === 0 ? [] : await redis.mget([...keys]);
  return texts.flatMap((text) => (text === null ? [] : [JSON.parse(text) as unknown]));
}
