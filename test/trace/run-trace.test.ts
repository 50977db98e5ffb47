import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { panthorShim } from '../cli/program.ts';
import { buildNative, compileProgram, compiler } from '../live/toolbox.ts';
import { readTrace } from './read.ts';

const scratch = mkdtempSync(join(tmpdir(), 'panthor-run-trace-'));
afterAll(() => rmSync(scratch, { recursive: true }));

describe.skipIf(compiler === null)('run --trace', () => {
  let client = '';
  beforeAll(async () => {
    await buildNative();
    client = compileProgram('sharing', scratch);
  }, 120_000);

  it('writes what the client asked for, and leaves nothing else behind', async () => {
    const file = join(scratch, 'run.pftrace');
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith('panthor-shim-trace-'));
    const { status, stderr } = await panthorShim(['run', '--trace', file, '--', client]);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    const trace = readTrace(readFileSync(file));
    expect(trace.problems).toEqual([]);
    expect(trace.slices.BO_CREATE).toBeGreaterThan(0);
    expect(trace.tracks.some((name) => name.startsWith('thread '))).toBe(true);
    const after = readdirSync(tmpdir()).filter((name) => name.startsWith('panthor-shim-trace-'));
    expect(after.filter((name) => !before.includes(name))).toEqual([]);
  });

  it('is made beside a recording of the same run', async () => {
    const [trace, record] = ['both.pftrace', 'both.jsonl'].map((name) => join(scratch, name));
    const { status } = await panthorShim(['run', '--trace', trace, '--record', record, '--', client]);
    expect(status).toBe(0);
    expect(existsSync(record)).toBe(true);
    const alone = await panthorShim(['trace', record, '-o', '-', '--kernel', 'next']);
    expect(readTrace(readFileSync(trace)).slices).toEqual(readTrace(alone.stdout).slices);
  });

  it('is refused where the client writes', async () => {
    const { status } = await panthorShim(['run', '--trace', '-', '--', 'true']);
    expect(status).toBe(2);
  });
});
