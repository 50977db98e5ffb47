import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporary } from '../page/temporary.ts';
import { panthorShim } from './program.ts';

const stdout = async (...args: string[]): Promise<string> => `${(await panthorShim(args)).stdout}`;

/** Names of the commands, as the help lists them. */
async function commands(): Promise<string[]> {
  const names = [...(await stdout('--help')).matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name);
  return names.filter((name) => name !== 'help');
}

describe('the completion of bash', () => {
  let script = '';
  beforeAll(async () => {
    script = temporary('completion.bash');
    writeFileSync(script, await stdout('completion', 'bash'));
  });

  /** What the shell offers after these words, the last of which is being typed. */
  function offers(...words: string[]): string[] {
    const code = `source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _panthor_shim; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return execFileSync('bash', ['-c', code, script, ...words], { encoding: 'utf8' })
      .trim()
      .split('\n');
  }

  it('knows commands, options, values of options, and commands below commands', () => {
    expect(offers('panthor-shim', 're')).toEqual(['replay', 'record', 'review', 'report']);
    expect(offers('panthor-shim', 'dump', '--la')).toEqual(['--label']);
    expect(offers('panthor-shim', 'decode', '--format', '')).toEqual(['short', 'full', 'raw']);
    expect(offers('panthor-shim', 'device', 'i')).toEqual(['info']);
  });

  it('knows every command that the help lists', async () => {
    expect(offers('panthor-shim', '').sort()).toEqual((await commands()).sort());
  });
});

describe('manual pages', () => {
  it('are there for the program and each command, with what their help says', async () => {
    const dir = temporary('man');
    expect((await panthorShim(['man', '--all', dir])).status).toBe(0);
    const names = await commands();
    expect(readdirSync(dir).sort()).toEqual(
      ['panthor-shim.1', ...names.map((name) => `panthor-shim-${name}.1`)].sort(),
    );
    for (const name of names) {
      const page = readFileSync(join(dir, `panthor-shim-${name}.1`), 'utf8');
      expect(page).toMatch(/^\.TH PANTHOR-SHIM-/);
      for (const section of ['NAME', 'SYNOPSIS', 'OPTIONS', 'EXAMPLES', 'EXIT STATUS'])
        expect(page).toContain(`.SH ${section}\n`);
      expect(page).not.toMatch(/\P{ASCII}/u);
      expect(page).not.toContain('default: []');
    }
    expect(readFileSync(join(dir, 'panthor-shim-dump.1'), 'utf8')).toContain('.B \\-\\-label <text>\n');
  });

  it('are refused for what is no command', async () => {
    expect((await panthorShim(['man', 'everything'])).status).toBe(2);
  });
});
