import { describe, expect, it } from 'vitest';
import { judgeErrors } from './clients/captures.mjs';
import { clients, IGT } from './clients/commands.mjs';
import { EXPECTED_ERRORS } from './clients/expected-errors.mjs';
import { Suite } from './clients/harness.mjs';
import { CALLS } from './clients/peer/calls.mjs';
import { table } from './clients/peer/table.mjs';
import { crashed, run } from './clients/process.mjs';
import { reports } from './clients/suite-valgrind.mjs';

const place = { roots: { amd64: '/a', arm64: '/b', tools: '/t' } };
const client = (name: string) => clients(place).find((c) => c.name === name)!;
const ended = (more = {}) => ({
  status: 0,
  signal: null,
  timedOut: false,
  stdout: '',
  stderr: '',
  seconds: 1,
  ...more,
});
const successes = (name: keyof typeof IGT) =>
  IGT[name].map((s) => `Subtest ${s}: SUCCESS (0.001s)`).join('\n');

describe('judging a client', () => {
  it('counts 23 subtests of igt-gpu-tools', () => {
    expect(Object.values(IGT).flat()).toHaveLength(23);
    expect(new Set(Object.values(IGT).flat()).size).toBe(23);
  });

  it('accepts an IGT binary only when each subtest is reported as SUCCESS', () => {
    for (const name of Object.keys(IGT) as (keyof typeof IGT)[]) {
      const all = successes(name);
      expect(client(name).complaint(ended({ stdout: all }))).toBe('');
      expect(client(name).complaint(ended({ stdout: all, status: 98 }))).not.toBe('');
      expect(client(name).complaint(ended({ stdout: all.replace('SUCCESS', 'SKIP'), status: 0 }))).not.toBe(
        '',
      );
      expect(client(name).complaint(ended({ stdout: all.replace('SUCCESS', 'FAIL') }))).not.toBe('');
      expect(client(name).complaint(ended({ stdout: '' }))).not.toBe('');
    }
  });

  it('fails an IGT binary for a subtest that we do not know and that did not succeed', () => {
    const stdout = `${successes('panthor_query')}\nSubtest new_one: FAIL (0.1s)`;
    expect(client('panthor_query').complaint(ended({ stdout }))).toContain('new_one');
  });

  it('wants the name of our GPU from vulkaninfo and eglinfo, not only an exit status', () => {
    expect(client('vulkaninfo').complaint(ended({ stdout: 'deviceName = llvmpipe' }))).not.toBe('');
    expect(client('vulkaninfo').complaint(ended({ stdout: '\tdeviceName         = Mali-G610 MC4' }))).toBe(
      '',
    );
    const contexts = 'OpenGL core profile renderer: Mali-G610 MC4 (Panfrost)\n';
    expect(client('eglinfo').complaint(ended({ stdout: contexts.repeat(2) }))).not.toBe('');
    expect(client('eglinfo').complaint(ended({ stdout: contexts.repeat(3) }))).toBe('');
  });

  it('takes wrong pixels from piglit, but neither a skip nor a crash nor silence', () => {
    const say = (result: string) => ended({ status: 1, stdout: `PIGLIT: {"result": "${result}" }` });
    expect(client('piglit-sparse-basic').complaint(say('fail'))).toBe('');
    expect(client('piglit-sparse-basic').complaint(say('pass'))).toBe('');
    expect(client('piglit-sparse-basic').complaint(say('skip'))).not.toBe('');
    expect(client('piglit-sparse-basic').complaint(say('crash'))).not.toBe('');
    expect(client('piglit-sparse-basic').complaint(ended())).not.toBe('');
  });

  it('hears of a lost device whatever else was printed', () => {
    const stderr = 'vk: VK_ERROR_DEVICE_LOST';
    const stdout = `PIGLIT: {"result": "pass" }`;
    expect(client('piglit-sparse-commit').complaint(ended({ stdout, stderr }))).toContain('DEVICE_LOST');
  });

  it('knows a crash by signal, by status and by what qemu prints', () => {
    expect(crashed(ended())).toBe('');
    expect(crashed(ended({ status: 1 }))).toBe('');
    expect(crashed(ended({ status: null, signal: 'SIGSEGV' }))).toContain('SIGSEGV');
    expect(crashed(ended({ status: 139 }))).toContain('signal 11');
    expect(crashed(ended({ stderr: 'qemu: uncaught target signal 6 (Aborted)' }))).toContain('signal 6');
    expect(crashed(ended({ timedOut: true }))).toContain('still running');
  });

  it('ends a program that outlives its time, with its children', async () => {
    const r = await run(['/bin/sh', '-c', 'sleep 30 & sleep 30'], { seconds: 0.2 });
    expect(r.timedOut).toBe(true);
    expect(r.seconds).toBeLessThan(5);
  });
});

