import { describe, expect, it } from 'vitest';
import {
  contradictionIn,
  DriverWorld,
  explore,
  INVARIANTS,
  kernel,
  loadScenario,
  scenarioNames,
} from '../interleaved.ts';

/** Steps over all scenarios together; the slow stage takes a million. */
const STEPS = Number(process.env.PANTHOR_SHIM_WALK ?? 20_000);
const budget = { states: 20_000, seconds: 60, memory: 4 * 2 ** 30 };

describe('a fingerprint determines what follows', () => {
  const names = scenarioNames();
  const each = Math.ceil(STEPS / names.length / 2);
  for (const name of names) {
    it(`in ${each} steps of random schedules of ${name} on 7.2 and 6.12`, { timeout: 3_600_000 }, () => {
      const scenario = loadScenario(name);
      for (const kernelName of ['7.2', scenario.kernel ?? '6.12']) {
        const world = new DriverWorld(scenario, kernel(kernelName), INVARIANTS);
        expect(contradictionIn(world, each, 1)).toBeNull();
      }
    });
  }
});

describe('two explorations in one process', () => {
  it('do not disturb each other, one after the other and taking turns', () => {
    const world = (name: string) => {
      const scenario = loadScenario(name);
      return new DriverWorld(scenario, kernel('7.2'), scenario.check);
    };
    const names = ['ioctls-while-destroying', 'rebind-while-accessing', 'two-submitters'];
    const alone = names.map((name) => explore(world(name), { budget }).stats.states);
    const worlds = names.map(world);
    for (let round = 0; round < 3; round++) {
      expect(worlds.map((one) => explore(one, { budget }).stats.states)).toEqual(alone);
    }
  });
});
