/** The table of docs/explore.md: each behaviour of the kernels makes a difference in some scenario, or it says why in none. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BEHAVIOUR_KEYS, BEHAVIOURS } from '../../src/driver/kernels.ts';
import { sampled } from '../tooling/long.ts';
import { DriverWorld, explore, INVARIANTS, kernel, loadScenario } from './interleaved.ts';

const document = readFileSync(resolve(import.meta.dirname, '../../docs/explore.md'), 'utf8');
const section = document.split('## What each behaviour changes')[1].split('\n## ')[0];
const cells = section
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.slice(2, -2).split(' | '));
const rows = cells.filter((row) => row.length === 4);
const reasons = cells.filter((row) => row.length === 2);
const namesIn = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1]);

/** What a cell of the table says of a scenario: its verdict of all invariants, or what one call returns. */
function outcome(
  cell: string,
  scenarioName: string,
  kernelName: string,
  switches: readonly string[],
): string {
  const list = (sign: string) => switches.filter((one) => one[0] === sign).map((one) => one.slice(1));
  const scenario = loadScenario(scenarioName);
  const world = new DriverWorld(scenario, kernel(kernelName, list('+'), list('-')), INVARIANTS);
  const { verdict, findings } = explore(world, {
    budget: { states: 100_000, seconds: 120, memory: 4 * 2 ** 30 },
    accept: scenario.accept,
    further: Number.POSITIVE_INFINITY,
    shorten: false,
  });
  const asked = /^`(.*)` gives /.exec(cell)?.[1];
  if (asked !== undefined) {
    const call = world.harness.coverage.report().calls.find((one) => one.call === asked);
    return `\`${asked}\` gives ${call?.results.join(', ')}`;
  }
  const broken = [...new Set(findings.map(({ violation }) => violation.invariant))].sort();
  return broken.length === 0 ? verdict : `${verdict}: ${broken.join(', ')}`;
}

describe('every behaviour of the kernels', () => {
  it('is in the table of docs/explore.md, once, or among those that no scenario switches', () => {
    const named = [...rows, ...reasons].flatMap(([cell]) => namesIn(cell));
    expect(named.sort()).toEqual(BEHAVIOUR_KEYS.map((key) => BEHAVIOURS[key].name).sort());
    for (const [, , with_, without] of rows) expect(with_).not.toBe(without);
    expect(reasons.flatMap(([cell]) => namesIn(cell)).length).toBeLessThanOrEqual(12);
  });

  for (const [name, where, with_, without] of sampled(rows, 12)) {
    it(`${name} makes a difference to ${where}`, () => {
      const [, scenario, kernelName, more] = /^(\S+), (\S+)(.*)$/.exec(where) as RegExpExecArray;
      const others = [...more.matchAll(/(with|without) (\S+)/g)].map(
        ([, sign, one]) => `${sign === 'with' ? '+' : '-'}${one}`,
      );
      const [behaviour] = namesIn(name);
      expect(outcome(with_, scenario, kernelName, [...others, `+${behaviour}`])).toBe(with_);
      expect(outcome(without, scenario, kernelName, [...others, `-${behaviour}`])).toBe(without);
    });
  }
});
