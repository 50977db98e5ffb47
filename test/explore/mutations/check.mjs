/**
 * Everything that breaks in the built-in scenarios, by a build of the explorer:
 *
 *     node check.mjs BUILD [BASELINE [SCENARIO]]
 *
 * Without a baseline prints what breaks in each scenario as JSON; with one, ends with 1 at the first scenario in which
 * something breaks that does not there, or no longer breaks, or what it expects does not happen, although every interleaving
 * was tried, and says what. SCENARIO is looked at first. What the search with sleep sets and the one of a schedule for each
 * trace find there has to be the same, where they end within their budget: else it ends with 2.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { wordsOf } from '../../tooling/words.mjs';

const [build, baselinePath, hint] = wordsOf('BUILD [BASELINE [SCENARIO]]');
const load = (file) => import(pathToFileURL(join(build, 'src', file)).href);
const { scenarioNames, loadScenario } = await load('explore/scenario/catalogue.js');
const { DriverWorld } = await load('explore/driver-world.js');
const { explore } = await load('explore/search/verdict.js');
const { Context } = await load('explore/search/search.js');
const { DepthFirst } = await load('explore/search/depth-first.js');
const { ShardSearch } = await load('explore/shards/shard-search.js');
const { Traces } = await load('explore/reduction/traces.js');
const { withCoverage } = await load('explore/decide.js');
const { kernel } = await load('driver/kernels.js');
const { INVARIANTS } = await load('explore/invariants.js');

const baseline = baselinePath === undefined ? null : JSON.parse(readFileSync(baselinePath, 'utf8'));
const budget = { states: 20_000, seconds: 60, memory: 2 ** 32 };
const KERNEL = '7.2';

/** Messages without what differs from state to state. */
const plain = (message) => message.replace(/0x[0-9a-f]+/g, '0x…').replace(/\d+/g, 'N');

/** What breaks; with `known` messages only the first of others, which is enough. */
function brokenIn(name, known) {
  const scenario = loadScenario(name);
  const world = new DriverWorld(scenario, kernel(scenario.kernel ?? KERNEL), INVARIANTS);
  const accept = [...scenario.accept, ...(known ?? [])];
  const further = known === undefined ? Number.POSITIVE_INFINITY : 0;
  const result = explore(world, { budget, accept, further, shorten: false });
  const { findings, stats, verdict, accepted } = result;
  const { empty } = withCoverage(world, result, world.harness.coverage.report());
  const broken = findings.map(({ violation: { invariant, message } }) => ({ invariant, message }));
  const all = stats.states < budget.states && (verdict === 'holds' || verdict === 'violated');
  return { broken, states: stats.states, exhausted: all, accepted, empty };
}

/** All that a search finds, as a line; null where it does not end in its budget. */
function findings(name, strategy, states) {
  const scenario = loadScenario(name);
  const world = new DriverWorld(scenario, kernel(scenario.kernel ?? KERNEL), INVARIANTS);
  const limits = { states, seconds: 20, memory: 2 ** 32 };
  const context = new Context(world, limits, {
    further: Number.POSITIVE_INFINITY,
    accept: scenario.accept,
  });
  if (strategy.search(context) === 'budget') return null;
  return JSON.stringify([...context.findings.keys()].sort());
}

/** Where reduced searches find something else than the full one, which of them; null where they do not. */
function differs(name) {
  const full = findings(name, new DepthFirst({ hashing: true }), 20_000);
  if (full === null) return null;
  for (const [what, strategy] of [
    ['sleep sets', new ShardSearch({ index: 1, count: 1 })],
    ['traces', new Traces()],
  ]) {
    const reduced = findings(name, strategy, 20_000);
    if (reduced !== null && reduced !== full) return `${name}, ${what}: ${reduced} instead of ${full}`;
  }
  return null;
}

if (baseline === null) {
  const all = scenarioNames().map((name) => [name, brokenIn(name)]);
  all.sort(([, a], [, b]) => a.states - b.states);
  process.stdout.write(JSON.stringify(Object.fromEntries(all)));
} else {
  const order = Object.keys(baseline);
  if (hint in baseline) order.unshift(hint);
  for (const name of order) {
    const { broken, exhausted, empty } = baseline[name];
    const known = broken.map(({ message }) => message);
    let found;
    try {
      const plainly = known.map(plain);
      const now = brokenIn(name, known);
      found = now.broken.filter(({ message }) => !plainly.includes(plain(message)));
      const seen = now.accepted.map(plain);
      const missing = now.empty.filter((text) => !empty.includes(text));
      const gone = broken.filter(({ message }) => !seen.includes(plain(message)));
      if (found.length === 0 && exhausted && now.exhausted && gone.length > 0) {
        found = [{ invariant: gone[0].invariant, message: `no longer: ${gone[0].message}` }];
      }
      if (found.length === 0 && exhausted && now.exhausted && missing.length > 0) {
        found = [{ invariant: 'vacuous', message: missing[0] }];
      }
    } catch (error) {
      found = [{ invariant: 'crash', message: error.message.split('\n')[0] }];
    }
    if (found.length === 0) continue;
    process.stdout.write(`${name}: ${found[0].invariant}: ${found[0].message}\n`);
    const difference = found[0].invariant === 'crash' ? null : differs(name);
    if (difference !== null) {
      process.stderr.write(`REDUCTION ${difference}\n`);
      process.exit(2);
    }
    process.exit(1);
  }
}
