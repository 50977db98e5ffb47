// Programs that the checks run.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
const require = createRequire(import.meta.url);

/** npm, to be run by whichever Node is wanted. */
export const npmCli = process.env.npm_execpath ?? '';
if (npmCli === '') throw new Error('to be run by npm: npm run test:package');

/** The compilers that examples have to pass: our own, and the oldest that our tools bring along. */
export const typescripts = [
  fileURLToPath(new URL('../bin/tsc', import.meta.resolve('typescript'))),
  createRequire(require.resolve('@arethetypeswrong/core/package.json')).resolve('typescript/bin/tsc'),
];

/** Runs a program to its end; what it said, or an error with all of it. */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, {
    encoding: 'utf8',
    timeout: 300_000,
    maxBuffer: 64 << 20,
    ...options,
  });
  const status = result.status ?? result.signal ?? result.error;
  if (status === (options.status ?? 0)) return result.stdout;
  throw new Error(`${command} ${args.join(' ')}: ${status}\n${result.stdout}\n${result.stderr}`);
}

/** A tool of the repository's. */
export const tool = (name) => join(root, 'node_modules/.bin', name);
