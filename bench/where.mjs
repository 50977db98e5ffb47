// Where the time of something goes, by part of the project: samples of V8's profiler while it runs.
import { Session } from 'node:inspector/promises';

/** µs between two samples. */
const INTERVAL_US = 200;

/** Parts, by what the path of a compiled file has in it. Samples without a file are the engine's: collector, compiler, builtins. */
const PARTS = [
  ['driver', /\/dist\/(src\/(driver|hw|coroutine)|uapi)\//],
  ['decoding', /\/dist\/src\/capture\//],
  ['replay', /\/dist\/src\//],
  ['benchmark', /\/bench\//],
];

/** The part that a profile's node is of: its own, or, where it has no file, that of who called it. */
function partOf(node, caller) {
  const { url, functionName } = node.callFrame;
  if (functionName === '(garbage collector)') return 'collector';
  if (functionName === '(program)' || functionName === '(idle)') return 'engine';
  return PARTS.find(([, path]) => path.test(url))?.[0] ?? caller;
}

/**
 * The share of each part in the time of `work`, largest first. What it calls should not have run much before: V8 tells the
 * functions that it compiled into others apart only where it did so while the profiler was on. So `work` runs several times
 * first.
 */
export async function whereTimeGoes(work, warmUps) {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: INTERVAL_US });
  await session.post('Profiler.start');
  for (let i = 0; i < warmUps; i++) await work();
  // The profile's clock is CLOCK_MONOTONIC, too.
  const from = Number(process.hrtime.bigint() / 1000n);
  await work();
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();
  return sharesFrom(profile, from);
}

/** Shares of the samples that were taken at `from`, µs, or later. */
function sharesFrom(profile, from) {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const part = new Map();
  const enter = (id, caller) => {
    const own = partOf(nodes.get(id), caller);
    part.set(id, own);
    for (const child of nodes.get(id).children ?? []) enter(child, own);
  };
  enter(profile.nodes[0].id, 'engine');
  const times = {};
  let total = 0;
  let now = profile.startTime;
  profile.samples.forEach((id, i) => {
    const time = profile.timeDeltas[i];
    now += time;
    if (now < from) return;
    times[part.get(id)] = (times[part.get(id)] ?? 0) + time;
    total += time;
  });
  const shares = Object.entries(times).map(([name, time]) => [name, time / total]);
  return Object.fromEntries(shares.sort((a, b) => b[1] - a[1]));
}

/** `driver 61 %, replay 20 %, …` */
export function sharesText(shares) {
  return Object.entries(shares)
    .map(([name, share]) => `${name} ${Math.round(100 * share)} %`)
    .join(', ');
}
