/** What the program does on a terminal: the pseudo-terminal is that of script(1). */
import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { columnsOf } from '../../src/report/wrap-text.ts';
import { temporary } from '../page/temporary.ts';
import { panthorShim, program } from './program.ts';

const capture = 'test/fixtures/captures/vulkan-sparse.jsonl.gz';

/** Everything that a terminal of 80 columns gets from a command. */
function terminal(command: string, env: Record<string, string> = {}, before = ''): string {
  const all: NodeJS.ProcessEnv = { ...process.env, TERM: 'xterm', NO_COLOR: '1', PAGER: 'cat', ...env };
  // vitest has colours forced upon what it starts.
  delete all.FORCE_COLOR;
  // Node takes a continuous integration that it does not know for one whose log has no colours.
  delete all.CI;
  if (all.NO_COLOR === '') delete all.NO_COLOR;
  const line = `${before} stty cols 80 rows 24; ${process.execPath} ${program} ${command}`;
  const args = ['-q', '-e', '-f', '-c', line, '/dev/null'];
  return execFileSync('script', args, { env: all, encoding: 'utf8', input: '' }).replaceAll('\r\n', '\n');
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: what is looked for
const SGR = /\x1b\[[\d;]*m/;

describe('on a terminal', () => {
  it('rows are as long as it is wide, and coloured but with NO_COLOR', () => {
    const plain = terminal(`vm ${capture} --at 109`);
    expect(plain.split('\n').filter((row) => columnsOf(row) > 80)).toEqual([]);
    expect(plain).toContain('VM 1');
    expect(plain).not.toMatch(SGR);
    const coloured = terminal(`vm ${capture} --at 109`, { NO_COLOR: '' });
    expect(coloured).toMatch(SGR);
    expect(coloured.replace(new RegExp(SGR, 'g'), '')).toBe(plain);
  });

  it('text goes through the pager, JSON and --no-pager do not', () => {
    const pager = temporary('pager');
    writeFileSync(pager, '#!/bin/sh\necho PAGED\ncat\necho LESS=$LESS\n');
    chmodSync(pager, 0o755);
    const paged = terminal('kernels 7.1 7.2', { PAGER: pager });
    expect(paged).toMatch(/PAGED\n7\.1[\s\S]*LESS=FRX/);
    for (const args of ['kernels 7.1 7.2 --no-pager', 'kernels 7.1 7.2 --json'])
      expect(terminal(args, { PAGER: pager })).not.toContain('PAGED');
    expect(terminal('kernels 7.1 7.2', { PAGER: 'no-such-pager' })).toContain('only 7.2');
  });

  it('a pager that is left early ends a listing, and changes no answer', () => {
    const status = (command: string): string =>
      terminal(`${command}; echo STATUS $?`, { PAGER: 'true' }).trim().split('\n').at(-1) as string;
    expect(status(`dump ${capture}`)).toBe('STATUS 0');
    expect(status(`replay ${capture} --without sparse-map --trace ops,regs`)).toBe('STATUS 1');
  });
});

describe('Ctrl-C while a pager has the terminal', () => {
  it('leaves the pager there until its reader leaves it, then ends as interrupted, without a word', () => {
    const pager = temporary('pager');
    // The terminal tells the whole group; less, as this one, does not end for it.
    const lines = ["trap '' INT", 'read line', 'echo "$line"', 'kill -INT 0', 'sleep 0.5', 'echo LEFT'];
    writeFileSync(pager, ['#!/bin/sh', ...lines, ''].join('\n'));
    chmodSync(pager, 0o755);
    const said = terminal(`dump ${capture}; echo STATUS $?`, { PAGER: pager }, 'trap : INT;');
    expect(said.trim().split('\n').slice(1)).toEqual(['LEFT', 'STATUS 130']);
    expect(said).not.toMatch(/^ +at /m);
  });
});

describe('elsewhere', () => {
  it('there are colours where --color says so, and the text is the same without them', async () => {
    const args = ['replay', capture, '--without', 'sparse-map'];
    const { stdout: plain } = await panthorShim(args);
    const { stdout: coloured } = await panthorShim([...args, '--color', 'always']);
    expect(`${plain}`).not.toMatch(SGR);
    expect(`${coloured}`).toMatch(SGR);
    expect(`${coloured}`.replace(new RegExp(SGR, 'g'), '')).toBe(`${plain}`);
  });
});
