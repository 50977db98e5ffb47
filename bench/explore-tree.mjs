/**
 * How fast the explorer goes through the spaces of a kernel tree's own driver, in CPU time:
 *
 *   node bench/explore-tree.mjs DIR [SCENARIO…] [--json]
 *
 * transitions  steps of threads, each with its state hashed and judged; states are told apart by their fingerprints
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { kernel } from '../dist/interleaved/src/driver/kernels.js';
import { DriverWorld } from '../dist/interleaved/src/explore/driver-world.js';
import { loadScenario } from '../dist/interleaved/src/explore/scenario/catalogue.js';
import { DepthFirst } from '../dist/interleaved/src/explore/search/depth-first.js';
import { Context } from '../dist/interleaved/src/explore/search/search.js';
import { TreeDriver } from '../dist/interleaved/src/explore/tree/driver.js';
import { buildTree } from '../dist/interleaved/src/tree/build.js';
import { nearestKernel } from '../dist/interleaved/src/tree/source.js';

export const SCENARIOS = ['rebind-while-accessing', 'evict-while-rebinding', 'destroy-while-running'];
/** Transitions before a search counts, the engine compiles meanwhile; and at least so many that count. */
const WARM_UP = 200_000;
const COUNTED = 200_000;

/** Steps of a scenario's threads on a tree in a second of CPU time, in whole searches; states of its space. */
export function measureExploring(tree, name) {
  const model = kernel(nearestKernel(tree));
  const world = new DriverWorld(loadScenario(name, model), model, loadScenario(name, model).check, {
    driver: new TreeDriver(tree),
  });
  let transitions = 0;
  const step = world.step;
  world.step = function (one) {
    transitions++;
    step.call(this, one);
  };
  const search = () => {
    const context = new Context(world, { states: 4_000_000, seconds: 60, memory: 2 ** 31 }, { all: true });
    new DepthFirst({ hashing: true }).search(context);
    return context.stats.states;
  };
  let states = search();
  while (transitions < WARM_UP) states = search();
  transitions = 0;
  const begin = process.cpuUsage();
  do search();
  while (transitions < COUNTED);
  const { user, system } = process.cpuUsage(begin);
  const seconds = (user + system) / 1e6;
  return {
    scenario: name,
    states,
    transitions,
    cpu_seconds: seconds,
    per_second: Math.round(transitions / seconds),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values, positionals } = parseArgs({
    options: { json: { type: 'boolean' } },
    allowPositionals: true,
  });
  const [dir, ...named] = positionals;
  if (dir === undefined) {
    process.stderr.write('node bench/explore-tree.mjs DIR [SCENARIO…] [--json]\n');
    process.exit(2);
  }
  const tree = await buildTree(dir);
  for (const name of named.length > 0 ? named : SCENARIOS) {
    const found = measureExploring(tree, name);
    const { states, transitions, cpu_seconds, per_second } = found;
    process.stdout.write(
      values.json
        ? `${JSON.stringify(found)}\n`
        : `${name.padEnd(28)}${states} states, ${transitions} transitions in ${cpu_seconds.toFixed(2)} s of CPU: ${per_second.toLocaleString('en')} a second\n`,
    );
  }
}
