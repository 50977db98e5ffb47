import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Apt } from './clients/apt.mjs';
import { judgeErrors } from './clients/captures.mjs';
import { clients } from './clients/commands.mjs';
import { EXPECTED_ERRORS } from './clients/expected-errors.mjs';
import { Suite } from './clients/harness.mjs';
import { IGT } from './clients/igt-tests.mjs';
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

  it('wants the last line of what media programs print, and all subtests of what waits for syncobjs', () => {
    const ends = (name: string, stdout: string) => client(name).complaint(ended({ stdout }));
    expect(ends('ffmpeg', 'frame=5\nprogress=continue\n')).not.toBe('');
    expect(ends('ffmpeg', 'frame=5\nprogress=end\n')).toBe('');
    expect(ends('gstreamer', 'Setting pipeline to PLAYING ...\n')).not.toBe('');
    expect(ends('clinfo', '  Device Name      llvmpipe\n')).not.toBe('');
    expect(ends('clinfo', '  Device Name      Mali-G610 MC4 (Panfrost)\n')).toBe('');
    const subtests = (n: number) =>
      Array.from({ length: n }, (_, i) => `Subtest a${i}: SUCCESS (0.1s)`).join('\n');
    expect(ends('syncobj_eventfd', subtests(9))).not.toBe('');
    expect(ends('syncobj_eventfd', subtests(10))).toBe('');
    expect(ends('syncobj_eventfd', `${subtests(9)}\nSubtest b: SKIP (0.1s)`)).toContain('SKIP');
  });

  it('wants pictures on our GPU and two ends from a client of weston', () => {
    const say = (pictures: number, status: number, weston: number, gpu = 'Mali-G610 MC4') =>
      client('weston-simple-egl').complaint(
        ended({
          stdout: `simple-egl: status ${status} after ${pictures} pictures\nweston: status ${weston}\nGL renderer: ${gpu} (Panfrost)\n`,
        }),
      );
    expect(say(20, 0, 0)).toBe('');
    for (const not of [say(19, 0, 0), say(20, 1, 0), say(20, 0, 139), say(20, 0, 0, 'llvmpipe')])
      expect(not).not.toBe('');
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

describe('fetching', () => {
  const archive = { uri: 'http://example.invalid/debian/', codename: 'bookworm', keyring: '/k.gpg' };
  const path = process.env.PATH;
  let folder: string;

  /** An apt-get whose mirror is what `script` says; `$1` is the command, $COUNT the number of the call. */
  function mirror(script: string) {
    writeFileSync(
      join(folder, 'apt-get'),
      `#!/bin/sh\nCOUNT=$(($(cat ${folder}/count 2>/dev/null || echo 0) + 1)); echo $COUNT > ${folder}/count\n` +
        `echo "$@" >> ${folder}/calls\n${script}\n`,
    );
    chmodSync(join(folder, 'apt-get'), 0o755);
  }
  const calls = () => readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n');
  const apt = () => new Apt(join(folder, 'apt'), archive, 'sid', 'arm64', 1);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'clients-test-'));
    process.env.PATH = `${folder}:${path}`;
  });
  afterEach(() => {
    process.env.PATH = path;
    rmSync(folder, { recursive: true });
  });

  it('tries again when the mirror does not deliver the index, and gives up after four tries', async () => {
    mirror('[ $COUNT -ge 3 ] || { echo "E: Failed to fetch" >&2; exit 100; }');
    expect(await apt().update()).toBe('');
    expect(calls()).toHaveLength(3);
    mirror('echo "E: Failed to fetch" >&2; exit 100');
    const lost = apt();
    expect(await lost.update()).toBe('E: Failed to fetch');
    expect(calls()).toHaveLength(7);
    // The other groups of the suite hear of it without waiting again.
    expect(await lost.update()).toBe('E: Failed to fetch');
    expect(calls()).toHaveLength(7);
  });

  it('names the package that is not delivered, and brings the others', async () => {
    mirror(
      'status=0; for p in "$@"; do case $p in download|-qq|update|-q|--*) ;; ' +
        'lost) echo "E: lost is not there" >&2; status=100 ;; *) : > "$p"_1.0_arm64.deb ;; esac; done; exit $status',
    );
    const { files, missing } = await apt().download(['here', 'lost', 'there']);
    expect(missing).toEqual([{ name: 'lost', why: 'E: lost is not there' }]);
    expect(files.map((f: string) => f.replace(/.*\//, ''))).toEqual([
      'here_1.0_arm64.deb',
      'there_1.0_arm64.deb',
    ]);
  });

  it('unpacks the latest version of what was downloaded', async () => {
    mirror(
      '[ "$1" != download ] || { : > p_1.9-1_arm64.deb; : > p_1%3a1.2_arm64.deb; : > p_1.10-1_arm64.deb; }',
    );
    const { files } = await apt().download(['p']);
    expect(files.map((f: string) => f.replace(/.*\//, ''))).toEqual(['p_1%3a1.2_arm64.deb']);
  });

  it('keeps the machine’s own sources, keys and dpkg status out, and the signature check on', () => {
    const config = readFileSync(apt().config, 'utf8');
    const sources = readFileSync(join(folder, 'apt/sources.list'), 'utf8');
    expect(sources).toBe('deb [signed-by=/k.gpg] http://example.invalid/debian/ sid main\n');
    for (const line of [
      'Dir::Etc::sourceparts "-";',
      'APT::Get::AllowUnauthenticated "false";',
      'APT::Architecture "arm64";',
    ]) {
      expect(config).toContain(line);
    }
    expect(readFileSync(join(folder, 'apt/status'), 'utf8')).toBe('');
  });
});
