/**
 * Everything that breaks in the built-in scenarios, by a build of the explorer:
 *
 *     node check.mjs BUILD [BASELINE]
 *
 * Without a baseline prints what breaks in each scenario as JSON; with one, ends with 1 at the first scenario in which
 * something breaks that does not there, and says what.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [build, baselinePath] = process.argv.slice(2);
const load = (file) => import(pathToFileURL(join(build, 'src', file)).href);
const { scenarioNames, loadScenario } = await load('explore/scenario/catalogue.js');
const { DriverWorld } = await load('explore/driver-world.js');
const { explore } = await load('explore/search/verdict.js');
const { kernel } = await load('driver/kernels.js');
const { INVARIANTS } = await load('explore/invariants.js');

const baseline = baselinePath === undefined ? null : JSON.parse(readFileSync(baselinePath, 'utf8'));
const budget = { states: 20_000, seconds: 60, memory: 2 ** 32 };
const KERNEL = '7.2';

/** Messages without what differs from state to state. */
const plain = (message) => message.replace(/0x[0-9a-f]+/g, '0x…').replace(/\d+/g, 'N');

function brokenIn(name) {
  const scenario = loadScenario(name);
  const { accept } = scenario;
  const world = new DriverWorld(scenario, kernel(scenario.kernel ?? KERNEL), INVARIANTS);
  // The first finding is enough to be caught, but what is broken anyway must not hide it.
  const options = { budget, accept, further: Number.POSITIVE_INFINITY, shorten: false };
  const { findings, stats } = explore(world, options);
  const broken = findings.map(({ violation }) => `${violation.invariant}: ${plain(violation.message)}`);
  return { broken: [...new Set(broken)].sort(), states: stats.states };
}

if (baseline === null) {
  const all = scenarioNames().map((name) => [name, brokenIn(name)]);
  all.sort(([, a], [, b]) => a.states - b.states);
  process.stdout.write(JSON.stringify(Object.fromEntries(all)));
} else {
  for (const [name, { broken }] of Object.entries(baseline)) {
    let found;
    try {
      found = brokenIn(name).broken.filter((one) => !broken.includes(one));
    } catch (error) {
      found = [`crash: ${error.message.split('\n')[0]}`];
    }
    if (found.length === 0) continue;
    process.stdout.write(`${name}: ${found[0]}\n`);
    process.exit(1);
  }
}
