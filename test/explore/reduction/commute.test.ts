import { describe, expect, it } from 'vitest';
import { Rng } from '../../../src/explore/search/rng.ts';
import { type NotedWorld, type Step, threadOf } from '../../../src/explore/search/world.ts';
import { AccessSet, clash } from '../../../src/explore/state/access-set.ts';
import { LONG, sampled } from '../../tooling/long.ts';
import { DriverWorld, INVARIANTS, kernel, loadScenario, scenarioNames } from '../interleaved.ts';

const lanes = new Int32Array(2);
const buffer = new Uint8Array(256);
const enabled = (world: NotedWorld): Step[] => Array.from(buffer.subarray(0, world.enabled(buffer)));

/** Two steps one after the other: what each touches, and all that is seen of the state they lead to. */
function both(world: NotedWorld, first: Step, second: Step): { one: AccessSet; two: AccessSet; end: string } {
  const one = new AccessSet();
  const two = new AccessSet();
  try {
    world.noteGuard(threadOf(first), one);
    world.note(one);
    world.step(first);
    world.noteGuard(threadOf(second), two);
    if (!enabled(world).includes(second)) return { one, two, end: 'cannot go on' };
    world.note(two);
    world.step(second);
  } catch (error) {
    if ((error as Error).name !== 'Violation') throw error;
    return { one, two, end: (error as Error).message };
  } finally {
    world.note(null);
  }
  world.fingerprint(lanes);
  const wrong = new Set<string>();
  world.check(({ message }) => wrong.add(message));
  return { one, two, end: [...lanes, ...enabled(world), ...[...wrong].sort()].join() };
}

describe('steps that touch nothing of each other', () => {
  let independent = 0;
  for (const [name, remembers] of sampled(scenarioNames(), 40).flatMap((one) => [
    [one, false] as const,
    [one, true] as const,
  ])) {
    it(`lead to the same in both orders, and touch the same, in ${name}${remembers ? ', remembered' : ''}`, () => {
      const scenario = loadScenario(name);
      const driver = new DriverWorld(scenario, kernel(scenario.kernel ?? '7.2'), INVARIANTS);
      const world = remembers ? (driver.memoized() as NotedWorld) : driver;
      for (let seed = 1; seed <= (LONG ? 10 : 1); seed++) {
        const rng = new Rng(seed);
        const schedule: Step[] = [];
        world.reset();
        for (let steps = enabled(world); steps.length > 0; steps = enabled(world)) {
          const first = steps[rng.below(steps.length)];
          const others = steps.filter((step) => threadOf(step) !== threadOf(first));
          if (others.length > 0) {
            const second = others[rng.below(others.length)];
            const there = both(world, first, second);
            world.goTo(schedule, schedule.length);
            const back = both(world, second, first);
            world.goTo(schedule, schedule.length);
            // What depends on the other does so in either order.
            expect(clash(back.one, back.two)).toBe(clash(there.one, there.two));
            if (!clash(there.one, there.two)) {
              independent++;
              expect(back.end).toBe(there.end);
            }
          }
          schedule.push(steps[rng.below(steps.length)]);
          try {
            world.step(schedule[schedule.length - 1]);
          } catch (error) {
            if ((error as Error).name !== 'Violation') throw error;
            break;
          }
          if (schedule.length > 300) break;
        }
      }
    });
  }
  it('are most', () => expect(independent).toBeGreaterThan(LONG ? 1000 : 10));
});
