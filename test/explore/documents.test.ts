import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { INVARIANTS, verdictOf } from './interleaved.ts';

const review = readFileSync(resolve(import.meta.dirname, '../../docs/review.md'), 'utf8');

/** "    panthor-shim explore SCENARIO OPTIONS … VERDICT", a line for each kernel that it names. */
const claims = review
  .split('\n')
  .filter((line) => /^ {4}panthor-shim explore .*(holds|violated: )/.test(line))
  .flatMap((line) => {
    const [, scenario, rest, verdict] = /explore (\S+)\s+(.*?)\s*(holds|violated: .*)$/.exec(
      line,
    ) as RegExpExecArray;
    const values = (option: string) =>
      [...rest.matchAll(new RegExp(`--${option} (\\S+)`, 'g'))].flatMap((match) => match[1].split(','));
    const switches = [
      ...values('with').map((one) => `+${one}`),
      ...values('without').map((one) => `-${one}`),
    ];
    const kernels = values('kernel').flatMap((one) => one.split('|'));
    const named = values('invariant');
    return (kernels.length > 0 ? kernels : ['7.2']).map((kernel) => ({
      scenario,
      kernel,
      switches,
      invariants: named.includes('all') ? [...INVARIANTS] : named.length > 0 ? named : undefined,
      verdict,
    }));
  });

describe('docs/review.md', () => {
  it('answers with commands', () => {
    expect(claims.length).toBeGreaterThan(30);
  });

  for (const { scenario, kernel, switches, invariants, verdict } of claims) {
    it(`is right about ${[scenario, kernel, ...switches, ...(invariants ?? [])].join(' ')}: ${verdict}`, () => {
      const answer = verdictOf(scenario, kernel, switches, invariants);
      // The document may name one invariant of several that break.
      expect(verdict === 'holds' ? answer : answer.split(',')[0]).toBe(verdict.split(',')[0]);
    });
  }
});
