/** SPIN on the spaces of scales.mjs (promela.mjs), with partial order and without, where `spin` and a C compiler are there. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promela } from './promela.mjs';

const PROGRAM = fileURLToPath(new URL('../bin/panthor-shim', import.meta.url));
/** Depth, and 2^24 places of the hash table, SPIN's own choice. */
const PAN = './pan -m100000 -w24';

/** What a command prints, and the processor's seconds that it and all that it starts take. @throws {Error} where it fails */
function timed(command, cwd) {
  const { status, stdout, stderr } = spawnSync('sh', ['-c', `${command} && times`], {
    cwd,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${command}: ${stdout}${stderr}`);
  // What `times` says of children, on its last line: those of the user and of the system.
  const [, ...parts] = /(\d+)m([\d.]+)s (\d+)m([\d.]+)s\s*$/.exec(stdout);
  const [minutes, seconds, systemMinutes, systemSeconds] = parts.map(Number);
  return { out: stdout, seconds: 60 * (minutes + systemMinutes) + seconds + systemSeconds };
}

/** Whether there are a `spin` and a `gcc`. */
export const haveSpin = () =>
  ['spin', 'gcc'].every(
    (command) => spawnSync(command, [command === 'spin' ? '-V' : '--version']).status === 0,
  );

/** Runs `action` in a folder that holds a file with this text, and is gone afterwards. */
function inFolder(file, text, action) {
  const folder = mkdtempSync(join(tmpdir(), 'panthor-shim-spin-'));
  try {
    writeFileSync(join(folder, file), text);
    return action(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * States, the processor's seconds of the search, and those from the Promela text to the verdict (SPIN's, gcc's and the
 * search's); with `reduce`, by partial order. @throws what fails
 */
export function searchWithSpin(space, reduce) {
  return inFolder('space.pml', promela(space), (folder) => {
    const all = reduce ? '' : '-DNOREDUCE';
    const made = timed(`spin -a space.pml && gcc -O2 -w -DSAFETY ${all} -o pan pan.c`, folder);
    const { out, seconds } = timed(PAN, folder);
    if (!/errors: 0/.test(out)) throw new Error(`SPIN found an error:\n${out}`);
    if (/max search depth too small|out of memory/.test(out)) throw new Error(`SPIN did not end:\n${out}`);
    const states = Number(/^\s*([\d.e+]+) states, stored/m.exec(out)[1]);
    return { states, cpu_seconds: seconds, from_text_seconds: made.seconds + seconds };
  });
}

/** The processor's seconds of `panthor-shim explore`, from the scenario's text to the verdict, on one thread. */
export function exploreFromText(text) {
  return inFolder('space.scenario', text, (folder) => {
    const command = `"$NODE" "$EXPLORE" explore space.scenario --no-compare --jobs 1`;
    return timed(`NODE='${process.execPath}' EXPLORE='${PROGRAM}' sh -c '${command}'`, folder).seconds;
  });
}
