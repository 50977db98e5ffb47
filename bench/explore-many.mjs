/**
 * What it brings, and costs, to share a space: `npm run --silent bench:explore -- --workers` has two threads beside one, and
 * `-- --shards` eight shards beside one search. Each search is a process of its own: clock, processor time of all its threads,
 * steps. Add --json for scripts, --quick for the two smallest spaces.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { setUpForExploring } from '../dist/src/engine.js';
import { SCALES, scaled } from './scales.mjs';

const SHARDS = 8;
const self = fileURLToPath(import.meta.url);
const load = (file) => import(new URL(`../dist/interleaved/src/${file}`, import.meta.url).href);

/** One search, in this process: `jobs` threads, or shard `shard` of SHARDS. */
async function search(space, { jobs, shard }) {
  setUpForExploring();
  // Worlds are built alike where modules are loaded in one order.
  await load('explore/command.js');
  const { kernel } = await load('driver/kernels.js');
  const { parseScenario } = await load('explore/scenario/parser.js');
  const { searchInParallel } = await load('explore/search/parallel.js');
  const { DriverWorld } = await load('explore/driver-world.js');
  const { Context } = await load('explore/search/search.js');
  const { ShardSearch } = await load('explore/shards/shard-search.js');
  const [name, what] = SCALES[space];
  const scenario = parseScenario(scaled(what), name);
  const budget = { states: 4_000_000, seconds: 3600, memory: 4 * 2 ** 30 };
  const begin = performance.now();
  let stats;
  if (shard === undefined) {
    ({ stats } = await searchInParallel(scenario, kernel('7.2'), scenario.check, { jobs, budget }));
  } else {
    const context = new Context(new DriverWorld(scenario, kernel('7.2'), scenario.check), budget);
    new ShardSearch({ index: shard, count: SHARDS }).search(context);
    stats = context.stats;
  }
  const { user, system } = process.cpuUsage();
  const seconds = (performance.now() - begin) / 1000;
  return { states: stats.states, steps: stats.steps, seconds, cpu_seconds: (user + system) / 1e6 };
}

/** The same in a process of its own. */
const apart = (space, how) =>
  JSON.parse(execFileSync(process.execPath, [self, JSON.stringify([space, how])], { encoding: 'utf8' }));

const sum = (list, key) => list.reduce((total, one) => total + one[key], 0);

/** What several searches of a space come to beside one. */
function compare(space, several) {
  const one = apart(space, { jobs: 1 });
  const most = Math.max(...several.map(({ steps }) => steps));
  return {
    space: SCALES[space][0],
    states: one.states,
    one,
    several,
    steps_ratio: sum(several, 'steps') / one.steps,
    largest_ratio: most / one.steps,
    cpu_ratio: sum(several, 'cpu_seconds') / one.cpu_seconds,
    speed: one.seconds / Math.max(...several.map(({ seconds }) => seconds)),
  };
}

/** Prints the table that the arguments ask for. */
export function many(args) {
  const shards = args.includes('--shards');
  const json = args.includes('--json');
  const spaces = SCALES.map((_, i) => i).slice(0, args.includes('--quick') ? 2 : SCALES.length);
  const list = shards ? Array.from({ length: SHARDS }, (_, i) => ({ shard: i + 1 })) : [{ jobs: 2 }];
  if (!json) {
    const last = shards ? 'largest' : 'speed';
    console.log(
      `${(shards ? '8 shards' : '2 threads').padEnd(44)}    states  steps x    CPU x  ${last.padStart(7)}   (one search: CPU s)`,
    );
  }
  const rows = spaces.map((space) => {
    const row = compare(
      space,
      list.map((how) => apart(space, how)),
    );
    const numbers = [row.steps_ratio, row.cpu_ratio, shards ? row.largest_ratio : row.speed];
    if (!json)
      console.log(
        `${row.space.padEnd(44)}${String(row.states).padStart(10)}${numbers.map((n) => n.toFixed(2).padStart(9)).join('')}${row.one.cpu_seconds.toFixed(1).padStart(20)}`,
      );
    return row;
  });
  if (json) console.log(JSON.stringify({ [shards ? 'shards' : 'workers']: rows }));
}

if (process.argv[1] === self) console.log(JSON.stringify(await search(...JSON.parse(process.argv[2]))));
