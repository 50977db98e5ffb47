/**
 * How large the spaces of the built-in scenarios are, and how fast the explorer goes through them:
 *
 *   npm run --silent bench:explore [-- --json] [-- --quick] [-- --traces] [-- --scale]
 *   npm run --silent bench:explore -- --workers, or -- --shards: see explore-many.mjs
 *
 * interleavings  schedules that a search without any reduction runs (≥ where it was stopped after a second)
 * states         different states, told apart by their fingerprints
 * symmetric      the same where interchangeable threads begin in one order only
 * time, rate     of a depth-first search of all of it, one thread, once the code is warm
 *
 * Scale: larger spaces, once each, and the small ones by one schedule for each trace as well (explore --traces). Seconds
 * there are the processor's, of all threads of the process (garbage collection included); memory is the table of states.
 * Where SPIN is there (Debian: spin), the same spaces in Promela stand beside them: the search alone, of a checker that is built
 * and of code that is loaded, and all of it, from the text of the program or the scenario to the verdict.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setUpForExploring } from '../dist/src/engine.js';
import { SCALES, scaled } from './scales.mjs';
import { exploreFromText, haveSpin, searchWithSpin } from './spin.mjs';

const base = new URL('../dist/interleaved/src/', import.meta.url);
if (!existsSync(fileURLToPath(base))) throw new Error('build first: npm run build');
if (process.argv.includes('--workers') || process.argv.includes('--shards')) {
  const { many } = await import('./explore-many.mjs');
  many(process.argv);
  process.exit();
}
const load = (file) => import(new URL(file, base).href);
const { kernel } = await load('driver/kernels.js');
const { loadScenario, scenarioNames } = await load('explore/scenario/catalogue.js');
const { DepthFirst } = await load('explore/search/depth-first.js');
const { DriverWorld } = await load('explore/driver-world.js');
const { INVARIANTS } = await load('explore/invariants.js');
const { Traces } = await load('explore/reduction/traces.js');
const { parseScenario } = await load('explore/scenario/parser.js');
const { Context } = await load('explore/search/search.js');

setUpForExploring();
const json = process.argv.includes('--json');
const quick = process.argv.includes('--quick');
const BUDGET = { states: 4_000_000, seconds: 60, memory: 4 * 2 ** 30 };
/** Time spent on warming up, and on measuring, each. */
const SECONDS = quick ? 0.1 : 1;

function search(world, hashing, seconds) {
  const context = new Context(world, { ...BUDGET, seconds });
  const outcome = new DepthFirst({ hashing }).search(context);
  return { finished: outcome !== 'budget', ...context.stats };
}

/** Runs the search again and again, each time in a world that remembers nothing; the time of one. */
function timed(make) {
  for (const end = performance.now() + SECONDS * 1000; performance.now() < end; ) search(make(), true, 60);
  let result;
  let runs = 0;
  let spent = 0;
  do {
    const world = make();
    const start = performance.now();
    result = search(world, true, 60);
    spent += performance.now() - start;
    runs++;
  } while (spent < SECONDS * 1000);
  return { ...result, seconds: spent / 1000 / runs };
}

