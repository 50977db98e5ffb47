/**
 * How fast the explorer goes through the spaces of a kernel tree's own driver, in CPU time:
 *
 *   node bench/explore-tree.mjs DIR [SCENARIO…] [--json]
 *
 * transitions  steps of threads, each with its state hashed and judged; states are told apart by their fingerprints
 *
 * Each scenario is searched over and over in a process of its own, as `explore` has it.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

// As `explore --tree` has it: nothing asks what a step reads.
process.env.PANTHOR_SHIM_NOTE_READS = '0';
const { kernel } = await import('../dist/interleaved/src/driver/kernels.js');
const { DriverWorld } = await import('../dist/interleaved/src/explore/driver-world.js');
const { loadScenario } = await import('../dist/interleaved/src/explore/scenario/catalogue.js');
const { parseScenario } = await import('../dist/interleaved/src/explore/scenario/parser.js');
const { DepthFirst } = await import('../dist/interleaved/src/explore/search/depth-first.js');
const { Context } = await import('../dist/interleaved/src/explore/search/search.js');
const { TreeDriver } = await import('../dist/interleaved/src/explore/tree/driver.js');
const { buildTree } = await import('../dist/interleaved/src/tree/build.js');
const { nearestKernel } = await import('../dist/interleaved/src/tree/source.js');

const BINDERS = 'two binders and a submitter';
const TWO_BINDERS = `about ${BINDERS}
check atomic stale-translation activation lock-agreement slot-bookkeeping table-pages deadlock kernel-warning
slots 1
object old 8K
object new 8K
vm A
  map old at 0x10000000
thread binder
  map A new at 0x10000000
thread other
  unmap A at 0x10001000 size 4K
thread submitter
  activate A
  read A 0x10000000
  idle A`;
export const SCENARIOS = [
  'rebind-while-accessing',
  'evict-while-rebinding',
  'destroy-while-running',
  BINDERS,
];
/** Transitions before a search counts, the engine compiles meanwhile; and at least so many that count. */
const WARM_UP = 600_000;
const COUNTED = 600_000;

/** Steps of a scenario's threads on a tree in a second of CPU time, in whole searches; states of its space. */
export function measureExploring(dir, name) {
  const command = [fileURLToPath(import.meta.url), '--here', '--json', dir, name];
  const r = spawnSync(process.execPath, command, { encoding: 'utf8' });
  if (r.status !== 0) throw new Error(`${name}: exit status ${r.status}: ${r.stderr}`);
  return JSON.parse(r.stdout);
}

function measureHere(tree, name) {
  const model = kernel(nearestKernel(tree));
  const scenario = name === BINDERS ? parseScenario(TWO_BINDERS, name) : loadScenario(name, model);
  const world = new DriverWorld(scenario, model, scenario.check, { driver: new TreeDriver(tree) });
  let transitions = 0;
  const search = () => {
    const context = new Context(world, { states: 4_000_000, seconds: 60, memory: 2 ** 31 }, { all: true });
    new DepthFirst({ hashing: true }).search(context);
    transitions += context.stats.steps;
    return context.stats.states;
  };
  let states = search();
  while (transitions < WARM_UP) states = search();
  transitions = 0;
  let searches = 0;
  const begin = process.cpuUsage();
  do {
    search();
    searches++;
  } while (transitions < COUNTED);
  const { user, system } = process.cpuUsage(begin);
  const seconds = (user + system) / 1e6;
  return {
    scenario: name,
    states,
    transitions,
    cpu_seconds: seconds,
    per_second: Math.round(transitions / seconds),
    search_seconds: seconds / searches,
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values, positionals } = parseArgs({
    options: { json: { type: 'boolean' }, here: { type: 'boolean' } },
    allowPositionals: true,
  });
  const [dir, ...named] = positionals;
  if (dir === undefined) {
    process.stderr.write('node bench/explore-tree.mjs DIR [SCENARIO…] [--json]\n');
    process.exit(2);
  }
  const tree = await buildTree(dir);
  for (const name of named.length > 0 ? named : SCENARIOS) {
    const found = values.here ? measureHere(tree, name) : measureExploring(dir, name);
    const { states, transitions, cpu_seconds, per_second, search_seconds } = found;
    process.stdout.write(
      values.json
        ? `${JSON.stringify(found)}\n`
        : `${name.padEnd(28)}${states} states, ${transitions} transitions in ${cpu_seconds.toFixed(2)} s of CPU: ${per_second.toLocaleString('en')} a second, all of it in ${search_seconds.toFixed(2)} s\n`,
    );
  }
}
