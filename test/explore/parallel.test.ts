import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { allocateShared } from '../../src/explore/search/shared-table.ts';
import { NO_ROOM, StateTable } from '../../src/explore/search/state-table.ts';
import { WorkQueue } from '../../src/explore/search/work-queue.ts';
import { kernel, loadScenario, searchInParallel } from './interleaved.ts';

const budget = { states: 100_000, seconds: 60, memory: 4 * 2 ** 30 };

describe('a search by several threads', () => {
  for (const scenario of ['reset-while-rebinding', 'reset-while-sync-binding']) {
    it(`sees of ${scenario} exactly what one thread sees`, () => {
      const script = resolve(import.meta.dirname, 'search-by-threads.mjs');
      const said = execFileSync(process.execPath, [script, scenario, '3', '0'], { encoding: 'utf8' });
      const { several, one } = JSON.parse(said) as Record<string, Record<string, unknown>>;
      const { joined, steps, ...seen } = several;
      expect(one).toMatchObject(seen);
      expect(one.joined).toBe(1);
      expect(joined).toBeGreaterThan(1);
      // Schedules that are handed over are run again.
      expect(steps).toBeLessThan((one.steps as number) * 1.1);
    });
  }

  it('ends at its budget without calling that everything', async () => {
    const scenario = loadScenario('fault-while-rebinding');
    const options = { jobs: 2, budget: { ...budget, states: 100 } };
    const { outcome } = await searchInParallel(scenario, kernel('7.2'), scenario.check, options);
    expect(outcome).toBe('budget');
  });
}, 120_000);

describe('the table of states', () => {
  it('knows what it has seen, how to get there, and when it is full', () => {
    const table = StateTable.create(5_000);
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

  for (const [name, make] of [
    ['one thread', () => StateTable.create(5_000)],
    ['several', () => StateTable.share(allocateShared(5_000))],
    [
      'one thread, and then of several',
      () => {
        const table = StateTable.create(5_000);
        for (let i = 0; i < 3_000; i++) table.enter(i + 1, (i % 7) + 1);
        table.moveTo(allocateShared(5_000));
        return table;
      },
    ],
  ] as const) {
    it(`gives numbers, of ${name}`, () => {
      const table = make();
      for (let i = table.size; i < 5_000; i++) expect(table.enter(i + 1, (i % 7) + 1)).toBe(i);
      for (let i = 0; i < 5_000; i++) expect(table.enter(i + 1, (i % 7) + 1)).toBe(~i);
      for (let i = 0; i < 5_000; i += 13) expect(table.find(i + 1, (i % 7) + 1)).toBe(i);
      expect(table.find(77, 77)).toBe(-1);
      expect(table.enter(77, 77)).toBe(NO_ROOM);
      expect(table.size).toBe(5_000);
    });
  }

  it('gives each state one number, while threads enter the same ones and it grows', async () => {
    const buffers = allocateShared(60_000);
    const workers = [1, 2, 3].map(
      (seed) =>
        new Worker(resolve(import.meta.dirname, 'enter-states.mjs'), {
          workerData: { buffers, seed, states: 50_000 },
        }),
    );
    const numbers = await Promise.all(
      workers.map(
        (worker) =>
          new Promise<Int32Array>((done, failed) => worker.once('message', done).once('error', failed)),
      ),
    );
    for (const others of numbers.slice(1)) expect(others).toEqual(numbers[0]);
    expect([...numbers[0]].sort((a, b) => a - b)).toEqual(Array.from({ length: 50_000 }, (_, i) => i));
  });
});

describe('the queue of work', () => {
  it('hands out what was put in, in order, and says when it is full', () => {
    const queue = WorkQueue.create(2);
    expect(queue.put(Uint8Array.of(1, 2, 3), 2)).toBe(true);
    expect(queue.put(Uint8Array.of(4), 1)).toBe(true);
    expect(queue.put(Uint8Array.of(5), 1)).toBe(false);
    expect(queue.next()).toEqual(Uint8Array.of(1, 2));
    expect(queue.put(Uint8Array.of(5), 1)).toBe(true);
    expect(queue.next()).toEqual(Uint8Array.of(4));
    expect(queue.next()).toEqual(Uint8Array.of(5));
  });

  it('is at its end when no thread has work', () => {
    const queue = WorkQueue.create(2);
    expect(queue.join()).toBe(true);
    expect(queue.next()).toBeNull();
    expect(queue.join()).toBe(false);
    expect(queue.stopped).toBe(true);
  });
});
