import { expect, it } from 'vitest';
import { inParallel, runCommand, shellCommand } from '../../src/review/commands.ts';
import { panthorShim } from '../cli/program.ts';

const refusal = async (...args: string[]) => {
  const { status, stderr, stdout } = await panthorShim(['review', ...args]);
  expect(stdout.toString()).toBe('');
  return [status, stderr];
};

it('refuses what cannot be reviewed, before anything is built', async () => {
  expect(await refusal('/nonexistent')).toEqual([2, expect.stringContaining('no such directory')]);
  expect(await refusal('/', 'no-such-scenario')).toEqual([2, expect.stringContaining('no-such-scenario')]);
  expect(await refusal('/', '--vectors', '/nonexistent')).toEqual([
    3,
    expect.stringContaining('cannot read /nonexistent'),
  ]);
  expect(await refusal('/', '--captures', '/')).toEqual([3, expect.stringContaining('it is not a file')]);
  expect(await refusal('/', '--json', '--markdown')).toEqual([2, expect.stringContaining('not both')]);
  expect(await refusal('/', '--seconds', '0')).toEqual([2, expect.stringContaining('expected 1 to 86400')]);
});

it('runs commands of its own, and ends those that take too long', async () => {
  expect(await runCommand(['layout', '--no-such-option'], 60)).toMatchObject({ status: 2, stdout: '' });
  const never = await runCommand(['explore', 'three-vms-two-slots', '--no-compare'], 0.05);
  expect(never.status).toBeNull();
});

it('shows commands as a shell takes them', () => {
  expect(shellCommand(['conform', '--filter', "it's", 'a b'])).toBe(
    `panthor-shim conform --filter 'it'\\''s' 'a b'`,
  );
});

it('keeps the order of results, and runs no more tasks at a time than asked for', async () => {
  let running = 0;
  let most = 0;
  const task = (value: number) => async () => {
    most = Math.max(most, ++running);
    await new Promise((done) => setTimeout(done, 20 - value));
    running--;
    return value;
  };
  expect(await inParallel([5, 1, 3, 2].map(task), 2)).toEqual([5, 1, 3, 2]);
  expect(most).toBe(2);
});
