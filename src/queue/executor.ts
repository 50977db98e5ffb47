/** Does jobs, one at a time, in a thread of its own: the process answers for its jobs meanwhile. */
import { Worker } from 'node:worker_threads';
import { setUpForExploring } from '../engine.ts';
import type { RunKind } from './runs.ts';

export interface Executor {
  /** @throws what went wrong in the job; where the thread was ended meanwhile */
  run(run: string, kind: RunKind, payload: unknown): Promise<unknown>;
  /** Gives up what is being done. */
  end(): void;
}

/** Modules of threads that answer each message, a job's payload, with `{ value }` or `{ error }`. */
const THREADS: Readonly<Record<RunKind, string>> = {
  explore: '../../interleaved/src/explore/parts/thread.js',
  conform: './conform-thread.js',
  review: './review-thread.js',
};

interface Answer {
  value?: unknown;
  error?: string;
}

export function makeExecutor(): Executor {
  /** Kept for the jobs of one run: the code is warm, and an explorer's world is the first of its thread, as elsewhere. */
  let thread: { run: string; worker: Worker } | null = null;
  const end = (): void => {
    void thread?.worker.terminate();
    thread = null;
  };
  return {
    end,
    run(run, kind, payload) {
      if (thread !== null && thread.run !== run) end();
      if (kind === 'explore') setUpForExploring();
      thread ??= { run, worker: new Worker(new URL(THREADS[kind], import.meta.url)) };
      const { worker } = thread;
      return new Promise((done, failed) => {
        const onMessage = ({ value, error }: Answer): void => {
          forget();
          if (error === undefined) done(value);
          else failed(new Error(error));
        };
        const onError = (error: Error): void => {
          forget();
          end();
          failed(error);
        };
        const onExit = (): void => onError(new Error('given up'));
        const forget = (): void => {
          worker.off('message', onMessage).off('error', onError).off('exit', onExit);
        };
        worker.on('message', onMessage).on('error', onError).on('exit', onExit);
        worker.postMessage(payload);
      });
    },
  };
}
