/**
 * How large the spaces of the built-in scenarios are, and how fast the explorer goes through them:
 *
 *   npm run --silent bench:explore [-- --json] [-- --quick]
 *
 * interleavings  schedules that a search without any reduction runs (≥ where it was stopped after a second)
 * states         different states, told apart by their fingerprints
 * symmetric      the same where interchangeable threads begin in one order only
 * time, rate     of a depth-first search of all of it, one thread, once the code is warm
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const base = new URL('../dist/interleaved/src/', import.meta.url);
if (!existsSync(fileURLToPath(base))) throw new Error('build first: npm run build');
const load = (file) => import(new URL(file, base).href);
const { kernel } = await load('driver/kernels.js');
const { loadScenario, scenarioNames } = await load('explore/scenario/catalogue.js');
const { DepthFirst } = await load('explore/search/depth-first.js');
const { DriverWorld } = await load('explore/driver-world.js');
const { parseScenario } = await load('explore/scenario/parser.js');
const { Context } = await load('explore/search/search.js');

const json = process.argv.includes('--json');
const quick = process.argv.includes('--quick');
const BUDGET = { states: 4_000_000, seconds: 60, memory: 4 * 2 ** 30 };
/** Time spent on warming up, and on measuring, each. */
const SECONDS = quick ? 0.1 : 1;

function search(world, hashing, seconds) {
  const context = new Context(world, { ...BUDGET, seconds }, { all: true });
  const outcome = new DepthFirst({ hashing }).search(context);
  return { finished: outcome !== 'budget', ...context.stats };
}

/** Runs the search again and again; the time of one. */
function timed(world) {
  let result;
  for (const end = performance.now() + SECONDS * 1000; performance.now() < end; )
    result = search(world, true, 60);
  const start = performance.now();
  let runs = 0;
  do {
    result = search(world, true, 60);
    runs++;
  } while (performance.now() - start < SECONDS * 1000);
  return { ...result, seconds: (performance.now() - start) / 1000 / runs };
}

function measure(scenario, kernelName) {
  const model = kernel(kernelName);
  const plain = search(
    new DriverWorld(scenario, model, scenario.check, { symmetry: false }),
    false,
    quick ? 0.1 : 1,
  );
  const all = search(new DriverWorld(scenario, model, scenario.check, { symmetry: false }), true, 60);
  const best = timed(new DriverWorld(scenario, model, scenario.check));
  return {
    scenario: scenario.name,
    kernel: kernelName,
    interleavings: plain.schedules,
    interleavings_complete: plain.finished,
    states: all.states,
    states_symmetric: best.states,
    exhausted: best.finished,
    seconds: best.seconds,
    states_per_second: Math.round(best.states / best.seconds),
    bytes_per_state: Math.round(best.bytesPerState),
    depth: best.depth,
  };
}

/** One binder with `ops` operations on an active VM, and `readers` that read twice each. */
function grown(ops, readers) {
  const lines = [
    'check atomic stale-translation',
    'object old 8K',
    'object new 8K',
    'vm A',
    'map old at 0x10000000',
    'activate',
  ];
  lines.push('thread binder');
  for (let i = 0; i < ops; i++) lines.push(`map A ${i % 2 === 0 ? 'new' : 'old'} at 0x10000000`);
  const names = Array.from({ length: readers }, (_, i) => `gpu${i + 1}`);
  for (const name of names) lines.push(`thread ${name}`, 'read A 0x10000000');
  if (readers > 1) lines.push(`interchangeable ${names.join(' ')}`);
  return parseScenario(lines.join('\n'), `${ops} operations, ${readers} readers`);
}

const row = (r) =>
  [
    r.scenario.padEnd(28),
    ((r.interleavings_complete ? '' : '≥ ') + r.interleavings).padStart(13),
    String(r.states).padStart(8),
    String(r.states_symmetric).padStart(10),
    String(r.depth).padStart(6),
    `${(r.seconds * 1000).toFixed(1)} ms`.padStart(11),
    String(r.states_per_second).padStart(9),
    String(r.bytes_per_state).padStart(6),
  ].join(' ');
const header = `${'scenario'.padEnd(28)} interleavings   states  symmetric  depth        time  states/s  bytes`;

const scenarios = [];
const growth = [];
if (!json) console.log(header);
for (const name of scenarioNames()) {
  const scenario = loadScenario(name);
  scenarios.push(measure(scenario, scenario.kernel ?? '7.2'));
  if (!json) console.log(row(scenarios.at(-1)));
}
if (!json) console.log(`\nGrowth\n${header}`);
for (const [ops, readers] of [[1, 1], [2, 1], [4, 1], [1, 2], [2, 2], [1, 3], ...(quick ? [] : [[2, 3]])]) {
  growth.push(measure(grown(ops, readers), '7.2'));
  if (!json) console.log(row(growth.at(-1)));
}
if (json) console.log(JSON.stringify({ scenarios, growth }));
