/** When client and server look a few times before they sleep (native-stubs/spin.h). */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileProgram, compiler } from './toolbox.ts';

const scratch = mkdtempSync(join(tmpdir(), 'panthor-spin-'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** What is decided about waits of so many us: '.' sleeps at once, '+' looks and finds it, '-' looks in vain. */
function decisions(program: string, lengths: readonly number[]): string {
  return execFileSync(program, lengths.map(String), { encoding: 'utf8' }).trim();
}

/** How often it looks in vain before it sleeps, and how often it sleeps then, where PANTHOR_SHIM_SPIN is `said`. */
function looks(program: string, said?: string): number[] {
  const env = { ...process.env, PANTHOR_SHIM_SPIN: said };
  return execFileSync(program, { encoding: 'utf8', env }).trim().split(' ').map(Number);
}

const times = (count: number, us: number): number[] => new Array(count).fill(us);

describe.skipIf(compiler === null)('looking before sleeping', () => {
  let program = '';
  beforeAll(() => {
    program = compileProgram('spin', scratch);
  }, 60_000);

  it('begins after four short waits in a row', () => {
    expect(decisions(program, [10, 10, 10, 500, 10, 10, 10, 10, 10, 10])).toBe('........++');
  });

  it('is left off after looking in vain, for longer each time', () => {
    const said = decisions(program, [
      ...times(4, 10),
      ...times(5, 500).flatMap((us) => [us, ...times(260, 10)]),
    ]);
    const pauses = said
      .split('-')
      .slice(1)
      .map((part) => part.indexOf('+'));
    expect(pauses[0]).toBe(8);
    for (let i = 1; i < pauses.length; i++) expect(pauses[i]).toBeGreaterThanOrEqual(8);
    // Where each look is in vain, most waits are without one.
    const never = decisions(
      program,
      times(5000, 10).map((us, i) => (i % 5 === 4 ? 500 : us)),
    );
    expect(never.match(/-/g)?.length ?? 0).toBeLessThan(12);
  });

  it('is as often as PANTHOR_SHIM_SPIN says, a thousand times at most, and as without it where that is no number', () => {
    for (const often of [0, 1, 7]) expect(looks(program, String(often))).toEqual([often, 1]);
    for (const much of ['1001', '4294967296', '18446744073709551617', '9'.repeat(100)])
      expect(looks(program, much)).toEqual([1000, 1]);
    const unsaid = looks(program, '');
    expect([0, 50]).toContain(unsaid[0]);
    for (const nonsense of ['-1', 'many', '7x', ' 7', '0x10', '1e3'])
      expect(looks(program, nonsense)).toEqual(unsaid);
  });
});
