import { chmodSync, lstatSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Longest directory for which the socket's path still fits (config.h of the preload library, sun_path). */
const MAX_DIR_BYTES = 79;

/**
 * A directory that only this user can enter: `path` (made, or found to be private already), or a new one below
 * XDG_RUNTIME_DIR or the directory for temporary files.
 *
 * @throws Error where `path` belongs to somebody else, is open to others or is too long
 */
export function makePrivateDir(path?: string): string {
  let dir: string;
  if (path === undefined) {
    dir = mkdtempSync(join(process.env.XDG_RUNTIME_DIR ?? tmpdir(), 'panthor-shim-'));
    chmodSync(dir, 0o700);
  } else {
    dir = path;
    mkdirSync(dir, { recursive: true, mode: 0o700 });
  }
  const stat = lstatSync(dir);
  if (!stat.isDirectory() || stat.uid !== process.geteuid?.() || (stat.mode & 0o077) !== 0) {
    throw new Error(`${dir} must be a directory of yours with mode 0700`);
  }
  if (Buffer.byteLength(dir) > MAX_DIR_BYTES) {
    throw new Error(`${dir} is too long a path for a socket: at most ${MAX_DIR_BYTES} bytes`);
  }
  return dir;
}

/** Removes what a server made in its directory, and the directory if it is empty then. */
export function clearPrivateDir(dir: string, removeDir: boolean): void {
  rmSync(join(dir, 'socket'), { force: true });
  rmSync(join(dir, 'root'), { recursive: true, force: true });
  if (removeDir) rmSync(dir, { recursive: true, force: true });
}
