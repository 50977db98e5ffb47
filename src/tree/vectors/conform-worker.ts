/** A worker thread of `conform --tree`: conform's own job, played on the tree's driver. */
import { parentPort, workerData } from 'node:worker_threads';
import { type JobOptions, runJob } from '../../conform/job.ts';
import type { BuiltTree } from '../build.ts';
import { TrapError } from '../kernel.ts';
import { treeName } from '../source.ts';
import { TreeVectorRunner } from './vector-runner.ts';

const { options, data } = workerData as { options: JobOptions; data: BuiltTree };

try {
  const player = {
    name: treeName(data),
    runner: new TreeVectorRunner(data),
    isVerdict: (error: unknown) => error instanceof TrapError,
  };
  const wanted = await runJob(options, (result) => parentPort?.postMessage({ result }), player);
  parentPort?.postMessage({ wanted });
} catch (e) {
  const error = e as Error;
  const name = error instanceof TrapError ? 'UsageError' : error.name;
  parentPort?.postMessage({ error: { name, message: error.message } });
}
