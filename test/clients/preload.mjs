// The preload libraries that native-stubs/compile.mjs made, by Debian's names of the architectures.

import { existsSync } from 'node:fs';
import { join } from 'node:path';

const FOLDERS = { amd64: 'x86_64', arm64: 'aarch64' };

/** { amd64, arm64 }: the library's path, undefined where it was not built. */
export function preloadLibraries(project) {
  const found = {};
  for (const [architecture, folder] of Object.entries(FOLDERS)) {
    const library = join(project, 'native-stubs/build', folder, 'libpanthor_shim.so');
    if (existsSync(library)) found[architecture] = library;
  }
  return found;
}
