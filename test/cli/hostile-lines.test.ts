/**
 * Done-when 8 of what the commands promise: whatever a user does wrong ends with 2 or 3 and a sentence on standard error,
 * never with "a bug", a stack or a success. The lines are made from the commands themselves (hostile-lines.ts), so that a new
 * option is in by itself.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { afterAll, describe, expect, it } from 'vitest';
import { vectorPath } from '../conform/fixtures.ts';
import { LONG, WHOLE } from '../tooling/long.ts';
import { CASES } from './fixture.ts';
import {
  commands,
  contradictions,
  type Files,
  fineLines,
  hostileFiles,
  hostileOptions,
} from './hostile-lines.ts';
import { panthorShim } from './program.ts';

const top = mkdtempSync(join(tmpdir(), 'panthor-shim-hostile-'));
afterAll(() => rmSync(top, { recursive: true, force: true }));
const put = (name: string, data: string | Uint8Array): string => {
  writeFileSync(join(top, name), data);
  return join(top, name);
};
const folder = join(top, 'folder');
mkdirSync(folder);
const files: Files = {
  capture: resolve(`${CASES}partial-unmap-of-block.jsonl`),
  vectors: vectorPath('edge-7.2.jsonl.gz'),
  folder,
  missing: join(top, 'missing'),
  empty: put('empty', ''),
  nonsense: put('nonsense', 'no JSON of anything\n'),
  cut: put('cut.gz', Uint8Array.of(0x1f, 0x8b, 8, 0)),
  out: join(top, 'out'),
};

// All commands at once take a second to load.
const all = LONG ? await commands() : new Map<string, Command>();
const lines = [...all].flatMap(([name, command]) => hostileOptions(name, command, files));
const groups: readonly (readonly [what: string, lines: readonly string[][], every: number])[] = [
  ['options', lines, 1],
  ['files', hostileFiles(files), 120],
  ['contradictions', contradictions(files), 20],
];

if (LONG) {
  it('every command is there', () => {
    const named = [...all.keys()].filter((name) => name !== 'help');
    expect(named.sort()).toEqual(Object.keys(fineLines(files)).sort());
    expect(lines.length).toBeGreaterThan(1000);
  });
}

for (const [what, some, every] of groups) {
  const wanted = some.filter((_, i) => WHOLE || i % (LONG ? 3 : every) === 0);
  if (wanted.length === 0) continue;
  describe(`hostile ${what}: 2 or 3, and a sentence`, () => {
    it.concurrent.each(wanted.map((args) => [JSON.stringify(args), args] as const))(
      '%s',
      { timeout: 60_000 },
      async (_, args) => {
        const { status, stderr, stdout } = await panthorShim(args);
        expect(stderr).not.toMatch(/bug of panthor-shim|\n {4}at /);
        expect([2, 3]).toContain(status);
        expect(stdout.length).toBe(0);
        // One sentence, of ours or of the parser of the command line; the overview where there was no command.
        expect(stderr).toMatch(/^(panthor-shim: [^\n]+\n|error: [^\n]+\n\(--help says more\)\n|Usage: )/);
        if (!stderr.startsWith('Usage: ')) expect(stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(2);
      },
    );
  });
}
