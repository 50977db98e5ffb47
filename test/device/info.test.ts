import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gpuProfile } from '../../src/driver/gpu-profile.ts';
import { expectValid } from '../cli/schema.ts';
import { buildNative, compiler } from '../live/toolbox.ts';
import { sampled } from '../tooling/long.ts';
import { hasFfi } from './ffi.ts';

const bin = resolve(import.meta.dirname, '../../bin/panthor-shim');
const run = promisify(execFile);
const scratch = mkdtempSync(join(tmpdir(), 'panthor-device-'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** `device info` as a client of the shim. */
async function onShim(args: readonly string[], shim: readonly string[] = []): Promise<string> {
  const client = [process.execPath, bin, 'device', 'info', ...args];
  return (await run(process.execPath, [bin, 'run', ...shim, '--', ...client])).stdout;
}

describe.skipIf(compiler === null || !hasFfi())('device info, with the shim as the device', () => {
  beforeAll(buildNative, 120_000);

  it.each(sampled(['g610', 'g310'], 2))('is the profile that the shim was started with: %s', async (name) => {
    const profile = join(scratch, `${name}.json`);
    writeFileSync(profile, await onShim(['--profile'], ['--gpu', name]));
    const { name: _name, compatible: _compatible, gpu_frequency: _hz, ...found } = gpuProfile(profile);
    expect(gpuProfile(name)).toMatchObject(found);
    // The shim takes it as it is, and says the same again.
    expect(await onShim(['--profile'], ['--gpu', profile])).toBe(
      await onShim(['--profile'], ['--gpu', name]),
    );
  });

  it('says driver, uAPI and kernel, and which queries an older driver refuses', async () => {
    const old = JSON.parse(await onShim(['--json'], ['--kernel', '6.12']));
    expect(old.driver).toMatchObject({ name: 'panthor', major: 1, minor: 0 });
    expect(old.queries.mmu_info).toBe('EINVAL');
    expectValid('device', old);
    const now = JSON.parse(await onShim(['--json'], ['--kernel', '7.3']));
    expect(now.driver).toMatchObject({ name: 'panthor', major: 1, minor: 9 });
    expect(now.queries.mmu_info).toHaveProperty('page_size_bitmap');
    expectValid('device', now);
  });

  it('conform --device says in its JSON what it compared, and where the two part', async () => {
    const client = [process.execPath, bin, 'conform', '--device', '/dev/dri/renderD128', '--json'];
    const shim = (kernel: string) => run(process.execPath, [bin, 'run', '--kernel', kernel, '--', ...client]);
    const report = JSON.parse((await shim('7.3')).stdout);
    expectValid('conform-device', report);
    expect(report).toMatchObject({ failed: 0, passed: report.scenarios });
  }, 60_000);

  it('is not fooled by other files', async () => {
    const asked = run(process.execPath, [bin, 'device', 'info', '--device', '/dev/null']);
    await expect(asked).rejects.toMatchObject({
      code: 3,
      stderr: 'panthor-shim: /dev/null: no DRM device: DRM_IOCTL_VERSION is ENOTTY\n',
    });
    const missing = run(process.execPath, [bin, 'device', 'info', '--device', join(scratch, 'none')]);
    await expect(missing).rejects.toMatchObject({ code: 3, stderr: expect.stringContaining('ENOENT') });
  });
});
