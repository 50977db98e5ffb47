/** SPIN on the spaces of scales.mjs (promela.mjs), with partial order and without, where `spin` and a C compiler are there. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promela } from './promela.mjs';

/** Depth, and 2^24 places of the hash table, SPIN's own choice. */
const PAN = './pan -m100000 -w24 && times';

function run(command, args, cwd) {
  const { status, stdout, error } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (error !== undefined || status !== 0) throw new Error(`${command}: ${error?.code ?? stdout}`);
  return stdout;
}

/** Whether there are a `spin` and a `gcc`. */
export const haveSpin = () =>
  ['spin', 'gcc'].every(
    (command) => spawnSync(command, [command === 'spin' ? '-V' : '--version']).status === 0,
  );

/** States and CPU seconds to the verdict, without the compiler's; with `reduce`, by partial order. @throws what fails */
export function searchWithSpin(space, reduce) {
  const folder = mkdtempSync(join(tmpdir(), 'panthor-shim-spin-'));
  try {
    writeFileSync(join(folder, 'space.pml'), promela(space));
    run('spin', ['-a', 'space.pml'], folder);
    run('gcc', ['-O2', '-w', '-DSAFETY', ...(reduce ? [] : ['-DNOREDUCE']), '-o', 'pan', 'pan.c'], folder);
    const out = run('sh', ['-c', PAN], folder);
    if (!/errors: 0/.test(out)) throw new Error(`SPIN found an error:\n${out}`);
    if (/max search depth too small|out of memory/.test(out)) throw new Error(`SPIN did not end:\n${out}`);
    const states = Number(/^\s*([\d.e+]+) states, stored/m.exec(out)[1]);
    // What `times` says of children, on its last line: those of the user and of the system.
    const [, ...parts] = /(\d+)m([\d.]+)s (\d+)m([\d.]+)s\s*$/.exec(out);
    const [minutes, seconds, systemMinutes, systemSeconds] = parts.map(Number);
    return { states, cpu_seconds: 60 * (minutes + systemMinutes) + seconds + systemSeconds };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
