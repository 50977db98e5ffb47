import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sampled } from '../tooling/long.ts';
import { INVARIANTS, verdictOf } from './interleaved.ts';
import { MUTANTS } from './mutations/list.mjs';
import { changeOf } from './mutations/place.mjs';

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

  for (const { scenario, kernel, switches, invariants, verdict } of sampled(claims, 6)) {
    it(`is right about ${[scenario, kernel, ...switches, ...(invariants ?? [])].join(' ')}: ${verdict}`, () => {
      const answer = verdictOf(scenario, kernel, switches, invariants);
      // The document may name one invariant of several that break.
      expect(verdict === 'holds' ? answer : answer.split(',')[0]).toBe(verdict.split(',')[0]);
    });
  }
});

const history = readFileSync(resolve(import.meta.dirname, '../../docs/history.md'), 'utf8');
const fixes = history
  .split('\n')
  .filter((line) => /^\| \d+ \|/.test(line))
  .map((line) => {
    const [, , title, commit, expressible, command, found] = line.split('|').map((cell) => cell.trim());
    return { title, commit, expressible, command: command.replaceAll('`', ''), found };
  });

describe('docs/history.md', () => {
  it('has 25 fixes and more, 16 of them expressible, 14 found', () => {
    expect(fixes.length).toBeGreaterThanOrEqual(25);
    expect(fixes.filter(({ expressible }) => expressible === 'yes').length).toBeGreaterThanOrEqual(16);
    expect(
      fixes.filter(({ found }) => !['', 'no', 'not run yet'].includes(found)).length,
    ).toBeGreaterThanOrEqual(14);
    for (const { commit } of fixes) expect(commit).toMatch(/^([0-9a-f]{12}|not known)$/);
  });

  for (const { title, command, found } of sampled(fixes, 6)) {
    const asked = /^panthor-shim explore (\S+)(.*)$/.exec(command);
    if (asked === null) continue;
    const values = (option: string) =>
      [...asked[2].matchAll(new RegExp(`--${option} (\\S+)`, 'g'))].map((m) => m[1]);
    const switches = [
      ...values('with').map((one) => `+${one}`),
      ...values('without').map((one) => `-${one}`),
    ];
    it(`is right about ${title}: ${found} without it, and not with it`, () => {
      const named = values('invariant');
      const of = named.length > 0 ? named : undefined;
      expect(verdictOf(asked[1], '7.2', switches, of)).toBe(`violated: ${found}`);
      expect(verdictOf(asked[1], '7.2', [], [found])).toBe('holds');
    });
  }

  it('stands beside mutants that each have their one place', () => {
    const top = resolve(import.meta.dirname, '../..');
    for (const mutant of MUTANTS) expect(changeOf(top, mutant).text).toBeTypeOf('string');
  });

  it('names mutants that are there', () => {
    for (const { command } of fixes) {
      const name = /run\.mjs "(.*)"$/.exec(command)?.[1];
      if (name !== undefined) expect(MUTANTS.map((one) => one.name)).toContain(name);
    }
  });
});
