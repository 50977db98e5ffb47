// Compiles and runs yardstick.c: neutral C work by which figures of different machines compare.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCE = fileURLToPath(new URL('./yardstick.c', import.meta.url));

/** A function that runs the yardstick and returns { A, B, D } in ns, or null where there is no C compiler. */
export function compileYardstick() {
  const dir = mkdtempSync(join(tmpdir(), 'yardstick-'));
  process.on('exit', () => rmSync(dir, { recursive: true, force: true }));
  const program = join(dir, 'yardstick');
  if (spawnSync('cc', ['-O2', '-o', program, SOURCE], { stdio: ['ignore', 'ignore', 2] }).status !== 0)
    return null;
  return () => {
    const lines = execFileSync(program, { encoding: 'utf8' }).trim().split('\n');
    return Object.fromEntries(lines.map((line) => line.split(' ')).map(([name, ns]) => [name, Number(ns)]));
  };
}
