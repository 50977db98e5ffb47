/** A worker thread of a conformance run: takes a job, posts a message for every stream and one for what went wrong. */
import { parentPort, workerData } from 'node:worker_threads';
import { runJob } from './job.js';
try {
    await runJob(workerData, (result) => parentPort?.postMessage({ result }));
}
catch (e) {
    parentPort?.postMessage({ error: { name: e.name, message: e.message } });
}
//# sourceMappingURL=worker.js.map