function measure(scenario, kernelName) {
  const model = kernel(kernelName);
  const plain = search(
    new DriverWorld(scenario, model, scenario.check, { symmetry: false }),
    false,
    quick ? 0.1 : 1,
  );
  const all = search(new DriverWorld(scenario, model, scenario.check, { symmetry: false }), true, 60);
  const best = timed(() => new DriverWorld(scenario, model, scenario.check));
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

/** One search, by the processor's time. */
function once(name, scenario, strategy) {
  const world = new DriverWorld(scenario, kernel(scenario.kernel ?? '7.2'), scenario.check);
  const context = new Context(world, { ...BUDGET, seconds: quick ? 5 : 300 }, {});
  const before = process.cpuUsage();
  const outcome = strategy.search(context);
  const { user, system } = process.cpuUsage(before);
  const { states, steps, bytesPerState } = context.stats;
  const seconds = (user + system) / 1e6;
  return {
    scenario: name,
    search: strategy.name,
    traces: strategy.complete ?? null,
    states,
    exhausted: outcome !== 'budget',
    steps,
    cpu_seconds: seconds,
    states_per_second: Math.round(states / seconds),
    table_bytes: Math.round(states * bytesPerState),
  };
}

const scaleRow = (r) =>
  [
    r.scenario.padEnd(44),
    (r.traces === null ? '' : String(r.traces)).padStart(8),
    ((r.exhausted ? '' : '≥ ') + r.states).padStart(10),
    String(r.steps).padStart(10),
    `${r.cpu_seconds.toFixed(2)} s`.padStart(10),
    String(r.states_per_second).padStart(9),
    `${(r.table_bytes / 2 ** 20).toFixed(1)} MiB`.padStart(11),
  ].join(' ');

const spinRow = ({ space, all, reduced, ours }) => {
  const cell = ({ states, cpu_seconds }) => `${states} in ${cpu_seconds.toFixed(2)} s`;
  const ratio = (of) => `${(ours[of] / reduced[of]).toFixed(1)} x`;
  const text = `${reduced.from_text_seconds.toFixed(2)} s, ${ours.from_text_seconds.toFixed(2)} s, ${ratio('from_text_seconds')}`;
  return `${space.padEnd(44)} ${cell(all).padStart(18)} ${cell(reduced).padStart(18)} ${cell(ours).padStart(18)}, ${ratio('cpu_seconds')}   ${text}`;
};

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
const only = process.argv.includes('--scale');
for (const name of only ? [] : scenarioNames()) {
  const scenario = loadScenario(name);
  scenarios.push(measure(scenario, scenario.kernel ?? '7.2'));
  if (!json) console.log(row(scenarios.at(-1)));
}
if (!json) console.log(`\nGrowth\n${header}`);
for (const [ops, readers] of only
  ? []
  : [[1, 1], [2, 1], [4, 1], [1, 2], [2, 2], [1, 3], ...(quick ? [] : [[2, 3]])]) {
  growth.push(measure(grown(ops, readers), '7.2'));
  if (!json) console.log(row(growth.at(-1)));
}

const scale = [];
const add = (name, scenario, strategy) => {
  scale.push(once(name, scenario, strategy));
  if (!json) console.log(scaleRow(scale.at(-1)));
};
if (!json) {
  const columns = '    traces     states      steps   CPU time  states/s      memory';
  console.log(`\n${'Scale'.padEnd(43)}${columns}`);
}
const hashed = () => new DepthFirst({ hashing: true });
const before = process.cpuUsage();
for (const name of scenarioNames())
  search(
    new DriverWorld(loadScenario(name), kernel(loadScenario(name).kernel ?? '7.2'), INVARIANTS),
    true,
    60,
  );
const { user, system } = process.cpuUsage(before);
const together = (user + system) / 1e6;
if (!json) console.log(`all built-in scenarios, all invariants: ${together.toFixed(2)} s of CPU time`);
for (const name of ['fault-while-rebinding', 'reset-while-rebinding', 'two-binders']) {
  const scenario = loadScenario(name);
  add(name, scenario, hashed());
  if (process.argv.includes('--traces')) add(name, scenario, new Traces());
}
for (const [name, what] of SCALES) add(name, parseScenario(scaled(what), name), hashed());
const spin = [];
if (haveSpin()) {
  if (!json)
    console.log(
      `\n${'Beside SPIN (promela.mjs)'.padEnd(44)} SPIN: all states   by partial order               ours          from the text`,
    );
  for (const [i, [name, what]] of SCALES.entries()) {
    const ours = scale.at(i - SCALES.length);
    const [all, reduced] = [false, true].map((reduce) => searchWithSpin(what, reduce));
    const { states, cpu_seconds } = ours;
    const from_text_seconds = exploreFromText(scaled(what));
    spin.push({ space: name, all, reduced, ours: { states, cpu_seconds, from_text_seconds } });
    if (!json) console.log(spinRow(spin.at(-1)));
  }
} else if (!json) console.log('\nBeside SPIN: not measured, there is no `spin` (or no gcc).');
if (json) console.log(JSON.stringify({ scenarios, growth, all_cpu_seconds: together, scale, spin }));
