import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { LONG } from '../tooling/long.ts';
import { scenarioNames } from './interleaved.ts';

const bin = resolve(import.meta.dirname, '../../bin/panthor-shim');
const directory = mkdtempSync(join(tmpdir(), 'panthor-shim-explore-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Runs the command; where an object is asked for, without the verdicts of other kernels, which take most of the time. */
function explore(...args: string[]) {
  const alone = args.includes('--json') && !args.some((arg) => arg === '--merge' || arg === '--replay');
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [bin, 'explore', ...args, ...(alone ? ['--no-compare'] : [])],
    { encoding: 'utf8' },
  );
  return { status, stdout, stderr, json: () => JSON.parse(stdout) };
}

function write(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

const mine = `about A scenario of one's own.
check atomic
object old 4K
object new 4K
vm A
  map old at 0x10000000
  activate
thread binder
  map A new at 0x10000000
thread gpu
  read A 0x10000000
`;

/** In `npm run test:slow` alone. */
const long = (name: string, run: () => void): void => {
  if (LONG) it(name, run);
};

describe('explore', () => {
  it('lists every built-in scenario with what it is about', () => {
    const { status, stdout } = explore('--list');
    expect(status).toBe(0);
    for (const name of scenarioNames())
      expect(stdout).toMatch(new RegExp(`^${name}\\n    \\w.*\\n    checks \\w`, 'm'));
  });

  it('shows the broken invariant first, a column for each thread, the state, a token, and what would help', () => {
    const { status, stdout } = explore('rebind-while-accessing', '--kernel', '6.12');
    expect(status).toBe(1);
    const lines = stdout.split('\n');
    expect(lines[0]).toMatch(/^rebind-while-accessing on 6\.12: violated/);
    expect(lines[2]).toMatch(/^atomic: read A .* sees nothing where 0x\w+ was mapped and 0x\w+ will be/);
    expect(lines[4]).toMatch(/^ +binder +gpu/);
    expect(stdout).toMatch(/^ {2}VM A: AS1, active 1, no region recorded$/m);
    expect(stdout).toMatch(/replay: panthor-shim explore --replay \S+/);
    expect(stdout).toMatch(/^ {2}atomic-v4 +holds$/m);
  });

  it('prints one JSON object that scripts rely on', () => {
    const { status, json } = explore('widening-lock-times-out', '--json');
    expect(status).toBe(1);
    const reply = json();
    expect(reply).toMatchObject({
      scenario: 'widening-lock-times-out',
      kernel: '7.2',
      verdict: 'violated',
      invariant: 'outside-locked-region',
      states: expect.any(Number),
      schedules: expect.any(Number),
      token: expect.stringMatching(/^[\w-]+$/),
    });
    expect(reply.steps[0]).toMatchObject({ thread: 'binder', action: 'VM_BIND' });
  });

  it('tries a schedule on the other kernels as long as the budget goes', () => {
    const found = JSON.parse(explore('rebind-while-accessing', '--kernel', '6.12', '--json').stdout);
    const outcomes = (...args: string[]): string[] => {
      const again = JSON.parse(explore('--replay', found.token, '--json', ...args).stdout);
      return again.elsewhere.map(({ outcome }: { outcome: string }) => outcome);
    };
    expect(new Set(outcomes('--budget', 'seconds=0'))).toEqual(
      new Set(['the budget ended before it was tried']),
    );
    expect(outcomes()).not.toContain('the budget ended before it was tried');
  });

  it('replays a token to the same violation, and refuses it on another kernel', () => {
    const found = explore('widening-lock-times-out', '--json').json();
    const again = explore('--replay', found.token, '--json');
    expect(again.status).toBe(1);
    expect(again.json()).toMatchObject({
      invariant: found.invariant,
      message: found.message,
      steps: found.steps,
    });
    for (const other of [
      ['--kernel', 'next'],
      ['--without', 'widen-lock'],
    ]) {
      const { status, stderr } = explore('--replay', found.token, ...other);
      expect(status).toBe(2);
      expect(stderr).toContain('does not fit');
    }
  });

  it('refuses the token of a scenario that has changed since', () => {
    const path = write('mine.scenario', mine);
    const { token } = explore(path, '--kernel', '6.12', '--json').json();
    expect(explore(path, '--replay', token).status).toBe(1);
    write('mine.scenario', `${mine}\n  read A 0x10000000\n`);
    expect(explore(path, '--replay', token).status).toBe(2);
    expect(explore('--replay', 'bm90IGEgdG9rZW4').status).toBe(2);
  });

  long('switches single behaviours', () => {
    expect(explore('evict-while-rebinding', '--json').json().verdict).toBe('holds');
    const broken = explore('evict-while-rebinding', '--without', 'unlock-before-disable', '--json');
    expect(broken.json()).toMatchObject({ verdict: 'violated', switched: ['-unlock-before-disable'] });
  });

  long('checks what it is asked to, and lists every invariant that breaks when asked for all', () => {
    const { violations } = explore('widening-lock-times-out', '--invariant', 'all', '--json').json();
    const broken = new Set(violations.map((one: { invariant: string }) => one.invariant));
    expect([...broken].sort()).toEqual(['kernel-warning', 'outside-locked-region']);
    // No thread of it accesses anything.
    expect(explore('widening-lock-times-out', '--invariant', 'atomic', '--json').json().verdict).toBe(
      'vacuous',
    );
    expect(explore('widening-lock-times-out', '--invariant', 'nonsense').status).toBe(2);
  });

  it('says "bounded" and exits 0 where the budget ends first', () => {
    const { status, json } = explore('fault-while-rebinding', '--budget', 'states=50,seconds=1', '--json');
    expect(status).toBe(0);
    expect(json()).toMatchObject({ verdict: 'bounded', by: expect.stringContaining('within the budget') });
  });

  it('makes one verdict of those of all parts, and none where one is missing', () => {
    const parts = [1, 2].map((i) => {
      const { stdout } = explore(
        LONG ? 'reset-while-sync-binding' : 'rebind-while-accessing',
        '--shard',
        `${i}/2`,
        '--invariant',
        'atomic',
        '--json',
      );
      return write(`part${i}.json`, stdout);
    });
    const merged = explore('--merge', ...parts);
    expect(merged.json()).toMatchObject({ verdict: 'holds', by: '2 parts' });
    expect(merged.status).toBe(0);
    expect(explore('--merge', parts[0]).status).toBe(2);
    expect(explore('--merge', write('junk.json', '{')).status).toBe(3);
  });

  it('names the line of a scenario that it cannot read, and exits 2', () => {
    const { status, stderr } = explore(write('bad.scenario', `${mine}thread x\n  fly A\n`));
    expect(status).toBe(2);
    expect(stderr).toContain("bad:13: unknown call 'fly'");
    expect(explore('no-such-scenario').status).toBe(2);
    expect(explore().status).toBe(2);
  });

  long('says loudly which calls say nothing, and exits 1 for that with --strict', () => {
    const text = `${mine}vm B\n  map old at 0x10000000\nthread late\n  activate B\n`;
    const path = write('late.scenario', text);
    const { status, stdout } = explore(path);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^late on 7\.2: vacuous: atomic/);
    expect(stdout).toContain("VACUOUS: late: 'activate B' (line 15) is reached by no schedule");
    const strict = explore(path, '--strict', '--json');
    expect(strict.status).toBe(1);
    expect(strict.stderr).toContain("'activate B' (line 15) is reached by no schedule");
    expect(strict.json()).toMatchObject({
      verdict: 'vacuous',
      empty: ["late: 'activate B' (line 15) is reached by no schedule"],
    });
    expect(strict.json().coverage.calls[2]).toEqual({
      thread: 'late',
      call: 'activate B',
      line: 15,
      states: 0,
      results: [],
    });
    const bounded = explore('fault-while-rebinding', '--budget', 'states=50,seconds=1', '--strict');
    expect(bounded.status).toBe(1);
    expect(explore('rebind-while-accessing', '--strict').status).toBe(0);
  });

  long('lists every message of what breaks, and none that is known', () => {
    const all = explore('widening-lock-times-out', '--invariant', 'kernel-warning', '--json').json();
    const messages = all.violations.map((one: { message: string }) => one.message);
    expect(new Set(messages).size).toBe(messages.length);
    expect(messages.length).toBeGreaterThan(1);
    const [known, ...others] = messages;
    const less = explore(
      'widening-lock-times-out',
      '--invariant',
      'kernel-warning',
      '--accept',
      known,
      '--json',
    );
    expect(less.json().violations.map((one: { message: string }) => one.message)).toEqual(others);
    expect(less.json().accepted).toEqual([known]);
    const path = write('known.scenario', `accept sees nothing where\n${mine}`);
    expect(explore(path, '--kernel', '6.12', '--json').json().verdict).toBe('holds');
  });

  long('carries the scenario of a file in its token, and takes no path from one', () => {
    const path = write('lock-times-out.scenario', mine);
    const { token, steps } = explore(path, '--kernel', '6.12', '--json').json();
    rmSync(path);
    const again = explore('--replay', token, '--json');
    expect(again.status).toBe(1);
    expect(again.json()).toMatchObject({ invariant: 'atomic', steps });
    const parts = Buffer.from(token, 'base64url').toString().split('\n');
    const forged = (change: (parts: string[]) => void) => {
      const copy = [...parts];
      change(copy);
      return explore('--replay', Buffer.from(copy.join('\n')).toString('base64url'));
    };
    expect(forged((copy) => copy.splice(1, 2, '/dev/zero', '')).status).toBe(2);
    expect(forged((copy) => copy.splice(1, 2, 'no-such', '')).status).toBe(2);
    const other = forged((copy) => copy.splice(5, 1, 'deadlock'));
    expect(other.status).toBe(2);
    expect(other.stderr).toContain('does not fit');
  });

  it('refuses what is no scenario file', () => {
    expect(explore(directory).stderr).toContain('it is a directory');
    expect(explore(directory).status).toBe(3);
    expect(
      explore(
        write('set-up.scenario', mine.replace('8K', '4K').replace('activate', 'sparse at 0 size 2M')),
        '--kernel',
        '6.12',
      ).stderr,
    ).toContain("set-up:7: 'sparse at 0 size 2M' is EINVAL on 6.12");
  });
}, 120_000);
