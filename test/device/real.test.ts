/** The commands that talk to a device, with the shim as the device: they are clients of it, as they would be of a board. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KERNEL_NAMES } from '../../src/driver/kernels.ts';
import { capturePath } from '../capture/helpers.ts';
import { expectValid } from '../cli/schema.ts';
import { buildNative, compiler } from '../live/toolbox.ts';
import { LONG } from '../tooling/long.ts';
import { hasFfi } from './ffi.ts';

const root = resolve(import.meta.dirname, '../..');
const bin = join(root, 'bin/panthor-shim');
const scratch = mkdtempSync(join(tmpdir(), 'panthor-real-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const NODE = '/dev/dri/renderD128';
/** All kernels where there is time (npm run test:slow). */
const kernels = LONG ? KERNEL_NAMES : ['7.3'];

interface Ended {
  status: number;
  stdout: string;
  stderr: string;
}

function node(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return new Promise((done) => {
    execFile(process.execPath, args, { env: { ...process.env, ...env } }, (error, stdout, stderr) =>
      done({ status: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

/** A command as a client of the shim with that kernel. */
const onShim = (kernel: string, ...args: string[]): Promise<Ended> =>
  node([bin, 'run', '--kernel', kernel, '--', process.execPath, bin, ...args]);

describe.skipIf(compiler === null || !hasFfi())('a device', () => {
  beforeAll(buildNative, 120_000);

  it.each(kernels)('that is the shim agrees with the model in every scenario, on %s', async (kernel) => {
    const { status, stdout } = await onShim(
      kernel,
      'conform',
      '--device',
      NODE,
      '--kernel',
      kernel,
      '--json',
    );
    const found = JSON.parse(stdout);
    expectValid('conform-device', found);
    expect([status, found]).toMatchObject([0, { model: kernel, failed: 0, driver: { name: 'panthor' } }]);
    expect(found.scenarios).toBeGreaterThan(45);
  });

  it('of another kernel is told from the model, step by step', async () => {
    const args = ['conform', '--device', NODE, '--kernel', '7.3'];
    const { status, stdout } = await onShim('6.12', ...args);
    expect(status).toBe(1);
    expect(stdout).toContain(
      'sparse-reads-zero (sparse.jsonl:1): A sparse mapping without objects reads as zero and swallows stores.\n' +
        '  step 2, VM_BIND: result\n    device "EINVAL"\n    model  "OK"\n',
    );
    expect(stdout).toMatch(/\d+ scenarios, \d+ steps: \d+ agree, [1-9]\d* differ\n$/);
    expectValid('conform-device', JSON.parse((await onShim('6.12', ...args, '--json')).stdout));
  });

  it('plays scenarios and streams of files', async () => {
    const path = join(scratch, 'mine.jsonl');
    writeFileSync(
      path,
      '{"scenario": "mine"}\n{"VM_CREATE": {}, "as": {"vm": "id"}}\n{"VM_DESTROY": {"id": "$vm"}}\n',
    );
    expect((await onShim('7.2', 'conform', '--device', NODE, '--kernel', '7.2', path)).stdout).toMatch(
      /1 scenarios, 2 steps: 1 agree, 0 differ\n$/,
    );
    writeFileSync(path, '{"scenario": "mine"}\n{"VM_CREAT": {}}\n');
    expect(await onShim('7.2', 'conform', '--device', NODE, path)).toMatchObject({ status: 3 });
    expect(await onShim('7.2', 'conform', '--device', NODE, '--filter', 'no such name')).toMatchObject({
      status: 2,
    });
  });

  it.each(kernels)('plays captures, and the model answers as it did, on %s', async (kernel) => {
    const out = join(scratch, `${kernel}.jsonl`);
    const capture = capturePath('zink-sparse-buffer-commit');
    const args = ['replay', '--device', NODE, '--kernel', kernel, capture, '-o', out];
    const { status, stdout } = await onShim(kernel, ...args, '--json');
    const found = JSON.parse(stdout);
    expectValid('replay-device', found);
    expect([status, found]).toMatchObject([
      0,
      { model: kernel, played: 272, divergences: { count: 0 }, left_out: { count: 0 } },
    ]);
    // What the device answered is a capture like any other.
    expect((await node([bin, 'replay', '--check', '--kernel', kernel, out])).status).toBe(0);
    expect(JSON.parse(readFileSync(out, 'utf8').split('\n')[0])).toMatchObject({ replies: 'kernel' });
  });

  it('that refuses one call of a capture is found out', async () => {
    const client = [
      bin,
      'replay',
      '--device',
      NODE,
      '--kernel',
      '7.3',
      capturePath('zink-sparse-buffer-commit'),
    ];
    const shim = ['run', '--kernel', '7.3', '--inject', 'VM_BIND:EINVAL@20', '--'];
    const { status, stdout } = await node([bin, ...shim, process.execPath, ...client]);
    expect(status).toBe(1);
    expect(stdout).toMatch(
      /answers otherwise than the device:\n {2}record \d+: VM_BIND: EINVAL there.*, succeeds here/,
    );
  });

  it('needs the ffi packages, and one sentence says so', async () => {
    const hook = join(scratch, 'without.cjs');
    writeFileSync(
      hook,
      "const m = require('module'); const load = m._load; m._load = (n, ...r) => { if (/ffi-napi/.test(n)) throw new Error('not here'); return load(n, ...r); };",
    );
    for (const args of [
      ['conform', '--device', NODE],
      ['replay', '--device', NODE, capturePath('vulkaninfo')],
    ]) {
      const { status, stdout, stderr } = await node(['--require', hook, bin, ...args]);
      expect([status, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(
        /a real device is reached through the packages ffi-napi and ref-napi, which are not here.*\n$/,
      );
    }
  });

  it('that is none is refused', async () => {
    expect(await node([bin, 'conform', '--device', '/dev/null'])).toMatchObject({
      status: 3,
      stderr: 'panthor-shim: /dev/null: no DRM device: DRM_IOCTL_VERSION is ENOTTY\n',
    });
    expect(await node([bin, 'replay', '--device', '/dev/nowhere', capturePath('vulkaninfo')])).toMatchObject({
      status: 3,
      stderr: expect.stringContaining('ENOENT'),
    });
  });
});
