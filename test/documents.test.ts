/** What the documentation shows was really printed: each command that it shows with an output is run, and compared. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const top = resolve(import.meta.dirname, '..');
/** Commands whose output is about this machine, or takes what is fetched. */
const ELSEWHERE = /panthor-shim (run|record|serve|tree|device|worker)\b|--tree|\/mnt|DIR|TREE/;

interface Shown {
  file: string;
  command: string;
  output: string;
}

/** `    $ bin/panthor-shim …` and the indented lines below it. A line of `…` stands for any number of lines. */
function shownIn(file: string): Shown[] {
  const lines = readFileSync(join(top, file), 'utf8').split('\n');
  const found: Shown[] = [];
  for (let i = 0; i < lines.length; i++) {
    const command = /^ {4}\$ (bin\/panthor-shim .*)$/.exec(lines[i])?.[1];
    if (command === undefined) continue;
    const output: string[] = [];
    for (
      i++;
      i < lines.length && (lines[i].startsWith('    ') || lines[i] === '') && !/^ {4}\$ /.test(lines[i]);
      i++
    )
      output.push(lines[i].slice(4));
    i--;
    while (output.at(-1) === '') output.pop();
    if (output.length > 0 && !ELSEWHERE.test(command))
      found.push({ file, command, output: output.join('\n') });
  }
  return found;
}

/** Times differ from run to run. */
const timeless = (text: string): string => text.replace(/\d+(\.\d+)? (s|ms|µs|ns)\b/g, 'N $2').trimEnd();

/** A pattern for output in which a line of `…` stands for any lines. */
function patternOf(output: string): RegExp {
  const quoted = timeless(output)
    .split(/^\s*…$\n?/m)
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${quoted.join('(?:.*\\n)*?')}$`);
}

const documents = [
  'README.md',
  'ARCHITECTURE.md',
  ...readdirSync(join(top, 'docs')).map((name) => `docs/${name}`),
];
const shown = documents.filter((name) => name.endsWith('.md')).flatMap(shownIn);

describe('the documentation', () => {
  it('shows commands', () => expect(shown.length).toBeGreaterThan(2));

  it.concurrent.each(shown.map(({ file, command, output }) => [file, command, output] as const))(
    '%s shows what %s prints',
    async (_file, command, output) => {
      const result = await promisify(execFile)('sh', ['-c', command], { cwd: top }).catch(
        (error: { stdout: string; stderr: string }) => error,
      );
      expect(timeless(result.stdout)).toMatch(patternOf(output));
    },
  );
});
