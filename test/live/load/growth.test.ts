/** A server that has answered a million calls is no larger than one that has answered some thousands. */
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
  startServer,
} from '../toolbox.ts';

const scratch = mkdtempSync(join(tmpdir(), 'panthor-growth-'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** Rounds of 17 calls and messages; PANTHOR_SHIM_ROUNDS=60000 makes it a million. */
const ROUNDS = Number(process.env.PANTHOR_SHIM_ROUNDS ?? 500);
/** What V8 may keep for itself between two looks, bytes. */
const SLACK = 64 << 20;

describe.skipIf(compiler === null)('many calls', () => {
  beforeAll(buildNative, 120_000);

  it(
    'leave nothing behind and do not make the server grow',
    async () => {
      const fixture = startServer();
      const program = compileProgram('soak', scratch);
      const rounds = async (n: number): Promise<number> => {
        const ended = await runProgram(fixture, program, [String(n)]);
        expect(ended).toMatchObject({ status: 0, stderr: '' });
        await fixture.runToQuiescence();
        return Number(ended.stdout);
      };
      await rounds(Math.ceil(ROUNDS / 4));
      const before = {
        left: leftOver(fixture),
        descriptors: openDescriptors(),
        rss: process.memoryUsage.rss(),
      };
      const calls = await rounds(ROUNDS);
      expect(calls).toBe(17 * ROUNDS);
      expect({ left: leftOver(fixture), descriptors: openDescriptors() }).toEqual({
        left: before.left,
        descriptors: before.descriptors,
      });
      const grown = process.memoryUsage.rss() - before.rss;
      process.stdout.write(
        `${calls} calls, ${(grown / 2 ** 20).toFixed(1)} MiB more than after a quarter of them\n`,
      );
      expect(grown).toBeLessThan(SLACK);
      fixture.close();
    },
    4 * 3_600_000,
  );
});
