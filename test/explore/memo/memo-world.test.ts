import { describe, expect, it } from 'vitest';
import { MemoWorld } from '../../../dist/interleaved/src/explore/memo/memo-world.js';
import { DepthFirst } from '../../../dist/interleaved/src/explore/search/depth-first.js';
import { Context } from '../../../dist/interleaved/src/explore/search/search.js';
import { LONG, sampled } from '../../tooling/long.ts';
import { DriverWorld, INVARIANTS, kernel, loadScenario, scenarioNames } from '../interleaved.ts';

type World = InstanceType<typeof DriverWorld>;

const budget = { states: LONG ? 100_000 : 700, seconds: 600, memory: 2 ** 40 };

/** All that a depth-first search sees of a world, by the world itself or by one that remembers. */
function seen(world: World, memo: MemoWorld | null) {
  const searched = memo ?? Object.assign(world, { memoized: () => world });
  const context = new Context(searched, budget, { further: Number.POSITIVE_INFINITY });
  const outcome = new DepthFirst({ hashing: true }).search(context);
  const { states, schedules, steps, depth } = context.stats;
  return {
    ...{ outcome, states, depth },
    transitions: memo === null ? 0 : steps - schedules,
    findings: [...context.findings].map(([key, { schedule }]) => `${key} ${schedule}`),
    calls: world.harness.coverage.report().calls,
    waits: world.harness.coverage.report().waitedAtLock,
  };
}

/** What breaks in these is seen where nothing goes on any more, and not at each such place. */
const ENDS = ['flush-times-out', 'ioctls-while-destroying'];

describe('a world that remembers its steps', () => {
  for (const name of new Set([...sampled(scenarioNames(), 14), ...ENDS])) {
    it(`is the world itself in ${name}, step for step`, () => {
      const scenario = loadScenario(name);
      const make = () => new DriverWorld(scenario, kernel(scenario.kernel ?? '7.2'), INVARIANTS);
      const plain = seen(make(), null);
      const world = make();
      // Each step that is looked up is compared with the one that the driver takes.
      const memo = new MemoWorld(world, 1);
      const compared = seen(world, memo);
      expect({ ...compared, transitions: 0 }).toEqual(plain);
      // Where none is compared, a step that leads to a state which was seen is not taken at all.
      const other = make();
      expect(seen(other, new MemoWorld(other, 2 ** 30))).toEqual(compared);
    });
  }

  it('takes few steps for real', () => {
    const world = new DriverWorld(loadScenario('fault-while-rebinding'), kernel('7.2'), ['atomic']);
    const memo = new MemoWorld(world);
    const { states } = seen(world, memo);
    expect(states).toBeGreaterThanOrEqual(700);
    expect(memo.noted.steps).toBeLessThan(200);
  });

  it('notices that the driver does something else for the same reasons', () => {
    const world = new DriverWorld(loadScenario('two-binders'), kernel('7.2'), ['atomic']);
    const { step } = Object.getPrototypeOf(world);
    let steps = 0;
    // What no state holds decides: how many steps were taken so far.
    world.step = (which) => {
      if (++steps > 150) world.harness.reportViolation('atomic', 'out of the blue');
      step.call(world, which);
    };
    expect(() => seen(world, new MemoWorld(world, 1))).toThrow(/led to another state|missed a read/);
  });
});
