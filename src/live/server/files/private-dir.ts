import {
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { reason } from '../../../capture/error.ts';
import { native } from '../../native.ts';
import { StartError } from '../../start-error.ts';

/** Longest directory for which the socket's path still fits (config.h of the preload library, sun_path). */
const MAX_DIR_BYTES = 79;

/**
 * A directory that only this user can enter: `path` (made, or found to be private already), or a new one below
 * XDG_RUNTIME_DIR, TMPDIR, /dev/shm or another directory for temporary files. /dev/shm comes before those on a disk: each file of
 * a client is a name there for a moment, which takes a disk's file system up to a millisecond.
 *
 * @throws StartError where `path` belongs to another user, is open to others or is too long
 */
export function makePrivateDir(path?: string): string {
  if (path !== undefined) makeDir(path);
  const dir = path ?? newDir();
  const stat = lstatSync(dir);
  if (!stat.isDirectory() || stat.uid !== process.geteuid?.() || (stat.mode & 0o077) !== 0) {
    throw new StartError(`${dir} must be a directory of yours with mode 0700`);
  }
  return dir;
}

function makeDir(path: string): void {
  if (Buffer.byteLength(path) > MAX_DIR_BYTES) {
    throw new StartError(`${path} is too long a path for a socket: at most ${MAX_DIR_BYTES} bytes`);
  }
  try {
    // Not `recursive`: where a file system says ENOENT of a folder that is there (/proc), Node tries for ever.
    for (const one of missingDirs(resolve(path))) mkdirSync(one, { mode: 0o700 });
  } catch (error) {
    throw new StartError(`cannot make ${path}: ${reason(error as NodeJS.ErrnoException)}`);
  }
}

/** What is missing of a path, outermost first. */
function missingDirs(path: string): string[] {
  return existsSync(path) ? [] : [...missingDirs(dirname(path)), path];
}

/** A new directory, made by mkdtemp() with mode 0700, in the first place where that is possible. */
function newDir(): string {
  let last: unknown;
  for (const parent of [process.env.XDG_RUNTIME_DIR, process.env.TMPDIR, '/dev/shm', tmpdir(), '/tmp']) {
    // Clients go to other directories.
    if (parent === undefined || !isAbsolute(parent)) continue;
    if (Buffer.byteLength(parent) > MAX_DIR_BYTES - 'panthor-shim-XXXXXX/'.length) continue;
    try {
      return mkdtempSync(join(parent, 'panthor-shim-'));
    } catch (error) {
      last = error;
    }
  }
  throw new StartError(`no directory for the socket: ${(last as Error).message}`);
}

/** Says that `socket` and `root` beside it are a server's, which may be removed when it is gone. */
const MARK = 'panthor-shim.pid';

/**
 * Makes `dir` this server's: what one that died left behind is removed.
 *
 * @throws StartError where another server is in it, or something that no server made
 */
export function takePrivateDir(dir: string): void {
  const mark = join(dir, MARK);
  if (existsSync(mark)) {
    const pid = Number(readFileSync(mark, 'utf8'));
    if (pid !== process.pid && isServing(dir))
      throw new StartError(`${dir} has a server already (process ${pid})`);
    removeServed(dir);
  } else {
    for (const name of ['socket', 'root']) {
      if (lstatSync(join(dir, name), { throwIfNoEntry: false }) !== undefined)
        throw new StartError(`${join(dir, name)} is there, and no server made it: choose another directory`);
    }
  }
  writeFileSync(mark, `${process.pid}\n`);
}

/** Whether a server answers at the socket. */
function isServing(dir: string): boolean {
  const fd = native().connect(join(dir, 'socket'));
  if (fd < 0) return false;
  closeSync(fd);
  return true;
}

/** Removes what a server made in its directory, and the directory itself if it was made for it. */
export function clearPrivateDir(dir: string, removeDir: boolean): void {
  if (existsSync(join(dir, MARK))) removeServed(dir);
  if (removeDir) rmSync(dir, { recursive: true, force: true });
}

function removeServed(dir: string): void {
  rmSync(join(dir, 'socket'), { force: true });
  rmSync(join(dir, 'root'), { recursive: true, force: true });
  rmSync(join(dir, MARK), { force: true });
}
