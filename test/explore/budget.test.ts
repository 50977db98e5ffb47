/** `--budget`: a limit for all the searches of a verdict together. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { DriverWorld, explore, kernel, loadScenario, searchInParallel } from './interleaved.ts';

const memory = 4 * 2 ** 30;

function world(name: string, invariants?: readonly string[], without: readonly string[] = []) {
  const scenario = loadScenario(name);
  return new DriverWorld(scenario, kernel('7.2', [], without), invariants ?? scenario.check);
}

/** Milliseconds that pass on the tests' clock with each look at it, so that no machine is too slow for them. */
const LOOK = 4;

function slowClock(): () => number {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => (now += LOOK));
  return () => now;
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('a budget of states', () => {
  /** A verdict, and how often its searches entered a state that they had not seen. */
  function entered(states: number, name: string, without: readonly string[] = []) {
    const one = world(name, undefined, without);
    const visited = vi.spyOn(one, 'visited');
    const result = explore(one, { budget: { states, seconds: 60, memory } });
    return { result, count: visited.mock.calls.length };
  }

  it('ends every search together, and the verdict is bounded', () => {
    for (const states of [1, 300]) {
      const { result, count } = entered(states, 'fault-while-rebinding');
      expect(result.verdict).toBe('bounded');
      expect(result.stats.states).toBe(states);
      expect(result.by).toBe('no violation within the budget by exhaustive search');
      expect(count).toBe(states);
    }
  });

  it('is shared with the search for the shortest schedule', () => {
    for (const states of [12, 60, 100]) {
      const { result, count } = entered(states, 'rebind-while-accessing', ['lock-around-op']);
      expect(result.verdict).toBe('violated');
      expect(count).toBeLessThanOrEqual(states);
    }
  });

  it('holds for several threads', async () => {
    const scenario = loadScenario('fault-while-rebinding');
    const { outcome, stats } = await searchInParallel(scenario, kernel('7.2'), scenario.check, {
      jobs: 2,
      budget: { states: 300, seconds: 60, memory },
    });
    expect(outcome).toBe('budget');
    expect(stats.states).toBeLessThanOrEqual(300);
  });
});

describe('a budget of seconds', () => {
  it('ends every search together, and the verdict is bounded', () => {
    for (const seconds of [0, 0.1]) {
      const now = slowClock();
      const one = world('fault-while-rebinding');
      const begun = now();
      const { verdict } = explore(one, { budget: { states: 10_000_000, seconds, memory } });
      expect(verdict).toBe('bounded');
      expect(now() - begun).toBeLessThanOrEqual(1000 * seconds + 20 * LOOK);
      vi.restoreAllMocks();
    }
  });

  it('leaves a part of the time to other orders than depth first', () => {
    slowClock();
    const { by } = explore(world('fault-while-rebinding'), {
      budget: { states: 10_000_000, seconds: 0.5, memory },
    });
    expect(by).toContain('by exhaustive search; delay bound 0');
  });
});
