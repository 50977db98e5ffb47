import { describe, expect, it } from 'vitest';
import { Rng } from '../../../src/explore/search/rng.ts';
import { LONG, sampled, WHOLE } from '../../tooling/long.ts';
import { DriverWorld, INVARIANTS, kernel, loadScenario, scenarioNames, tracker } from '../interleaved.ts';

type World = InstanceType<typeof DriverWorld>;

const lanes = new Int32Array(2);
const steps = new Uint8Array(256);

/** All that a search sees of a state: its fingerprint, and what every thread does next. */
function seen(world: World): string {
  world.fingerprint(lanes);
  const n = world.enabled(steps);
  const threads = world.threads.map(({ point }) => (typeof point === 'string' ? point : point?.label));
  return [...lanes, ...steps.subarray(0, n), ...threads].join();
}

/** One more step of `schedule`, a random one; false at the end, and where something breaks. */
function further(world: World, schedule: number[], rng: Rng): boolean {
  const n = world.enabled(steps);
  if (n === 0) return false;
  schedule.push(steps[rng.below(n)]);
  try {
    world.step(schedule[schedule.length - 1]);
  } catch (error) {
    if ((error as Error).name !== 'Violation') throw error;
    return false;
  }
  return true;
}

describe('steps are undone', () => {
  tracker.rememberObjects();

  for (const name of sampled(scenarioNames(), 12)) {
    it(`in ${name}: the state, and all that follows from it, is what it was`, () => {
      for (const kernelName of WHOLE ? ['6.12', '7.2', '7.3'] : ['7.2']) {
        const scenario = loadScenario(name);
        if (scenario.kernel !== null && kernelName !== '7.2') continue;
        const world = new DriverWorld(scenario, kernel(scenario.kernel ?? kernelName), INVARIANTS);
        const rng = new Rng(7);
        world.reset();
        let schedule: number[] = [];
        /** What was seen after the first steps of the schedule, 0 and more of them. */
        let states = [seen(world)];
        for (let round = 0; round < (LONG ? 4 : 8); round++) {
          for (let i = rng.below(40); i > 0 && further(world, schedule, rng); i--) {
            states.push(seen(world));
            expect(tracker.audit()).toBe(true);
          }
          const length = rng.below(states.length);
          world.goTo(schedule, length);
          schedule = schedule.slice(0, length);
          states = states.slice(0, length + 1);
          expect(seen(world)).toBe(states[length]);
          expect(tracker.audit()).toBe(true);
        }
        // From the start, and by undoing: the same at every place.
        world.goTo(schedule, 0);
        for (const [length, state] of states.entries()) {
          expect(seen(world)).toBe(state);
          if (length < schedule.length) world.step(schedule[length]);
        }
        world.reset();
        for (const [length, state] of states.entries()) {
          expect(seen(world)).toBe(state);
          if (length < schedule.length) world.step(schedule[length]);
        }
      }
    });
  }
});
