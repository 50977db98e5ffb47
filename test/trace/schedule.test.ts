import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { panthorShim } from '../cli/program.ts';
import { temporary } from '../page/temporary.ts';
import { readTrace } from './read.ts';

describe('explore --replay --trace', () => {
  it('writes the schedule: a slice a step, what is held as long as it is, and what breaks', async () => {
    const file = temporary('schedule.pftrace');
    const scenario = ['evict-while-rebinding', '--kernel', '7.2', '--without', 'unlock-before-disable'];
    const found = await panthorShim(['explore', ...scenario, '--json']);
    const { token, steps } = JSON.parse(`${found.stdout}`) as { token: string; steps: { thread: string }[] };
    const replayed = await panthorShim(['explore', '--replay', token, '--trace', file]);
    expect(replayed.status).toBe(1);
    expect(`${replayed.stdout}`).toContain('lock-agreement');
    const trace = readTrace(readFileSync(file));
    expect(trace.problems).toEqual([]);
    for (const { thread } of steps) expect(trace.tracks).toContain(thread);
    expect(trace.slices.AS_COMMAND).toBe(2);
    expect(Object.keys(trace.slices).some((name) => name.includes('LOCK running'))).toBe(true);
    expect(trace.instants['lock-agreement: AS1 is locked at …+…, but VM 2 has recorded no region']).toBe(1);
  });

  it('is refused without a token', async () => {
    const { status, stderr } = await panthorShim([
      'explore',
      'rebind-while-accessing',
      '--trace',
      temporary('x'),
    ]);
    expect(status).toBe(2);
    expect(stderr).toContain('--replay TOKEN');
  });
});
