/** What test/innocent.mjs and test/pauses.mjs run beside each other: the kinds of test/live/programs/beside.c. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Clients that care for no one else. */
export const KINDS = [
  'large',
  'large-async',
  'many',
  'many-async',
  'scattered',
  'syncobjs',
  'waits',
  'waits-distinct',
  'wakes',
  'query',
  'messages',
  'heap',
  'memory',
  'descriptors',
  'files',
  'forks',
  'streams',
  'flood',
];

/** Top of the project. */
export const TOP = fileURLToPath(new URL('..', import.meta.url));

/** A shell script: `command` beside `other`, which makes the file $READY once it has begun and is killed at the end. */
export function besideOther(other, command) {
  return `rm -f "$READY"; ${other} & until [ -e "$READY" ]; do sleep 0.05; done; ${command}; kill -9 $! 2>/dev/null; :`;
}

/** Seconds and kinds as the command line says; ends the program with a line about its use where it says nonsense. */
export function commandLine(script, seconds) {
  const [time = String(seconds), ...kinds] = process.argv.slice(2);
  if (!(Number(time) > 0) || kinds.some((kind) => !KINDS.includes(kind))) {
    process.stderr.write(`usage: node test/${script} [SECONDS [KIND...]]: ${KINDS.join(' ')}\n`);
    process.exit(2);
  }
  return { seconds: Number(time), kinds: kinds.length > 0 ? kinds : KINDS };
}

/** Compiles a C source of the tests into `folder`; its path. */
export function compiled(source, folder, flags = []) {
  const path = join(folder, source.replace(/\.c$/, ''));
  const args = ['-O1', '-D_GNU_SOURCE', ...flags, '-o', path, join(TOP, 'test/live/programs', source)];
  const { status } = spawnSync('cc', [...args, '-lpthread'], { stdio: 'inherit' });
  if (status !== 0) throw new Error(`cc could not compile ${source}`);
  return path;
}
