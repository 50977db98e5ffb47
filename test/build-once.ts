import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Newest change below a directory or of a file, in ms since the epoch; 0 where there is none. */
function newest(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))));
}

/**
 * Builds dist/ once before the tests when it is older than what it is made from: the tests of the command line run
 * the program as users do.
 */
export default function setup(): void {
  const sources = ['src', 'uapi', 'build', 'tsconfig.json', 'package.json'];
  const built = newest(join(root, 'dist', 'src', 'cli', 'main.js'));
  if (Math.max(...sources.map((path) => newest(join(root, path)))) < built) return;
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
}
