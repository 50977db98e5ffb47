import { describe, expect, it } from 'vitest';
import { Rng } from '../../../src/explore/search/rng.ts';
import { LONG, sampled, WHOLE } from '../../tooling/long.ts';
import { DriverWorld, INVARIANTS, kernel, loadScenario, scenarioNames, tracker } from '../interleaved.ts';

/** Random schedules of each scenario and kernel. */
const SEEDS = WHOLE ? 4 : LONG ? 2 : 1;

/** A random schedule, `visit` called in every state; returns the fingerprints on the way. */
function walk(world: InstanceType<typeof DriverWorld>, seed: number, visit: () => void): string[] {
  const rng = new Rng(seed);
  const steps = new Uint8Array(256);
  const lanes = new Int32Array(2);
  const seen: string[] = [];
  world.reset();
  for (let depth = 0; depth < 300; depth++) {
    world.fingerprint(lanes);
    seen.push(lanes.join());
    visit();
    const n = world.enabled(steps);
    if (n === 0) break;
    try {
      world.step(steps[rng.below(n)]);
    } catch (error) {
      if ((error as Error).name !== 'Violation') throw error;
      break;
    }
  }
  return seen;
}

describe('how interleaved code tracks its state', () => {
  tracker.rememberObjects();

  for (const name of sampled(scenarioNames(), 10)) {
    it(`misses no write in ${name}, and is the same each time a schedule is run`, () => {
      for (const kernelName of ['6.12', '7.2']) {
        const scenario = loadScenario(name);
        if (scenario.kernel !== null && kernelName !== '7.2') continue;
        const world = new DriverWorld(scenario, kernel(scenario.kernel ?? kernelName), INVARIANTS);
        for (let seed = 1; seed <= SEEDS; seed++) {
          const first = walk(world, seed, () => expect(tracker.audit()).toBe(true));
          expect(walk(world, seed, () => {})).toEqual(first);
        }
      }
    });
  }
});
