// The preload libraries that the build made, one per architecture, known by what they are and not by their names.

import { closeSync, existsSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';

const MACHINES = { 62: 'amd64', 183: 'arm64' }; // e_machine of an ELF header: EM_X86_64, EM_AARCH64

/** { amd64, arm64 }: the library's path, undefined where it was not built. */
export function preloadLibraries(project) {
  const found = {};
  const build = join(project, 'native-stubs/build');
  const files = existsSync(build) ? readdirSync(build, { recursive: true }) : [];
  for (const file of files) {
    if (!/preload.*\.so$|panthor.*\.so$/.test(file)) continue;
    const architecture = MACHINES[elfMachine(join(build, file))];
    if (architecture !== undefined) found[architecture] ??= join(build, file);
  }
  return found;
}

function elfMachine(path) {
  const header = Buffer.alloc(20);
  const fd = openSync(path, 'r');
  readSync(fd, header, 0, 20, 0);
  closeSync(fd);
  return header.readUInt32BE(0) === 0x7f454c46 ? header.readUInt16LE(18) : 0;
}
