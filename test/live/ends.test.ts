/** How the commands end, when they are told to or something fails: what they leave, and what they say. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildNative, compileProgram, compiler } from './toolbox.ts';

const program = fileURLToPath(new URL('../../bin/panthor-shim', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'panthor-ends-'));
let place = '';
let count = 0;
beforeEach(() => {
  place = join(scratch, `place-${count++}`);
  mkdirSync(place);
});
afterAll(() => rmSync(scratch, { recursive: true }));

function start(args: readonly string[], stderr: 'pipe' | number = 'pipe'): ChildProcess {
  const env: NodeJS.ProcessEnv = { ...process.env, TMPDIR: place, XDG_RUNTIME_DIR: undefined };
  return spawn(process.execPath, [program, ...args], { env, stdio: ['ignore', 'pipe', stderr] });
}

async function text(stream: NodeJS.ReadableStream | null): Promise<string> {
  let said = '';
  for await (const chunk of stream ?? []) said += chunk;
  return said;
}

describe.skipIf(compiler === null)('the commands', () => {
  beforeAll(buildNative, 120_000);

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const)(
    'leave nothing behind after %s',
    async (signal) => {
      const serve = start(['serve']);
      const said = text(serve.stderr);
      await once(serve.stdout!, 'data');
      expect(readdirSync(place)).toHaveLength(1);
      serve.kill(signal);
      expect(await once(serve, 'exit')).toEqual([0, null]);
      expect(await said).toContain('0 ioctls');
      expect(readdirSync(place)).toEqual([]);
    },
  );

  it('die of a signal while they wait for the reader of a FIFO, and leave nothing', async () => {
    const fifo = join(scratch, 'no-reader');
    execFileSync('mkfifo', [fifo]);
    for (const args of [
      ['run', '--record', fifo, '--', 'true'],
      ['record', '-o', fifo, '--', 'true'],
    ]) {
      const child = start(args);
      while (readdirSync(place).length === 0) await sleep(20);
      await sleep(300);
      child.kill('SIGTERM');
      if (args[0] === 'run') expect(await once(child, 'exit')).toEqual([null, 'SIGTERM']);
      else await once(child, 'exit');
      expect(readdirSync(place)).toEqual([]);
    }
  });

  it('go on when the reader of a FIFO stalls, and say that the recording is not whole', async () => {
    const life = compileProgram('life', scratch);
    const fifo = join(scratch, 'stalled');
    execFileSync('mkfifo', [fifo]);
    const script = `i=0; while [ $i -lt 40 ]; do '${life}' || exit 9; i=$((i+1)); done`;
    const child = start(['run', '--record', fifo, '--', 'sh', '-c', script]);
    const said = text(child.stderr);
    const reader = openSync(fifo, 'r');
    expect(await once(child, 'exit')).toEqual([1, null]);
    expect(await said).toContain('its reader does not read');
    closeSync(reader);
  });

  it('fail where the disk of a recording is full', async () => {
    const child = start(['run', '--record', '/dev/full', '--', compileProgram('life', scratch)]);
    const said = text(child.stderr);
    expect(await once(child, 'exit')).toEqual([1, null]);
    expect(await said).toMatch(/recording ends: ENOSPC/);
  });

  it('go on when there is no one to tell', async () => {
    const full = openSync('/dev/full', 'w');
    const streams = compileProgram('faults', scratch, [
      '-I',
      fileURLToPath(new URL('programs', import.meta.url)),
    ]);
    const child = start(['run', '--', streams], full);
    expect(await once(child, 'exit')).toEqual([0, null]);
    closeSync(full);
  });

  it('go on beside a client that wants them to wait, or to be killed by a signal', async () => {
    const child = start(['run', '--', compileProgram('hostile', scratch)]);
    const said = text(child.stderr);
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(await said).toBe('');
  });

  it('go on when they are handed files of a file system that does not answer', async () => {
    const hung = join(place, 'hung');
    mkdirSync(hung);
    const child = start(['run', '--', compileProgram('hanging', scratch), hung]);
    const said = text(child.stdout);
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(await said).toMatch(/^(mounted|none)\n$/);
  });

  it('refuse a directory that has a server, or things that no server made', async () => {
    const dir = join(place, 'private');
    mkdirSync(dir, { mode: 0o700 });
    writeFileSync(join(dir, 'root'), 'mine');
    const refused = start(['serve', '--dir', dir]);
    const said = text(refused.stderr);
    expect(await once(refused, 'exit')).toEqual([2, null]);
    expect(await said).toMatch(/root is there, and no server made it/);
    expect(readFileSync(join(dir, 'root'), 'utf8')).toBe('mine');
    rmSync(join(dir, 'root'));
    const first = start(['serve', '--dir', dir]);
    await once(first.stdout!, 'data');
    const second = start(['serve', '--dir', dir]);
    const told = text(second.stderr);
    expect(await once(second, 'exit')).toEqual([2, null]);
    expect(await told).toMatch(/has a server already/);
    expect(existsSync(join(dir, 'socket'))).toBe(true);
    // One that was killed leaves its things to the next.
    first.kill('SIGKILL');
    await once(first, 'exit');
    const third = start(['serve', '--dir', dir]);
    await once(third.stdout!, 'data');
    third.kill('SIGTERM');
    await once(third, 'exit');
    expect(readdirSync(dir)).toEqual([]);
  });

  it('show what strangers wrote, and no terminal obeys it', async () => {
    const capture = join(place, 'escape.jsonl');
    const client = 'c\\u001b]0;PWNED\\u0007\\u009b31m\\u202e';
    writeFileSync(
      capture,
      `{"type":"header","format":"panthor-capture","version":0,"arch":"a","client":"${client}","replies":"stand-in"}\n`,
    );
    const child = start(['info', capture]);
    const said = await text(child.stdout);
    expect(said).toContain('c\\u001b]0;PWNED\\u0007\\u009b31m\\u202e');
    for (const obeyed of '\u001b\u0007\u009b\u202e') expect(said).not.toContain(obeyed);
  });
});
