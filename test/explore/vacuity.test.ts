import { describe, expect, it } from 'vitest';
import { DriverWorld, explore, kernel, parseScenario, verdictOf, withCoverage } from './interleaved.ts';

const budget = { states: 200_000, seconds: 60, memory: 4 * 2 ** 30 };

function answer(text: string, kernelName = '7.2') {
  const scenario = parseScenario(text, 'x');
  const world = new DriverWorld(scenario, kernel(kernelName), scenario.check);
  return withCoverage(world, explore(world, { budget }), world.harness.coverage.report());
}

const head = `check atomic
object bo 8K
vm A
  map bo at 0x10000000
  activate
vm B
  map bo at 0x10000000
`;

describe('a verdict says what happened', () => {
  it('counts states and results of each call, and what was waited for', () => {
    const { verdict, coverage } = answer(
      `${head}thread t\n unmap A at 0x10000000 size 8K\nthread gpu\n read A 0x10000000\n`,
    );
    expect(verdict).toBe('holds');
    expect(coverage.calls).toMatchObject([
      { thread: 't', line: 9, results: ['0'] },
      { thread: 'gpu', line: 11, results: ['done', 'faulted'] },
    ]);
    for (const { states } of coverage.calls) expect(states).toBeGreaterThan(0);
    expect(coverage.waitedAtLock).toBeGreaterThan(0);
    expect(coverage.devEnterFailed).toBe(0);
  });

  it('counts a drm_dev_enter() that failed before a synchronous call began', () => {
    const { coverage } = answer(`${head}thread t\n map A bo at 0x10000000\nthread u\n unplug\n`);
    expect(coverage.calls[0].results).toEqual(['-ENODEV', '0']);
    expect(coverage.devEnterFailed).toBeGreaterThan(0);
  });

  it('counts stale translations that answered, on a kernel that leaves them', () => {
    const text = `${head}thread t\n unmap A at 0x10000000 size 8K\nthread gpu\n read A 0x10000000\n read A 0x10000000\n`;
    const scenario = parseScenario(text.replace('check atomic', 'check activation'), 'x');
    const world = new DriverWorld(scenario, kernel('7.2', [], ['lock-around-op']), scenario.check);
    explore(world, { budget });
    expect(world.harness.coverage.report().staleTlb).toBeGreaterThan(0);
  });
});

describe('a verdict is vacuous', () => {
  it('where all that is checked is about accesses, and no thread makes one', () => {
    const { verdict, empty } = answer(`${head}thread t\n unmap A at 0x10000000 size 8K\n`);
    expect(verdict).toBe('vacuous');
    expect(empty).toEqual(['no thread accesses memory, and nothing else could break atomic']);
    const more = head.replace('check atomic', 'check atomic lock-agreement');
    expect(answer(`${more}thread t\n unmap A at 0x10000000 size 8K\n`).verdict).toBe('holds');
    expect(answer(`${head}thread t\n kill A 0x10000000\n`).empty).toEqual([]);
  });

  it('where no schedule reaches a call', () => {
    const { verdict, empty } = answer(`${head}thread t\n activate B\n read B 0x10000000\n`);
    expect(verdict).toBe('vacuous');
    expect(empty).toEqual([
      "t: 'activate B' (line 9) is reached by no schedule",
      "t: 'read B 0x10000000' (line 10) is reached by no schedule",
    ]);
  });

  it('where a call fails in every schedule', () => {
    const locks = head.replace('atomic', 'lock-agreement');
    const { verdict, empty } = answer(`${locks}thread t\n sparse A at 0x10000000 size 2M\n`, '6.12');
    expect(verdict).toBe('vacuous');
    expect(empty).toEqual(["t: 'sparse A at 0x10000000 size 2M' (line 9) fails in every schedule: -EINVAL"]);
  });

  it('where an access finds no group on the GPU', () => {
    expect(answer(`${head}thread t\n read B 0x10000000\n`).empty).toEqual([
      "t: 'read B 0x10000000' (line 9) fails in every schedule: not on the GPU",
    ]);
  });

  it('where what it expects never happens', () => {
    const text = `${head}thread t\n map A bo at 0x20000000\nthread gpu\n read A 0x10000000\n`;
    const { verdict, empty } = answer(`expect access-waits\n${text}`);
    expect(verdict).toBe('vacuous');
    expect(empty).toEqual(['no access waits at a locked region, which the scenario expects']);
    expect(answer(`expect access-waits\n${text.replace('0x20000000', '0x10000000')}`).verdict).toBe('holds');
  });

  it('not where the call is only tried', () => {
    const text = `${head.replace('atomic', 'lock-agreement')}thread t\n try sparse A at 0x10000000 size 2M\n`;
    expect(answer(text, '6.12').verdict).toBe('holds');
    expect(answer(text.replace('try ', ''), '6.12').verdict).toBe('vacuous');
  });

  it('not where the scenario itself lets the call fail', () => {
    expect(verdictOf('lock-times-out', '7.2')).toBe('holds');
  });
});

describe('a group that was there from the start', () => {
  it('goes off the GPU where its VM is idled', () => {
    const { coverage, verdict } = answer(`${head}thread t\n idle A\n activate B\n read B 0x10000000\n`);
    expect(verdict).toBe('holds');
    expect(coverage.calls.map(({ results }) => results)).toEqual([['0'], ['0'], ['done']]);
  });
});
