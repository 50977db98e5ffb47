import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Injection } from '../../src/live/server/injection.ts';
import { capturePath } from '../capture/helpers.ts';
import { panthorShim } from '../cli/program.ts';
import { sampled } from '../tooling/long.ts';
import { buildNative, compileProgram, compiler, leftOver, runProgram, startServer } from './toolbox.ts';

const scratch = mkdtempSync(join(tmpdir(), 'panthor-inject-'));
afterAll(() => rmSync(scratch, { recursive: true }));

describe('a plan of faults', () => {
  const { drv } = { drv: {} as Parameters<Injection['beforeCall']>[0] };
  const answers = (plan: string, calls: number): number[] => {
    const injection = new Injection(plan);
    return Array.from({ length: calls }, () => injection.beforeCall(drv, 'BO_CREATE'));
  };

  it('counts occasions', () => {
    expect(answers('BO_CREATE:ENOMEM@3*2', 5)).toEqual([0, 0, -12, -12, 0]);
    expect(answers('VM_CREATE:ENOMEM', 2)).toEqual([0, 0]);
    expect(answers('# nothing\nBO_CREATE:EINTR # once', 2)).toEqual([-4, 0]);
  });

  it('with a rate is the same each time, and another with another seed', () => {
    const first = answers('BO_CREATE:ENOMEM%20', 1000);
    expect(answers('BO_CREATE:ENOMEM%20', 1000)).toEqual(first);
    expect(answers('seed:7, BO_CREATE:ENOMEM%20', 1000)).not.toEqual(first);
    const count = first.filter((ret) => ret < 0).length;
    expect(count).toBeGreaterThan(150);
    expect(count).toBeLessThan(250);
  });

  it.each(['nonsense', 'BO_CREATE', 'BO_CREATE:EWHAT', 'reset@x', 'tables%', 'slow:ms'])(
    '"%s" is refused',
    (plan) => {
      expect(() => new Injection(plan)).toThrow(/^--inject: found/);
    },
  );
});

describe('faults in a replay', () => {
  const capture = capturePath('zink-sparse-buffer-commit');

  it.each(['VM_BIND:ENOMEM@20', 'alloc@60', 'tables@9', 'BO_CREATE:ENOMEM@4', 'interrupt'])(
    '%s: what fails of it, and what then has to fail, is explained',
    async (plan) => {
      const { status, stdout } = await panthorShim(['replay', '--json', '--inject', plan, capture]);
      const { divergences, explained, warnings } = JSON.parse(String(stdout));
      expect([status, divergences, warnings]).toEqual([0, [], []]);
      const why = explained.map((one: { why: string }) => one.why);
      expect(why.filter((text: string) => text.endsWith(': ENOMEM: injected'))).toHaveLength(
        plan === 'interrupt' ? 0 : 1,
      );
    },
  );

  it('a file with a seed says them again', async () => {
    const explained = async (seed: number): Promise<string> => {
      const file = join(scratch, `plan-${seed}`);
      writeFileSync(
        file,
        `# some calls\nseed:${seed}\nVM_BIND:ENOMEM%20\nBO_CREATE:ENOMEM%10 # and objects\n`,
      );
      const { stdout } = await panthorShim(['replay', '--json', '--inject', `@${file}`, capture]);
      return JSON.stringify(JSON.parse(String(stdout)).explained);
    };
    const first = await explained(3);
    expect(first).toContain('ENOMEM: injected');
    expect(await explained(3)).toBe(first);
    expect(await explained(4)).not.toBe(first);
  });

  it('of the device are survived: pages are taken and come back', async () => {
    const plain = await panthorShim(['replay', '--json', '--kernel', '7.3', capture]);
    const { status, stdout } = await panthorShim([
      'replay',
      '--json',
      '--kernel',
      '7.3',
      '--inject',
      'evict@100*50',
      capture,
    ]);
    expect(status).toBe(0);
    expect(JSON.parse(String(stdout)).divergences).toEqual(JSON.parse(String(plain.stdout)).divergences);
  });

  it('that make no sense are refused', async () => {
    const ended = await panthorShim(['replay', '--inject', 'nonsense', capture]);
    expect([ended.status, ended.stderr]).toEqual([2, expect.stringContaining('--inject: found "nonsense"')]);
  });
});

describe.skipIf(compiler === null)('faults', () => {
  beforeAll(buildNative, 120_000);

  async function said(plan: string, kernel = 'next'): Promise<string> {
    const fixture = startServer({ kernel, server: { injection: new Injection(plan) } });
    const before = leftOver(fixture);
    const ended = await runProgram(fixture, compileProgram('inject', scratch));
    expect(ended).toMatchObject({ status: 0, signal: null, stderr: '' });
    await fixture.runToQuiescence();
    expect(leftOver(fixture)).toMatchObject({
      files: 0,
      objects: 0,
      bugs: 0,
      connections: 0,
      gems: before.gems,
    });
    if (!plan.includes('unplug')) expect(leftOver(fixture)).toEqual(before);
    fixture.close();
    return ended.stdout.trim();
  }

  it('slow commands change nothing but the time', async () => {
    const begin = performance.now();
    expect(await said('slow:40@1*2')).toBe('open 0 vm 0 bo 0 bind 0 wait 62 unbind 0');
    expect(performance.now() - begin).toBeGreaterThan(80);
  });

  it('are what the client sees, and leave nothing behind', async () => {
    expect(await said('')).toBe('open 0 vm 0 bo 0 bind 0 wait 62 unbind 0');
    expect(await said('BO_CREATE:ENOMEM')).toBe('open 0 vm 0 bo 12 bind 22 wait 62 unbind 0');
    expect(await said('interrupt')).toBe('open 0 vm 0 bo 0 bind 0 wait 4 unbind 0');
    expect(await said('unplug@4')).toBe('open 0 vm 0 bo 0 bind 0 wait 19 unbind 19');
    expect(await said('reset@3')).toBe('open 0 vm 0 bo 0 bind 0 wait 62 unbind 0');
    expect(await said('alloc@1')).toBe('open 0 vm 0 bo 0 bind 12 wait 62 unbind 0');
    expect(await said('alloc@3*100')).toBe('open 0 vm 0 bo 0 bind 12 wait 62 unbind 12');
    expect(await said('evict@4*100', '7.3')).toBe('open 0 vm 0 bo 0 bind 0 wait 62 unbind 0');
  });

  it.each(sampled(['6.12', '6.18', '7.2', '7.3'], 3))(
    'of memory fail each reservation of a bind once on %s',
    async (kernel) => {
      const seen = new Set<string>();
      for (let n = 1; n < 8; n++) {
        const text = await said(`tables@${n}`, kernel);
        seen.add(text);
        expect(text).toMatch(/^open 0 vm 0 bo 0 bind (0|12) wait 62 unbind (0|12|22)$/);
      }
      expect([...seen].some((text) => text.includes('12'))).toBe(true);
    },
    60_000,
  );
});
