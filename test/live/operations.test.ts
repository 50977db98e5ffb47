import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildNative, compileProgram, compiler, runProgram, startServer } from './toolbox.ts';

const scratch = mkdtempSync(join(tmpdir(), 'panthor-operations-'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** What the kernel answers: file, operation, answer, where its source says so. */
const table = readFileSync(fileURLToPath(new URL('operations.txt', import.meta.url)), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => line.split('|').map((cell) => cell.trim()) as [string, string, string, string]);

describe.skipIf(compiler === null)('operations on the files that the driver gives out', () => {
  beforeAll(buildNative, 120_000);

  it('are at least 120, each once and with its source', () => {
    expect(table.length).toBeGreaterThanOrEqual(120);
    expect(new Set(table.map(([file, operation]) => `${file} ${operation}`)).size).toBe(table.length);
    for (const row of table) expect(row, row.join()).toHaveLength(4);
  });

  it('answer as the kernel does', async () => {
    const fixture = startServer();
    const input = join(scratch, 'input');
    writeFileSync(input, table.map(([file, operation]) => `${file}\t${operation}\n`).join(''));
    const program = compileProgram('operations', scratch);
    const ended = await runProgram(fixture, '/bin/sh', ['-c', `exec '${program}' < '${input}'`]);
    expect(ended.stderr).toBe('');
    const said = ended.stdout.split('\n');
    const wrong = table
      .map(([file, operation, answer, source], i) => ({ file, operation, answer, source, said: said[i] }))
      .filter((row) => row.said !== row.answer);
    expect(wrong).toEqual([]);
    fixture.close();
  });

  it('on the nodes by name are as for a device that belongs to root', async () => {
    const fixture = startServer();
    const asRoot = execFileSync('id', ['-u'], { encoding: 'utf8' }).trim() === '0';
    const ended = await runProgram(fixture, compileProgram('nodes', scratch), [asRoot ? 'root' : 'user']);
    expect(ended).toMatchObject({ status: 0, stderr: '' });
    fixture.close();
  });
});
