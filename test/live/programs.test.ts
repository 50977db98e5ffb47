import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  buildNative,
  compileProgram,
  compiler,
  expectDescriptors,
  leftOver,
  openDescriptors,
  runProgram,
  startProgram,
  startServer,
} from './toolbox.ts';

const scratch = mkdtempSync(join(tmpdir(), 'panthor-programs-'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** Runs a program of test/live/programs; it must find nothing wrong and leave nothing behind. */
async function passes(name: string, args: readonly string[] = []): Promise<void> {
  const program = compileProgram(name, scratch);
  const fixture = startServer();
  const before = leftOver(fixture);
  const descriptors = openDescriptors();
  const ended = await runProgram(fixture, program, args);
  expect(ended.stderr.replaceAll(/\(this libc has no .*\)\n/g, '')).toBe('');
  expect(ended).toMatchObject({ status: 0, signal: null });
  await fixture.runToQuiescence();
  expect(leftOver(fixture)).toEqual(before);
  await expectDescriptors(descriptors);
  fixture.close();
}

describe.skipIf(compiler === null)('a preloaded client', () => {
  beforeAll(buildNative, 120_000);

  it('finds the device through every interposed name, and other files as they are', () => passes('names'));

  it('gets EFAULT for memory that is not there, and its results where it is', () => passes('memory'));

  it('has an open file as long as a descriptor or a mapping of it lives, in any process', () =>
    passes('life'));

  it('makes calls in many threads, waits, is interrupted and forks', () => passes('threads'), 60_000);

  it('shares objects and fences with other files and processes', () => passes('sharing'));

  it('merges sync_files and asks what they are', () => passes('syncfile'));

  it('holds a file with a mapping when the last descriptor is closed', async () => {
    const fixture = startServer();
    const { child, ended } = startProgram(fixture, compileProgram('life', scratch), ['held']);
    const said: string[] = [];
    child.stdout!.on('data', (text) => {
      said.push(`${String(text).trim()}: ${fixture.server.dispatcher.files.size} files`);
      child.kill('SIGUSR1');
    });
    expect(await fixture.until(ended)).toMatchObject({ status: 0 });
    expect(said).toEqual(['closed: 1 files', 'half unmapped: 1 files', 'unmapped: 0 files']);
    fixture.close();
  });

  it('returns from close when the server has released the file, not before', async () => {
    const fixture = startServer();
    const { child, ended } = startProgram(fixture, compileProgram('life', scratch), ['closing']);
    let said = '';
    child.stdout!.on('data', (text) => (said += text));
    await fixture.until(once(child.stdout!, 'data'));
    child.kill('SIGUSR1');
    // There is no server meanwhile.
    await sleep(300);
    expect(said).toBe('open\n');
    expect(await fixture.until(ended)).toMatchObject({ status: 0, stdout: 'open\nclosed\n' });
    fixture.close();
  });

  it('that waits holds its file, though its last descriptor is closed', async () => {
    const fixture = startServer();
    const { child, ended } = startProgram(fixture, compileProgram('life', scratch), ['busy']);
    await fixture.until(once(child.stdout!, 'data'));
    expect(leftOver(fixture)).toMatchObject({ files: 1, blocked: 1 });
    expect(await fixture.until(ended)).toMatchObject({ status: 0, stderr: '' });
    await fixture.runToQuiescence();
    expect(leftOver(fixture)).toMatchObject({ files: 0, blocked: 0 });
    fixture.close();
  });

  it('gets ENOMEM and ENFILE where a limit of the server is reached, and goes on', async () => {
    const fixture = startServer({ limits: { objects: 50 }, server: { maxDescriptors: 100 } });
    const before = leftOver(fixture);
    const program = compileProgram('limits', scratch);
    const ended = await runProgram(fixture, program, ['100', '100']);
    // Three quarters of all descriptors, one for its first file and one for each object: the others are for others.
    expect(ended).toEqual({
      status: 0,
      signal: null,
      stderr: '',
      stdout: '50 objects, errno 12\n24 files, errno 23\n',
    });
    await fixture.runToQuiescence();
    expect(leftOver(fixture)).toEqual(before);
    fixture.close();
  });

  it('that is killed leaves behind only what a process that it forked still has', async () => {
    const fixture = startServer();
    const before = leftOver(fixture);
    const { child, ended } = startProgram(fixture, compileProgram('life', scratch), ['crowd']);
    const signal = await fixture.until(new Promise((resolve) => child.on('exit', (_, by) => resolve(by))));
    expect(signal).toBe('SIGKILL');
    await fixture.runToQuiescence();
    expect(leftOver(fixture)).toMatchObject({ files: 8, objects: 8, memories: 8, blocked: 1, bugs: 0 });
    // The child's wait ends with the device.
    fixture.close();
    await ended;
    expect(leftOver(fixture)).toMatchObject({ ...before, connections: 0 });
  });
});
