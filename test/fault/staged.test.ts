import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildNative, compileProgram, compiler } from '../live/toolbox.ts';
import { sampled } from '../tooling/long.ts';
import { STAGED } from './staged.ts';

const bin = resolve(import.meta.dirname, '../../bin/panthor-shim');
const scratch = mkdtempSync(join(tmpdir(), 'panthor-faults-'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** Runs a client that faults, recorded, and asks about what the shim said of it. */
async function ask(program: string, does: string, file: string) {
  const run = promisify(execFile);
  const { stderr } = await run(bin, ['run', '--record', file, '--', program, ...does.split(' ')]);
  const asked = run(bin, ['fault', file, '--json']);
  asked.child.stdin?.end(stderr);
  return { stderr, answer: JSON.parse((await asked).stdout) };
}

describe.skipIf(compiler === null)('a fault that a client brought about', () => {
  let program = '';
  let made = 0;
  beforeAll(async () => {
    await buildNative();
    program = compileProgram('faults', scratch);
  }, 120_000);

  it.concurrent.each(sampled(STAGED, 3).map((staged) => [staged.name, staged] as const))(
    'is told: %s',
    async (_name, { does, status, cause, says }) => {
      const { stderr, answer } = await ask(program, does, join(scratch, `${made++}.jsonl`));
      expect(stderr).toContain(status);
      const [first] = answer.faults;
      expect(`${first.status.exception}, ${first.status.access}`).toBe(status);
      const told = [first.cause.text, ...first.cause.facts].join('\n');
      expect([first.cause.kind, told]).toEqual([cause, expect.stringContaining(says)]);
    },
  );
});
