import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  buildNative,
  compileProgram,
  compiler,
  leftOver,
  openDescriptors,
  runProgram,
  startProgram,
  startRig,
} from './toolbox.ts';

const scratch = mkdtempSync(join(tmpdir(), 'panthor-programs-'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** Runs a program of test/live/programs; it must find nothing wrong and leave nothing behind. */
async function passes(name: string, args: readonly string[] = []): Promise<void> {
  const program = compileProgram(name, scratch);
  const rig = startRig();
  const before = leftOver(rig);
  const descriptors = openDescriptors();
  const ended = await runProgram(rig, program, args);
  expect(ended.stderr.replaceAll(/\(this libc has no .*\)\n/g, '')).toBe('');
  expect(ended).toMatchObject({ status: 0, signal: null });
  await rig.settle();
  expect(leftOver(rig)).toEqual(before);
  expect(openDescriptors()).toBe(descriptors);
  rig.close();
}

describe.skipIf(compiler === null)('a preloaded client', () => {
  beforeAll(buildNative, 120_000);

  it('finds the device through every interposed name, and other files as they are', () => passes('names'));

  it('gets EFAULT for memory that is not there, and its results where it is', () => passes('memory'));

  it('has an open file as long as a descriptor or a mapping of it lives, in any process', () =>
    passes('life'));

  it('makes calls in many threads, waits, is interrupted and forks', () => passes('threads'), 60_000);

  it('that is killed leaves behind only what a process that it forked still has', async () => {
    const rig = startRig();
    const before = leftOver(rig);
    const { child, ended } = startProgram(rig, compileProgram('life', scratch), ['crowd']);
    const signal = await rig.until(new Promise((resolve) => child.on('exit', (_, by) => resolve(by))));
    expect(signal).toBe('SIGKILL');
    await rig.settle();
    expect(leftOver(rig)).toMatchObject({ files: 8, objects: 8, memories: 8, blocked: 1, bugs: 0 });
    // The child's wait ends with the device.
    rig.close();
    await ended;
    expect(leftOver(rig)).toMatchObject({ ...before, connections: 0 });
  });
});
