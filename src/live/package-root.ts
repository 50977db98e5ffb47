import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the package is: the directory above this file that has native-stubs/ (sources and dist/ lie differently deep). */
export function packageRoot(): string {
  let dir = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(dir, 'native-stubs', 'compile.mjs'))) {
    const parent = dirname(dir);
    if (parent === dir) throw new Error('the package has no native-stubs/ directory');
    dir = parent;
  }
  return dir;
}

/**
 * A file of compiled C for an architecture (x86_64, aarch64): the one that was compiled here (native-stubs/compile.mjs),
 * else the one that came with the package (native-stubs/prebuilt.mjs). It need not be there.
 */
export function nativeFile(arch: string, name: string): string {
  const compiled = join(packageRoot(), 'native-stubs', 'build', arch, name);
  const prebuilt = join(packageRoot(), 'native-stubs', 'prebuilt', arch, name);
  return existsSync(prebuilt) && !existsSync(compiled) ? prebuilt : compiled;
}
