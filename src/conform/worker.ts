/** A worker thread of a conformance run: takes a job, posts a message for every stream and one for what went wrong. */
import { parentPort, workerData } from 'node:worker_threads';
import { type JobOptions, runJob } from './job.ts';

try {
  const wanted = await runJob(workerData as JobOptions, (result) => parentPort?.postMessage({ result }));
  parentPort?.postMessage({ wanted });
} catch (e) {
  parentPort?.postMessage({ error: { name: (e as Error).name, message: (e as Error).message } });
}
