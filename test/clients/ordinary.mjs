// As root IGT pokes at debugfs, the kernel log and ftrace, and root is not whom this is for: started as root, the
// whole of it, server included, runs as nobody.

import { spawnSync } from 'node:child_process';
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const NOBODY = 65534;
const AS_NOBODY = ['--reuid=65534', '--regid=65534', '--clear-groups'];

/** Whether this process may do whatever it likes. */
export const isRoot = process.getuid() === 0;

/**
 * The folder that keeps what was fetched: PANTHOR_SHIM_CACHE, else .cache/clients of the project, else (nobody
 * cannot get there) a folder of /var/tmp. It belongs to the user that the tests run as.
 */
export function cacheFolder(project) {
  let folder = process.env.PANTHOR_SHIM_CACHE || join(project, '.cache/clients');
  mkdirSync(folder, { recursive: true });
  if (isRoot && !nobodyMay('-x', folder)) {
    folder = '/var/tmp/panthor-shim-clients';
    mkdirSync(folder, { recursive: true });
  }
  // All of it: what root fetched there for something else is used and updated too.
  if (isRoot) spawnSync('chown', ['-R', `${NOBODY}:${NOBODY}`, folder]);
  else accessSync(folder, constants.W_OK);
  return folder;
}

/** The project as nobody can read it: itself, or a copy of what runs. */
export function readableProject(project) {
  const files = ['package.json', 'bin', 'dist', 'native-stubs', 'scenarios', 'docs', 'uapi', 'test'];
  if (files.every((f) => !existsSync(join(project, f)) || nobodyMay('-r', join(project, f)))) return project;
  const copy = mkdtempSync(join(tmpdir(), 'panthor-shim-project-'));
  chmodSync(copy, 0o755);
  for (const file of [...files, 'node_modules/commander']) {
    const from = join(project, file);
    if (!existsSync(from)) continue;
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    cpSync(from, join(copy, file), { recursive: true });
  }
  spawnSync('chmod', ['-R', 'a+rX', copy]);
  return copy;
}

/** Runs Node on a script as nobody, in the foreground; returns its exit status. */
export function asNobody(script, args, env) {
  const home = mkdtempSync(join(tmpdir(), 'panthor-shim-home-'));
  chownSync(home, NOBODY, NOBODY);
  const r = spawnSync('setpriv', [...AS_NOBODY, process.execPath, script, ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
    cwd: home,
    env: {
      ...process.env,
      ...env,
      HOME: home,
      TMPDIR: tmpdir(),
      XDG_RUNTIME_DIR: home,
      USER: 'nobody',
      LOGNAME: 'nobody',
    },
  });
  spawnSync('rm', ['-rf', home]);
  if (r.error) throw new Error(`setpriv (util-linux) cannot be started: ${r.error.message}`);
  return r.status ?? 1;
}

function nobodyMay(test, path) {
  return spawnSync('setpriv', [...AS_NOBODY, 'test', test, path]).status === 0;
}
