import { describe, expect, it } from 'vitest';
import type * as Search from '../../../src/explore/search/depth-first.ts';
import type * as Contexts from '../../../src/explore/search/search.ts';
import type * as Shards from '../../../src/explore/shards/shard-search.ts';
import { LONG } from '../../tooling/long.ts';
import { DriverWorld, INVARIANTS, kernel, load, loadScenario, scenarioNames } from '../interleaved.ts';

const { ShardSearch } = await load<typeof Shards>('explore/shards/shard-search.js');
const { DepthFirst } = await load<typeof Search>('explore/search/depth-first.js');
const { Context } = await load<typeof Contexts>('explore/search/search.js');

/** What searches of one world have come to. */
interface Seen {
  states: Set<string>;
  findings: string[];
  accepted: string[];
}

/** Larger spaces are left out. */
const MOST_STATES = LONG ? 10_000 : 2_000;

type World = InstanceType<typeof DriverWorld>;

/** Runs searches of one world (states have other fingerprints in the next one); null where one is not done in time. */
function search(world: World, strategies: readonly Contexts.Strategy[]): Seen | null {
  const states = new Set<string>();
  const findings = new Set<string>();
  const accepted = new Set<string>();
  const lanes = new Int32Array(2);
  for (const one of [world, world.memoized()]) {
    one.visited = () => {
      one.fingerprint(lanes);
      states.add(lanes.join());
    };
  }
  const budget = { states: MOST_STATES, seconds: 600, memory: 2 ** 33 };
  for (const strategy of strategies) {
    const { accept } = world.scenario;
    const context = new Context(world, budget, { further: Number.POSITIVE_INFINITY, accept });
    if (strategy.search(context) === 'budget') return null;
    for (const key of context.findings.keys()) findings.add(key);
    for (const message of context.accepted) accepted.add(message);
  }
  return { states, findings: [...findings].sort(), accepted: [...accepted].sort() };
}

/** Fingerprints that are in one of the sets alone. */
const difference = (one: ReadonlySet<string>, other: ReadonlySet<string>): number =>
  [...one].filter((print) => !other.has(print)).length + [...other].filter((print) => !one.has(print)).length;

const shardsOf = (count: number): Shards.ShardSearch[] =>
  Array.from({ length: count }, (_, i) => new ShardSearch({ index: i + 1, count }));

describe('all shards together', () => {
  let compared = 0;
  for (const [name, ...without] of [
    ...(LONG ? scenarioNames() : ['last-page']).map((one) => [one]),
    ['rebind-while-accessing', 'lock-around-op'],
    ...(LONG ? [['activate-while-rebinding', 'op-lock-on-activate']] : []),
  ]) {
    it(`see all states and find what one search finds: ${[name, ...without].join(' without ')}`, () => {
      const scenario = loadScenario(name);
      const model = kernel(scenario.kernel ?? '7.2', [], without);
      const world = new DriverWorld(scenario, model, INVARIANTS);
      const all = search(world, [new DepthFirst({ hashing: true })]);
      if (all === null) return;
      compared++;
      for (const count of LONG ? [8] : [3]) {
        const shards = search(world, shardsOf(count));
        expect(shards?.findings).toEqual(all.findings);
        expect(shards?.accepted).toEqual(all.accepted);
        expect(difference(shards?.states ?? new Set(), all.states)).toBe(0);
      }
    });
  }
  const long = LONG ? it : () => {};
  long('take no more than 1.3 times the steps of one search, eight of them', () => {
    const scenario = loadScenario('fault-while-rebinding');
    const world = new DriverWorld(scenario, kernel('7.2'), scenario.check);
    const steps = (strategy: Contexts.Strategy): number => {
      const context = new Context(world, { states: 1e6, seconds: 600, memory: 2 ** 33 });
      expect(strategy.search(context)).toBe('exhausted');
      return context.stats.steps;
    };
    const one = steps(new DepthFirst({ hashing: true }));
    expect(shardsOf(8).reduce((sum, shard) => sum + steps(shard), 0)).toBeLessThan(1.3 * one);
  });
  it('were compared', () => expect(compared).toBeGreaterThan(LONG ? 60 : 1));
});
