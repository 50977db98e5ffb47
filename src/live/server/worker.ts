/**
 * The thread that serves clients: everything of the model is in it. It waits in blocking calls, so the main thread stops it
 * through a pipe that those calls watch. A message to parentPort would not do: in which turn of this thread's event loop it
 * arrives differs between versions of Node.
 */
import { performance } from 'node:perf_hooks';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { PanthorDevice } from '../../driver/device.ts';
import { gpuProfile } from '../../driver/gpu-profile.ts';
import { PanthorDrv } from '../../driver/ioctl/drv.ts';
import { kernel } from '../../driver/kernels.ts';
import { useFenceClock } from '../../driver/sync/fence.ts';
import type { BuiltTree } from '../../tree/build.ts';
import { LiveTree } from '../../tree/live/live-tree.ts';
import { Fd } from '../fd.ts';
import { Recorder } from '../record/recorder.ts';
import { executeStreams } from './execute-streams.ts';
import { Injection } from './injection.ts';
import { LiveReport } from './report.ts';
import { LiveServer } from './server.ts';

/** What the server thread is started with. */
export interface WorkerOptions {
  dir: string;
  card: number;
  kernel: string;
  with: readonly string[];
  without: readonly string[];
  gpu: string;
  /** The descriptor that becomes readable when the main thread wants the server to stop. */
  stop: number;
  /** A plan for class Injection, '' for none. */
  inject: string;
  record: { path: string; client: string; arch: string } | null;
  /** A kernel tree whose own driver answers. */
  tree: BuiltTree | null;
}

/** What the server thread says. */
export type WorkerMessage =
  | { type: 'ready' }
  | { type: 'notice'; line: string }
  | { type: 'stopped'; report: ReturnType<LiveReport['summary']> };

/** CLOCK_MONOTONIC, as clients see it: performance.now() is that clock from another zero, and the cheapest to read. */
function monotonicClock(): () => number {
  const zero = Number(process.hrtime.bigint()) - performance.now() * 1e6;
  return () => Math.round(zero + performance.now() * 1e6);
}

/** More objects than a client has ever wanted, and as many bytes as there are physical addresses: beyond is ENOMEM. */
const LIMITS = { objects: 1 << 20, boBytes: 2 ** 40, vms: 60_000 };
/** Pages of tables for all VMs: 1 GiB. */
const MAX_TABLES = 1 << 18;

/** A recording whose reader is slow is tried again so often, ns. */
const RETRY_NS = 10e6;

/** Steps between turns of this thread's event loop, in which memory that is no longer used is given back. */
const STEPS = 1024;

async function serve(options: WorkerOptions): Promise<void> {
  const device = new PanthorDevice({
    kernel: kernel(options.kernel, options.with, options.without),
    gpu: gpuProfile(options.gpu),
    now: monotonicClock(),
  });
  useFenceClock(() => device.now());
  const drv = new PanthorDrv(device);
  Object.assign(drv.limits, LIMITS);
  const { memory } = device.machine;
  memory.oom = (count) => memory.live + memory.reserved + count > MAX_TABLES;
  memory.makeRoom(MAX_TABLES);
  const report = new LiveReport(device);
  // The main thread may have to wait for the reader of standard error; this one must not.
  const tell = (line: string): void => {
    parentPort!.postMessage({ type: 'notice', line } satisfies WorkerMessage);
  };
  const recorder = options.record === null ? null : new Recorder(options.record, device, tell);
  const tree = options.tree === null ? undefined : new LiveTree(options.tree, drv, tell);
  const server = new LiveServer({
    dir: options.dir,
    drv,
    card: options.card,
    tell,
    tree,
    ...(options.inject === '' ? {} : { injection: new Injection(options.inject) }),
    observers: recorder === null ? [report] : [report, recorder],
  });
  const streams = executeStreams(drv, server.dispatcher, tree?.translations);
  let stopping = false;
  const stop = new Fd(options.stop);
  server.watch(stop, () => {
    stopping = true;
  });
  parentPort!.postMessage({ type: 'ready' } satisfies WorkerMessage);
  while (!stopping) {
    for (let i = 0; i < STEPS && !stopping; i++) {
      server.step(recorder?.behind ? RETRY_NS : -1);
      recorder?.flush();
      // A driver in the middle of a function that is not there has nothing more to say.
      if (tree !== undefined && tree.trapped !== null) stopping = true;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  const left = {
    files: server.dispatcher.files.size,
    vms: device.mmu.vms.length,
    objects: drv.clientBos.size,
  };
  server.close();
  stop.close();
  recorder?.close();
  const failed = recorder?.failed ?? null;
  const played = tree === undefined ? null : { trapped: tree.trapped, summary: tree.summary() };
  const summary = report.summary(server.dispatcher.bugs.count, left, streams.stats, failed, played);
  const message = { type: 'stopped', report: summary } as const;
  parentPort!.postMessage(message satisfies WorkerMessage);
}

if (!isMainThread) await serve(workerData as WorkerOptions);
