/**
 * The thread that serves clients: everything of the model is in it. It waits in blocking calls, so it hears of the main
 * thread through a pipe.
 */
import { readSync } from 'node:fs';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { PanthorDevice } from '../driver/device.js';
import { PanthorDrv } from '../driver/drv.js';
import { gpuProfile } from '../driver/gpu-profile.js';
import { kernel } from '../driver/kernels.js';
import { executeStreams } from './execute-streams.js';
import { Recorder } from './recorder.js';
import { LiveReport } from './report.js';
import { LiveServer } from './server.js';
/** CLOCK_MONOTONIC, as clients see it: performance.now() is that clock from another zero, and the cheapest to read. */
function monotonicClock() {
    const zero = Number(process.hrtime.bigint()) - performance.now() * 1e6;
    return () => Math.round(zero + performance.now() * 1e6);
}
/** More objects than a client has ever wanted, and as many bytes as there are physical addresses: beyond is ENOMEM. */
const LIMITS = { objects: 1 << 20, boBytes: 2 ** 40 };
/** Steps between looks at what else this thread has to do: messages, memory that is no longer used. */
const STEPS = 1024;
async function serve(options) {
    const device = new PanthorDevice({
        kernel: kernel(options.kernel, options.with, options.without),
        gpu: gpuProfile(options.gpu),
        now: monotonicClock(),
    });
    const drv = new PanthorDrv(device);
    Object.assign(drv.limits, LIMITS);
    const report = new LiveReport(device);
    const recorder = options.record === null ? null : new Recorder(options.record, device);
    const server = new LiveServer({
        dir: options.dir,
        drv,
        card: options.card,
        observers: recorder === null ? [report] : [report, recorder],
    });
    const streams = executeStreams(drv, server.desk);
    let woken = false;
    let stopping = false;
    server.watch(options.wake, () => {
        readSync(options.wake, new Uint8Array(64));
        woken = true;
    });
    parentPort.on('message', () => {
        stopping = true;
    });
    parentPort.postMessage({ type: 'ready' });
    while (!stopping) {
        for (let i = 0; i < STEPS && !woken; i++) {
            server.step(-1);
            recorder?.flush();
        }
        woken = false;
        await new Promise((resolve) => setImmediate(resolve));
    }
    const left = { files: server.desk.files.size, vms: device.mmu.vms.length, objects: drv.clientBos.size };
    server.close();
    recorder?.close();
    const summary = report.summary(server.desk.bugs.count, left, streams.stats);
    const message = { type: 'stopped', report: summary };
    parentPort.postMessage(message);
    parentPort.close();
}
if (!isMainThread)
    await serve(workerData);
//# sourceMappingURL=worker.js.map