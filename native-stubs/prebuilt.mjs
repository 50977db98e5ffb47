/**
 * `npm run build:prebuilt`: compiles what is C in this package for x86-64 and aarch64 into native-stubs/prebuilt/, which
 * is published, so that `run` works without a compiler and a board without one can record. (npm would run a script
 * called `prebuild` before each `build`.)
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compile, STRICT } from './compile.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const out = join(here, 'prebuilt');
/** The newest C library that they may need: Debian 12 and Ubuntu 22.04 have it. Versions of symbols stand in the files as text. */
const GLIBC = 34;

function newestGlibc(path) {
  const versions = readFileSync(path, 'latin1').matchAll(/\0GLIBC_2\.(\d+)/g);
  return Math.max(...[...versions].map((match) => Number(match[1])));
}

const { nativeTables } = await import('../dist/src/live/launch/native-tables.js');
rmSync(out, { recursive: true, force: true });
// Symbols stay in the tables that the loader needs; paths of this machine do not belong to a package.
const { built, missing } = compile({
  tables: nativeTables(),
  out,
  flags: [...STRICT, '-s', `-ffile-prefix-map=${here}=`],
});
if (missing.length > 0) {
  process.stderr.write(
    `build:prebuilt: no compiler for ${missing.join(', ')} (Debian: gcc-aarch64-linux-gnu, gcc-x86-64-linux-gnu)\n`,
  );
  process.exitCode = 1;
}
for (const arch of built) {
  for (const name of ['libpanthor_shim.so', 'libdrm_recorder.so', 'server.node', 'panthor-door']) {
    const needs = newestGlibc(join(out, arch, name));
    process.stderr.write(`${arch}/${name} needs glibc 2.${needs}\n`);
    if (needs <= GLIBC) continue;
    process.stderr.write(
      `build:prebuilt: ${arch}/${name} needs glibc 2.${needs}, more than 2.${GLIBC}: build on an older system\n`,
    );
    process.exitCode = 1;
  }
}
