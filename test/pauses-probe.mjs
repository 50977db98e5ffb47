/**
 * Loaded into a server's thread by test/pauses.mjs: measures how much processor time passes from one look at what clients have
 * asked for to the next, and writes that of the last seconds at the end, as doubles in nanoseconds.
 */
import { writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
import { Poller } from '../dist/src/live/poller.js';
import { LiveServer } from '../dist/src/live/server/server.js';

/** Pauses that are kept. */
const MOST = 1 << 22;

if (!isMainThread) {
  const module = { exports: {} };
  process.dlopen(module, process.env.PANTHOR_SHIM_PROBE);
  const { threadTime } = module.exports;
  const { wait } = Poller.prototype;
  const { close } = LiveServer.prototype;
  const pauses = new Float64Array(MOST);
  const times = new Float64Array(MOST);
  let count = 0;
  let looked = threadTime();

  Poller.prototype.wait = function (timeoutNs) {
    const time = threadTime();
    times[count % MOST] = performance.now();
    pauses[count++ % MOST] = time - looked;
    const more = wait.call(this, timeoutNs);
    looked = threadTime();
    return more;
  };
  LiveServer.prototype.close = function () {
    const begin = performance.now() - 1000 * Number(process.env.PANTHOR_SHIM_PROBE_SECONDS);
    writeFileSync(
      process.env.PANTHOR_SHIM_PROBE_OUT,
      pauses.filter((_, i) => times[i] > begin),
    );
    close.call(this);
  };
}
