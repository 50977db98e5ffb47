/** Completion in the shells themselves: Debian's zsh and fish, the machine's own where it has them. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it, type TestContext } from 'vitest';
import { onPath, prepareRoots } from '../clients/roots.mjs';

const top = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'panthor-shells-'));
afterAll(() => rmSync(folder, { recursive: true }));
let root: string | null = null;
let missing = '';

beforeAll(async () => {
  if (onPath('zsh') && onPath('fish')) return;
  const { roots, incomplete } = (await prepareRoots(join(top, '.cache/clients'), ['shells'])) as {
    roots: { shells: string };
    incomplete: Record<string, string[]>;
  };
  missing = incomplete.shells?.join('; ') ?? '';
  root = roots.shells;
}, 600_000);

function script(shell: string): string {
  const file = join(folder, `completion.${shell}`);
  const args = [join(top, 'bin/panthor-shim'), 'completion', shell];
  writeFileSync(file, execFileSync(process.execPath, args));
  return file;
}

/** Runs a shell; one that is unpacked finds its libraries there. */
function run(context: TestContext, shell: string, args: string[]): string {
  if (missing !== '') context.skip(missing);
  const env = { ...process.env, HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder };
  if (root === null || onPath(shell)) return execFileSync(shell, args, { encoding: 'utf8', env });
  const libraries = ['x86_64-linux-gnu', 'aarch64-linux-gnu'].map((name) =>
    join(root ?? '', 'usr/lib', name),
  );
  return execFileSync(join(root, 'usr/bin', shell), args, {
    encoding: 'utf8',
    env: { ...env, LD_LIBRARY_PATH: libraries.join(':') },
  });
}

it('zsh reads its completion', (context) => {
  run(context, 'zsh', ['-f', '-n', script('zsh')]);
  // Without the completion system the functions alone are defined.
  const said = run(context, 'zsh', [
    '-f',
    '-c',
    `compdef() { :; }; source ${script('zsh')}; whence -w _panthor_shim`,
  ]);
  expect(said).toContain('_panthor_shim: function');
});

it('fish completes commands, options and values', (context) => {
  const file = script('fish');
  run(context, 'fish', ['--no-execute', file]);
  const offers = (line: string): string[] =>
    run(context, 'fish', ['--no-config', '-c', `source ${file}; complete -C ${JSON.stringify(line)}`])
      .trim()
      .split('\n')
      .map((one) => one.split('\t')[0]);
  expect(offers('panthor-shim dump --la')).toEqual(['--label']);
  expect(offers('panthor-shim decode --format ').sort()).toEqual(['full', 'raw', 'short']);
});
