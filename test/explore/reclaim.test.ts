/** Memory pressure in scenarios: the driver's own reclaim, and what would be seen if it were wrong. */
import { describe, expect, it } from 'vitest';
import { LONG, sampled } from '../tooling/long.ts';
import { verdictOf } from './interleaved.ts';
import { type Bug, explored } from './mutant.ts';

const RECLAIM = 'src/driver/mmu/vm-reclaim.ts';

const scenarios = [
  'evicted-and-unmapped',
  'reclaim-and-close-file',
  'reclaim-and-reset',
  'reclaim-and-return',
  'reclaim-beside-fault',
  'reclaim-shared',
  'reclaim-sparse',
  'reclaim-while-binding',
  'reclaim-while-queued',
  'reclaim-while-suspending',
  'reclaim-while-unplugging',
  'restore-fails',
];

const kernels = LONG ? ['7.2', '7.3'] : ['7.3'];

describe('reclaim', () => {
  for (const scenario of scenarios) {
    it(`${scenario}: holds on ${kernels.join(' and ')}`, () => {
      for (const kernel of kernels) expect(verdictOf(scenario, kernel)).toBe('holds');
    });
  }

  it('does not exist before 7.2: a scenario about it says so', () => {
    expect(verdictOf('reclaim-and-return', '7.1')).toBe('vacuous');
  });

  const bugs: [name: string, change: [from: string, to: string], scenario: string, found: string][] = [
    [
      'a submission that brings nothing back',
      ['while (vmas.evictedCount > 0 && ret === 0)', 'while (false)'],
      'reclaim-and-return',
      'atomic',
    ],
    [
      'a shrinker that does not look at fences',
      ['vm.resv.unsignaled > 0 || ', ''],
      'reclaim-and-return',
      'atomic',
    ],
    [
      'a shrinker that leaves its region locked',
      [
        '      yield* unlockRegion(vm);\n      vm.vmas.setEvicted(id, true);',
        '      vm.vmas.setEvicted(id, true);',
      ],
      'reclaim-while-binding',
      'lock-agreement',
    ],
    [
      'a shrinker that unmaps without a lock',
      ['ret = yield* lockRegion(vm, va, range);\n      if (ret !== 0) break;', ''],
      'reclaim-while-binding',
      'outside-locked-region',
    ],
    [
      'a shrinker that leaves the pages mapped',
      ['yield* unmapPages(vm, va, range);', ''],
      'reclaim-and-return',
      'kernel-warning',
    ],
  ];
  for (const [name, change, scenario, found] of sampled(bugs, 4)) {
    it(`shows ${name} (${scenario}: ${found})`, async () => {
      const bug: Bug = { file: RECLAIM, changes: [change] };
      expect(verdictOf(scenario, '7.2', [], [found])).toBe('holds');
      expect(await explored(bug, scenario, '7.2', [found])).toEqual([found]);
    });
  }
});
