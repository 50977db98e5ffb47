import { describe, expect, it } from 'vitest';
import { StateTable } from '../../src/explore/search/state-table.ts';
import { WorkQueue } from '../../src/explore/search/work-queue.ts';
import { DriverWorld, explore, kernel, loadScenario, searchInParallel } from './interleaved.ts';

const budget = { states: 100_000, seconds: 60, memory: 4 * 2 ** 30 };

describe('a search by several threads', () => {
  it('sees exactly the states that one thread sees', async () => {
    const scenario = loadScenario('reset-while-rebinding');
    const world = new DriverWorld(scenario, kernel('7.2'), scenario.check);
    const { states } = explore(world, { budget }).stats;
    for (const jobs of [1, 3]) {
      const options = { jobs, budget };
      const result = await searchInParallel(scenario, kernel('7.2'), scenario.check, options);
      expect(result.outcome).toBe('exhausted');
      expect(result.stats.states).toBe(states);
    }
  });

  it('finds what one thread finds', async () => {
    const scenario = loadScenario('reset-while-sync-binding');
    const options = { jobs: 2, budget, further: 100_000 };
    const { outcome, findings } = await searchInParallel(scenario, kernel('7.2'), scenario.check, options);
    expect(outcome).toBe('found');
    const broken = new Set(findings.map((finding) => finding.violation.invariant));
    expect([...broken].sort()).toEqual(['deadlock', 'lock-agreement']);
  });

  it('ends at its budget without calling that everything', async () => {
    const scenario = loadScenario('fault-while-rebinding');
    const options = { jobs: 2, budget: { ...budget, states: 100 } };
    const { outcome } = await searchInParallel(scenario, kernel('7.2'), scenario.check, options);
    expect(outcome).toBe('budget');
  });
}, 120_000);

describe('the table of states', () => {
  for (const [name, make] of [
    ['of one thread', () => StateTable.create(5_000)],
    ['of several', () => StateTable.share(StateTable.allocateShared(5_000))],
  ] as const) {
    it(`${name} knows what it has seen, how to get there, and when it is full`, () => {
      const table = make();
      for (let i = 0; i < 5_000; i++) expect(table.insert(i + 1, (i % 7) + 1, i - 1, i & 255)).toBe(i);
      for (let i = 0; i < 5_000; i += 13) {
        expect(table.insert(i + 1, (i % 7) + 1, 0, 0)).toBe(-1);
        expect(table.matches(i, i + 1, (i % 7) + 1)).toBe(true);
        expect(table.matches(i, i + 2, (i % 7) + 1)).toBe(false);
      }
      expect(table.insert(77, 77, 0, 0)).toBe(-2);
      const schedule = new Uint8Array(5_000);
      expect(table.schedule(300, schedule)).toBe(300);
      expect(Array.from(schedule.subarray(0, 3))).toEqual([1, 2, 3]);
    });
  }
});

describe('the queue of work', () => {
  it('hands out what was put in, in order, and says when it is full', () => {
    const queue = WorkQueue.create(2, 2);
    expect(queue.put(Uint8Array.of(1, 2, 3), 2)).toBe(true);
    expect(queue.put(Uint8Array.of(4), 1)).toBe(true);
    expect(queue.put(Uint8Array.of(5), 1)).toBe(false);
    expect(queue.next()).toEqual(Uint8Array.of(1, 2));
    expect(queue.put(Uint8Array.of(5), 1)).toBe(true);
    expect(queue.next()).toEqual(Uint8Array.of(4));
    expect(queue.next()).toEqual(Uint8Array.of(5));
  });

  it('is at its end when no thread has work', () => {
    const queue = WorkQueue.create(1, 2);
    expect(queue.next()).toBeNull();
    expect(queue.stopped).toBe(true);
  });
});
