/** Completion in the shells themselves: Debian's zsh and fish, the machine's own where it has them. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
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
  if (root === null || onPath(shell))
    return execFileSync(shell, args, { encoding: 'utf8', env, timeout: 60_000 });
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

/** A terminal's zsh with the completion loaded; what stands on the line after a tab is printed between << and >>. */
const ZSH = `
zmodload zsh/zpty
zpty z "$1 -f -i"
write() { zpty -w z "$1" }
await() { out=; until [[ $out == *"$1"* ]]; do zpty -r z part || exit 1; out+=$part; done }
write 'PS1= PROMPT_EOL_MARK=; setopt no_beep; autoload -Uz compinit; compinit -D -u'
write "source $2"
write 'show() { print -r -- "<<$BUFFER>>"; BUFFER=; zle accept-line }; zle -N show; bindkey "^G" show; print re""ady'
await ready
zpty -w -n z "$3"$'\\t\\a'
await '>>'
print -r -- "$out"
`;

it('zsh completes commands, options and values', (context) => {
  // One that is unpacked does not find its modules: their place is compiled in. That it reads the script is above.
  if (!onPath('zsh')) return;
  const file = join(folder, 'complete.zsh');
  writeFileSync(file, ZSH);
  const completed = (line: string) =>
    /<<(.*?)>>/.exec(run(context, 'zsh', ['-f', file, 'zsh', script('zsh'), line]))?.[1].trim();
  expect(completed('panthor-shim dump --la')).toBe('panthor-shim dump --label');
  expect(completed('panthor-shim repl')).toBe('panthor-shim replay');
  expect(completed('panthor-shim decode --format sh')).toBe('panthor-shim decode --format short');
});

it('man shows the pages, without a warning of its formatter', () => {
  // Where there is no man there are no pages to be read.
  if (!onPath('man') || !onPath('groff')) return;
  const pages = join(folder, 'man');
  execFileSync(process.execPath, [join(top, 'bin/panthor-shim'), 'man', '--all', pages]);
  for (const name of readdirSync(pages)) {
    const env = { ...process.env, MANWIDTH: '80', MANPAGER: 'cat' };
    const r = spawnSync('man', ['--warnings=w', '-l', join(pages, name)], { encoding: 'utf8', env });
    expect([name, r.status, r.stderr]).toEqual([name, 0, '']);
    expect(r.stdout).toMatch(/^PANTHOR-SHIM/);
  }
});

it('fish completes commands, options and values', (context) => {
  const file = script('fish');
  run(context, 'fish', ['--no-execute', file]);
  // One that is unpacked looks for its functions where it would be installed.
  const functions = join(root ?? '/', 'usr/share/fish/functions');
  const offers = (line: string): string[] =>
    run(context, 'fish', [
      '--no-config',
      '-c',
      `set -a fish_function_path ${functions}; source ${file}; complete -C ${JSON.stringify(line)}`,
    ])
      .trim()
      .split('\n')
      .map((one) => one.split('\t')[0]);
  expect(offers('panthor-shim dump --la')).toEqual(['--label']);
  expect(offers('panthor-shim decode --format ').sort()).toEqual(['full', 'raw', 'short']);
});
