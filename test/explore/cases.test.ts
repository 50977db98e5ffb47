/** Scenarios from public reports and from an audit of the explorer, each with its right answer. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LONG, sampled } from '../tooling/long.ts';

const bin = resolve(import.meta.dirname, '../../bin/panthor-shim');
const fixtures = resolve(import.meta.dirname, '../fixtures/explorer');

function explore(name: string, ...args: string[]) {
  const file = join(fixtures, `${name}.scenario`);
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [bin, 'explore', file, '--no-compare', '--json', '--jobs', '1', ...args],
    { encoding: 'utf8', maxBuffer: 2 ** 26 },
  );
  return { status, stderr, reply: status === 2 ? null : JSON.parse(stdout) };
}

const first = (reply: { verdict: string; invariant: string | null }): string =>
  reply.invariant === null ? reply.verdict : `${reply.verdict}: ${reply.invariant}`;

const answers: [scenario: string, args: string[], answer: string][] = [
  ['async-reset', [], 'holds'],
  ['activate-while-unplugging', [], 'holds'],
  ['destroy-and-evict', [], 'holds'],
  ['evict-rebind-return', [], 'holds'],
  [
    'evict-rebind-return',
    ['--invariant', 'stale-translation', '--without', 'flush-on-evict'],
    'violated: stale-translation',
  ],
  [
    'evict-rebind-return',
    ['--invariant', 'stale-translation', '--without', 'flush-by-gpu-command'],
    'violated: stale-translation',
  ],
  ['last-page', [], 'holds'],
  ['suspend-while-unplugging', [], 'holds'],
  ['suspend-beside-flush', ['--kernel', '7.2'], 'holds'],
  ['scale-2vm-1slot-2binders-2submitters', [], 'holds'],
  ['slot-never-free', [], 'vacuous'],
  ['evicted-sparse', ['--kernel', '7.2'], 'holds'],
  ['evicted-sparse', ['--kernel', '7.3'], 'holds'],
  ['reclaim-while-binding', [], 'holds'],
  ['reclaim-and-lock-times-out', [], 'holds'],
  ['unplug-beside-idle', [], 'holds'],
  ['refused-beside-bind', ['--kernel', '6.12'], 'holds'],
  ['bind-behind-a-restore', ['--kernel', '7.2'], 'holds'],
  ['refused-operation', ['--kernel', '7.2'], 'holds'],
  ['fault-beside-reset', ['--kernel', '6.12', '--invariant', 'interrupt-masks'], 'violated: interrupt-masks'],
  ['fault-beside-reset', ['--kernel', '7.2', '--invariant', 'interrupt-masks'], 'holds'],
  [
    'remove-behind-a-flush',
    ['--kernel', '7.3', '--invariant', 'register-access-while-gone'],
    'violated: register-access-while-gone',
  ],
  ['remove-behind-a-flush', ['--kernel', '6.12', '--invariant', 'register-access-while-gone'], 'holds'],
  ...['6.12', '7.3'].map((kernel): [string, string[], string] => [
    'resume-after-remove',
    ['--kernel', kernel],
    'violated: register-access-while-gone',
  ]),
  ...['6.12', 'atomic-v4', '6.18', '7.1', '7.2', '7.3'].map((kernel): [string, string[], string] => [
    'suspend-beside-reset',
    ['--kernel', kernel],
    'holds',
  ]),
];

describe('a scenario of the audit and of reports', () => {
  it('has an answer here, each of them', () => {
    const named = new Set([...answers.map(([scenario]) => scenario), 'symmetry-hides']);
    const unnamed = readdirSync(fixtures)
      .map((file) => file.replace('.scenario', ''))
      .filter((name) => !named.has(name) && !name.startsWith('scale-'));
    expect(unnamed).toEqual([]);
  });

  for (const [scenario, args, answer] of sampled(answers, 2)) {
    it(`${[scenario, ...args].join(' ')}: ${answer}`, () => {
      expect(first(explore(scenario, ...args).reply)).toBe(answer);
    });
  }

  it('symmetry-hides: refused, since a third thread tells the two apart', () => {
    const { status, stderr } = explore('symmetry-hides');
    expect(status).toBe(2);
    expect(stderr).toContain(
      "symmetry-hides:6: 'one' and 'two' are not interchangeable: 'third' treats A and B differently",
    );
  });

  it('slot-never-free: says which calls no schedule reaches, and fails with --strict', () => {
    const { status, reply } = explore('slot-never-free', '--strict');
    expect(status).toBe(1);
    expect(reply.empty[0]).toBe("client: 'activate B' (line 16) is reached by no schedule");
  });

  it('scale-…: what does not fit into the budget is bounded or violated, never holds', () => {
    const scale = readdirSync(fixtures).filter((file) => file.startsWith('scale-'));
    for (const name of sampled(scale, 3)) {
      if (name.startsWith('scale-2vm-1slot-2b')) continue;
      const { reply } = explore(
        name.replace('.scenario', ''),
        '--budget',
        LONG ? 'states=3000,seconds=2' : 'states=1000,seconds=1',
      );
      expect(['bounded', 'violated'], name).toContain(reply.verdict);
    }
  });
}, 120_000);
