/** What the server's recorder writes, and a replay reads: programs of 32 bits and of 64 in one capture. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { CaptureHeader, CaptureRecord } from '../../../src/capture/record.ts';
import { PanthorDevice } from '../../../src/driver/device.ts';
import { gpuProfile } from '../../../src/driver/gpu-profile.ts';
import { kernel } from '../../../src/driver/kernels.ts';
import { Recorder } from '../../../src/live/record/recorder.ts';
import { Replayer } from '../../../src/replay/replayer.ts';
import { DRM_IOCTL_VERSION } from '../../../uapi/drm.ts';
import { openBytes, readAll } from '../../capture/helpers.ts';
import { Client, ioctl, NO_FDS } from '../fuzz/frame-client.ts';
import { buildNative, compiler, startServer } from '../toolbox.ts';

/** DRM_IOCTL_VERSION of 32-bit programs: nine words. */
const VERSION32 = 0xc0246400;

beforeAll(async () => {
  if (compiler !== null) await buildNative();
}, 120_000);

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'panthor-recorder-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** The capture of a 64-bit program and of a 32-bit one, where the first command was one of machine `arch`. */
async function recorded(arch: string): Promise<{ header: CaptureHeader; records: CaptureRecord[] }> {
  const path = join(dir, 'mixed.jsonl');
  const device = new PanthorDevice({ kernel: kernel('next'), gpu: gpuProfile('g610') });
  const recorder = new Recorder({ path, client: 'test', arch }, device, () => undefined);
  const fixture = startServer({ observers: [recorder] });
  const wide = new Client(fixture);
  const narrow = new Client(fixture, true);
  for (let i = 0; i < 2; i++) {
    wide.say(ioctl(wide.key, DRM_IOCTL_VERSION, new Array(16).fill(0)), NO_FDS);
    narrow.say(ioctl(narrow.key, VERSION32, new Array(9).fill(0)), NO_FDS);
  }
  wide.close();
  narrow.close();
  await fixture.runToQuiescence();
  fixture.close();
  recorder.close();
  const bytes = readFileSync(path);
  const { header } = await openBytes(bytes);
  return { header, records: (await readAll(bytes)).records };
}

/** Calls that a replay finds otherwise than recorded. */
function divergences(header: CaptureHeader, records: readonly CaptureRecord[]): number {
  const replayer = new Replayer(header, { kernel: kernel('next'), check: true });
  for (const record of records) replayer.step(record);
  return replayer.tally.divergences.count;
}

it.skipIf(compiler === null).each([
  ['x86_64', [null, true]],
  ['i386', [false, null]],
])(
  'programs of 32 bits and of 64 are replayed each as what it was, where the first was one of %s',
  async (arch, said) => {
    const { header, records } = await recorded(arch);
    expect(header.arch).toBe(arch);
    const calls = records.filter(({ type }) => type === 'ioctl');
    const opened = [0, 1].map((fd) => calls.filter((call) => call.fd === fd).map(({ compat }) => compat));
    // Once, with the first record of a file.
    expect(opened.map(([first]) => first)).toEqual(said);
    expect(opened.flatMap(([, ...others]) => others).every((compat) => compat === null)).toBe(true);
    expect(calls.filter(({ request }) => request === VERSION32).map(({ argOut }) => argOut[0])).toEqual([
      1, 1,
    ]);
    expect(divergences(header, records)).toBe(0);

    for (const record of records) record.compat = null;
    expect(divergences(header, records)).toBeGreaterThan(0);
  },
);