describe('judging what was recorded', () => {
  const uapi = {
    requestName: (request: number) => (request === 1 ? 'VM_BIND' : 'SYNCOBJ_TIMELINE_WAIT'),
    errno: (n: number) => (n === 22 ? 'EINVAL' : 'ETIME'),
  };
  const failed = (request: string, errno: number) => ({ type: 'ioctl', request, ret: -1, errno });
  const judge = (name: string, records: object[]) => judgeErrors({ uapi }, name, 'next', records);

  it('lets an error pass that is argued for this client, and no other', () => {
    expect(judge('panthor_vm', [failed('0x1', 22)]).unexplained).toEqual([]);
    expect(judge('vulkaninfo', [failed('0x1', 22)]).unexplained).toHaveLength(1);
    expect(judge('panthor_vm', [failed('0x1', 62)]).unexplained).toHaveLength(1);
    expect(judge('vkmark', [failed('0x2', 62)])).toMatchObject({ calls: 1, errors: 1, unexplained: [] });
  });

  it('calls a result that is neither 0 nor -1 an error', () => {
    expect(judge('panthor_vm', [{ type: 'ioctl', request: '0x1', ret: -22, errno: 0 }]).unexplained).toEqual([
      'VM_BIND → result -22: 1 times, first at record 0',
    ]);
  });

  it('has a kernel function in every argument', () => {
    for (const row of EXPECTED_ERRORS) expect(row.why).toMatch(/\((panthor|drm|dma|group|sync)_\w+\)/);
  });

  it('tells reports of valgrind in our library from those elsewhere', () => {
    const error = (obj: string) =>
      `<error><kind>InvalidRead</kind><what>Invalid read of size 4</what><stack><frame><fn>f</fn><obj>${obj}</obj></frame></stack></error>`;
    expect(reports(error('/x/libpanthor_shim.so') + error('/x/libc.so.6'), '/x/libpanthor_shim.so')).toEqual({
      ours: ['Invalid read of size 4\n  f (/x/libpanthor_shim.so)'],
      others: 1,
    });
  });
});

describe('the harness', () => {
  it('fails when a test fails, and when there was none', async () => {
    const lines: string[] = [];
    const suite = new Suite({ print: (line: string) => lines.push(line) });
    expect(suite.end()).toBe(1);
    await suite.test('good', () => 'a note');
    expect(suite.end()).toBe(0);
    await suite.test('bad', () => {
      throw new Error('why');
    });
    expect(suite.end()).toBe(1);
    expect(lines.at(-1)).toBe('1 passed, 1 failed');
    expect(lines.some((line) => line.startsWith('FAILED  bad: why'))).toBe(true);
  });
});

describe('the comparison', () => {
  it('asks at least 60 calls, good and bad ones', () => {
    expect(CALLS.length).toBeGreaterThanOrEqual(60);
    const good = CALLS.filter((row) => row.kernel.startsWith('0')).length;
    expect(good).toBeGreaterThan(20);
    expect(CALLS.length - good).toBeGreaterThan(60);
  });

  it('marks the answers that differ from the kernel’s', () => {
    const calls = [{ section: 's', what: 'w', kernel: 'EINVAL', source: 'f' }];
    expect(table(calls, ['0'], ['EINVAL'])).toContain('| w | **0** | EINVAL | EINVAL | `f` |');
  });
});
