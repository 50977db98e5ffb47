import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { executeStreams } from '../../src/live/server/execute-streams.ts';
import { buildNative, compileProgram, compiler, leftOver, runProgram, startServer } from './toolbox.ts';

const scratch = mkdtempSync(join(tmpdir(), 'panthor-streams-'));
afterAll(() => rmSync(scratch, { recursive: true }));

describe.skipIf(compiler === null)('a client that submits streams', () => {
  beforeAll(buildNative, 120_000);

  it('sees their stores, faults and timeouts; none is left when it ends', async () => {
    const fixture = startServer();
    const before = leftOver(fixture);
    const { stats } = executeStreams(fixture.drv, fixture.server.dispatcher);
    expect(stats.instructions).toBe(0);
    const ended = await runProgram(fixture, compileProgram('streams', scratch), ['timeout']);
    expect(ended.stderr).toBe('');
    expect(ended).toMatchObject({ status: 0, signal: null });
    await fixture.runToQuiescence();
    expect(leftOver(fixture)).toEqual(before);
    expect(fixture.drv.nextDeadlineNs).toBe(Number.POSITIVE_INFINITY);
    fixture.close();
  });
});
