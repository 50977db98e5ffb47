import { describe, expect, it } from 'vitest';
import { LONG, sampled } from '../tooling/long.ts';
import { brokenIn, scenarioNames, verdictOf } from './interleaved.ts';

/** The rows of the design's table: scenario, kernel, switches, verdict. */
const rows: [string, string, string[], string][] = [
  ['rebind-while-accessing', '6.12', [], 'violated: atomic'],
  ['rebind-while-accessing', 'atomic-v4', [], 'holds'],
  ['rebind-while-accessing', '7.2', [], 'holds'],
  ['rebind-while-accessing', 'next', [], 'holds'],
  ['activate-while-rebinding', 'atomic-v4', ['+wait-after-command'], 'holds'],
  [
    'activate-while-rebinding',
    'atomic-v4',
    ['+wait-after-command', '-relock-on-activate'],
    'violated: atomic',
  ],
  ['activate-while-rebinding', '7.2', [], 'holds'],
  ['activate-while-rebinding', '7.2', ['-op-lock-on-activate'], 'violated: atomic'],
  ['evict-while-rebinding', '7.2', [], 'holds'],
  ['evict-while-rebinding', '7.2', ['-unlock-before-disable'], 'violated: lock-agreement'],
  ['lock-times-out', 'atomic-v4', [], 'violated: lock-agreement'],
  ['lock-times-out', '7.2', [], 'holds'],
  ['widening-lock-times-out', '7.2', [], 'violated: outside-locked-region'],
  ['activate-then-access', '6.12', [], 'violated: activation'],
  ['activate-then-access', 'atomic-v4', [], 'violated: activation'],
  ['activate-then-access', '7.2', [], 'holds'],
  ['activate-then-access', '7.2', ['-wait-after-command'], 'violated: activation'],
];

describe('the table of the design', () => {
  for (const [scenario, kernel, switches, verdict] of rows) {
    it(`${scenario} on ${[kernel, ...switches].join(' ')}: ${verdict}`, () => {
      expect(verdictOf(scenario, kernel, switches)).toBe(verdict);
    });
  }

  it('warns of the lock that v4 left behind when the next operation comes', () => {
    expect(verdictOf('lock-times-out', 'atomic-v4', [], ['kernel-warning'])).toBe('violated: kernel-warning');
  });

  for (const kernel of ['6.12', 'atomic-v4', '7.2', 'next']) {
    it(`an orderly unplug is never followed by a register access on ${kernel}`, () => {
      expect(verdictOf('unplug-while-rebinding', kernel)).toBe('holds');
    });

    it(`a device that is pulled out is still accessed on ${kernel}`, () => {
      expect(verdictOf('surprise-removal', kernel)).toBe('violated: register-access-while-gone');
    });
  }
});

describe('the patch "Explicit expansion of locked VM region" (docs/model-a-patch.md)', () => {
  for (const [scenario, without, with_] of [
    ['widening-lock-times-out', 'violated: outside-locked-region', 'holds'],
    ['widening-fails-halfway', 'holds', 'violated: atomic'],
    ['partial-unmap-of-block', 'holds', 'holds'],
    ['sparse-page', 'holds', 'holds'],
  ]) {
    it(`${scenario}: ${without} without it, ${with_} with it`, () => {
      expect(verdictOf(scenario, '7.2')).toBe(without);
      expect(verdictOf(scenario, '7.2', ['+explicit-expansion'])).toBe(with_);
    });
  }
});

/** What breaks on 7.2 and next as they are, of all invariants; docs/review.md argues each. */
const findings: Record<string, string[]> = {
  'ioctls-while-destroying': ['table-pages'],
  'queued-bind-while-destroying': ['table-pages'],
  'fault-and-evict': ['interrupt-masks'],
  'flush-times-out': ['recovery'],
  'flush-times-out-on-arch-14': ['recovery'],
  'flush-times-out-then-suspend': ['kernel-warning', 'recovery'],
  'lock-times-out': ['recovery'],
  'map-fails-and-object-goes': ['unusable-vm'],
  'reset-while-sync-binding': ['deadlock', 'lock-agreement', 'recovery'],
  'surprise-removal': ['register-access-while-gone'],
  'unlock-times-out': ['deadlock', 'lock-agreement', 'recovery'],
  'widening-fails-halfway': ['kernel-warning', 'outside-locked-region'],
  'widening-lock-times-out': ['kernel-warning', 'outside-locked-region'],
};

/** The newest is like 7.2 here; all of it takes minutes. */
const kernels = LONG ? ['7.2', 'next'] : ['7.2'];

describe('of all invariants, none of it vacuous,', () => {
  for (const name of sampled(scenarioNames(), 3)) {
    const expected = findings[name] ?? [];
    it(`${expected.join(' and ') || 'none'} breaks in ${name} on ${kernels.join(' and ')}`, () => {
      for (const kernel of kernels) expect(brokenIn(name, kernel)).toEqual(expected);
    });
  }
});
