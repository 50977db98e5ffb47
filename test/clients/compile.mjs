// Compiles the C programs of these tests for both architectures.

import { spawnSync } from 'node:child_process';
import { basename, join } from 'node:path';
import { CROSS_BIN, onPath } from './roots.mjs';

/** { amd64, arm64 }: the program's path, undefined where there is no compiler. Warnings are errors. */
export function compileBoth(place, source) {
  const programs = {};
  const compilers = {
    amd64: process.arch === 'x64' ? (process.env.CC ?? 'gcc') : undefined,
    arm64: process.arch === 'arm64' ? (process.env.CC ?? 'gcc') : crossCompiler(place),
  };
  for (const [architecture, compiler] of Object.entries(compilers)) {
    if (compiler === undefined) continue;
    const out = join(place.scratch, `${basename(source, '.c')}-${architecture}`);
    const flags = ['-std=c11', '-O1', '-g', '-Wall', '-Wextra', '-Werror', '-pthread'];
    const r = spawnSync(compiler, [...flags, '-o', out, source], { encoding: 'utf8' });
    if (r.error?.code === 'ENOENT') continue;
    if (r.status !== 0) throw new Error(`${compiler} does not compile ${basename(source)}: ${r.stderr}`);
    programs[architecture] = out;
  }
  return programs;
}

function crossCompiler(place) {
  if (onPath('aarch64-linux-gnu-gcc')) return 'aarch64-linux-gnu-gcc';
  const unpacked = join(place.roots.tools, CROSS_BIN, 'aarch64-linux-gnu-gcc');
  return spawnSync(unpacked, ['--version']).status === 0 ? unpacked : undefined;
}
