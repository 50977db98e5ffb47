import { describe, expect, it } from 'vitest';
import type * as Reduction from '../../../src/explore/reduction/traces.ts';
import type * as Search from '../../../src/explore/search/depth-first.ts';
import type * as Contexts from '../../../src/explore/search/search.ts';
import { LONG, WHOLE } from '../../tooling/long.ts';
import { DriverWorld, INVARIANTS, kernel, load, loadScenario, scenarioNames } from '../interleaved.ts';

const { Traces } = await load<typeof Reduction>('explore/reduction/traces.js');
const { DepthFirst } = await load<typeof Search>('explore/search/depth-first.js');
const { Context } = await load<typeof Contexts>('explore/search/search.js');

/** What is switched off or on, with a scenario that breaks by it. */
const BROKEN: readonly [scenario: string, switched: string][] = [
  ['rebind-while-accessing', 'lock-around-op'],
  ['activate-while-rebinding', 'op-lock-on-activate'],
  ['async-lock-times-out', 'record-lock-after-success'],
  ['widening-not-needed', 'record-packed-region'],
];

/** Larger spaces are left out, as are those that take minutes. */
const MOST_STATES = WHOLE ? 60_000 : LONG ? 3_000 : 1_500;

/** Where they are looked for. */
const names = scenarioNames().filter((name, i) =>
  WHOLE ? true : LONG ? i % 4 === 0 : name === 'unplug-inside-section',
);

/** Every message of a broken invariant that a search comes to; null where it is not done in time. */
function findings(name: string, without: readonly string[], traces: boolean): string[] | null {
  const scenario = loadScenario(name);
  const { check, accept } = scenario;
  const world = new DriverWorld(
    scenario,
    kernel(scenario.kernel ?? '7.2', [], without),
    LONG ? INVARIANTS : check,
  );
  const budget = { states: traces ? MOST_STATES : 1_000_000, seconds: 60, memory: 2 ** 32 };
  const context = new Context(world, budget, { further: Number.POSITIVE_INFINITY, accept });
  const strategy = traces ? new Traces() : new DepthFirst({ hashing: true });
  return strategy.search(context) === 'budget' ? null : [...context.findings.keys()].sort();
}

describe('one schedule for each trace', () => {
  let compared = 0;
  for (const name of names) {
    it(`breaks what all states break, in ${name}`, () => {
      const reduced = findings(name, [], true);
      if (reduced === null) return;
      compared++;
      expect(reduced).toEqual(findings(name, [], false));
    });
  }
  for (const [name, without] of LONG ? BROKEN : BROKEN.slice(0, 1)) {
    it(`breaks what all states break, in ${name} without ${without}`, () => {
      const reduced = findings(name, [without], true);
      const all = findings(name, [without], false);
      expect(all).not.toEqual([]);
      if (reduced === null) return;
      compared++;
      expect(reduced).toEqual(all);
    });
  }
  it('ends in some of them', () => expect(compared).toBeGreaterThan(WHOLE ? 40 : LONG ? 8 : 0));
});
