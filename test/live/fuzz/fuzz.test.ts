import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { executeStreams } from '../../../src/live/server/execute-streams.ts';
import {
  buildNative,
  compileProgram,
  compiler,
  expectDescriptors,
  expectLeftOver,
  leftOver,
  restingDescriptors,
  runProgram,
  startProgram,
  startServer,
} from '../toolbox.ts';

const scratch = mkdtempSync(join(tmpdir(), 'panthor-fuzz-'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** More of everything, for a night: PANTHOR_SHIM_FUZZ=20. */
const factor = Number(process.env.PANTHOR_SHIM_FUZZ ?? 1);

/** Deterministic numbers below 1 (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe.skipIf(compiler === null)('ioctls of all kinds', () => {
  let fuzz = '';
  beforeAll(async () => {
    await buildNative();
    fuzz = compileProgram('fuzz', scratch);
  }, 120_000);

  it.each([
    ['next', 1, 1],
    ['7.2', 2, 1],
    ['6.12', 3, 1],
    ['next', 4, 4],
  ])(
    'on kernel %s, seed %i, %i threads: neither crash nor hang nor anything left',
    async (kernel, seed, threads) => {
      const fixture = startServer({ kernel });
      executeStreams(fixture.drv, fixture.server.dispatcher);
      const before = leftOver(fixture);
      const descriptors = await restingDescriptors();
      const ended = await runProgram(fixture, fuzz, [String(seed), String(4000 * factor), String(threads)]);
      expect(ended).toMatchObject({ status: 0, signal: null, stderr: '' });
      await fixture.runToQuiescence();
      await expectLeftOver(fixture, before);
      await expectDescriptors(descriptors);
      fixture.close();
    },
    60_000 + 60_000 * factor,
  );

  it(
    'from clients that are killed at any moment: nothing is left of them',
    async () => {
      const fixture = startServer();
      executeStreams(fixture.drv, fixture.server.dispatcher);
      const before = leftOver(fixture);
      const descriptors = await restingDescriptors();
      const draw = random(7);
      for (let i = 0; i < 30 * factor; i++) {
        const { child, ended } = startProgram(fixture, fuzz, [String(100 + i), '0', String(1 + (i % 4))]);
        const killed = sleep(5 + draw() * 60).then(() => child.kill('SIGKILL'));
        const { signal } = await fixture.until(Promise.all([ended, killed]).then(([result]) => result));
        expect(signal).toBe('SIGKILL');
      }
      await fixture.runToQuiescence();
      await expectLeftOver(fixture, before);
      await expectDescriptors(descriptors);
      fixture.close();
    },
    60_000 + 60_000 * factor,
  );
});
