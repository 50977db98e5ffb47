import { lstatSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StartError } from '../start-error.js';
/** Longest directory for which the socket's path still fits (config.h of the preload library, sun_path). */
const MAX_DIR_BYTES = 79;
/**
 * A directory that only this user can enter: `path` (made, or found to be private already), or a new one below
 * XDG_RUNTIME_DIR or the directory for temporary files.
 *
 * @throws StartError where `path` belongs to somebody else, is open to others or is too long
 */
export function makePrivateDir(path) {
    if (path !== undefined)
        makeDir(path);
    const dir = path ?? newDir();
    const stat = lstatSync(dir);
    if (!stat.isDirectory() || stat.uid !== process.geteuid?.() || (stat.mode & 0o077) !== 0) {
        throw new StartError(`${dir} must be a directory of yours with mode 0700`);
    }
    return dir;
}
function makeDir(path) {
    if (Buffer.byteLength(path) > MAX_DIR_BYTES) {
        throw new StartError(`${path} is too long a path for a socket: at most ${MAX_DIR_BYTES} bytes`);
    }
    try {
        mkdirSync(path, { recursive: true, mode: 0o700 });
    }
    catch (error) {
        throw new StartError(error.message);
    }
}
/** A new directory, made by mkdtemp() with mode 0700, in the first place where that is possible. */
function newDir() {
    let last;
    for (const parent of [process.env.XDG_RUNTIME_DIR, tmpdir(), '/tmp']) {
        if (parent === undefined || parent.length > MAX_DIR_BYTES - 'panthor-shim-XXXXXX/'.length)
            continue;
        try {
            return mkdtempSync(join(parent, 'panthor-shim-'));
        }
        catch (error) {
            last = error;
        }
    }
    throw new StartError(`no directory for the socket: ${last.message}`);
}
/** Removes what a server made in its directory, and the directory if it is empty then. */
export function clearPrivateDir(dir, removeDir) {
    rmSync(join(dir, 'socket'), { force: true });
    rmSync(join(dir, 'root'), { recursive: true, force: true });
    if (removeDir)
        rmSync(dir, { recursive: true, force: true });
}
//# sourceMappingURL=private-dir.js.map