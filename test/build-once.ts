import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Newest change below a directory or of a file, in ms since the epoch; 0 where there is none. */
function newest(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

/**
 * Builds dist/ once before the tests when it is older than what it is made from: the tests of the command line run
 * the program as users do.
 *
 * Under `npm test` a build that fails ends the run. Under a bare `npx vitest run test/some/where`, which is what one
 * does in the middle of a change, dist/ is then made as far as it goes.
 */
export default function setup(): void {
  const sources = ['src', 'uapi', 'build', 'tsconfig.json', 'package.json'];
  const built = newest(join(root, 'dist', 'src', 'cli'));
  if (Math.max(...sources.map((path) => newest(join(root, path)))) < built) return;
  const strict = process.env.CI !== undefined || process.env.npm_lifecycle_event === 'test';
  const script = [join(root, 'build', 'build.mjs'), ...(strict ? [] : ['--keep-going'])];
  const { status } = spawnSync(process.execPath, script, { cwd: root, stdio: strict ? 'inherit' : 'ignore' });
  if (status === 0) return;
  if (strict) throw new Error('the build failed');
  process.stderr.write(
    'The build has problems (npm run build shows them); tests of the command line may be wrong.\n',
  );
}
