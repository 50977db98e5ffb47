/** What the documentation shows was really printed: each command that it shows with an output is run, and compared. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const top = resolve(import.meta.dirname, '..');
/** Commands whose output is about this machine, or takes what is fetched. */
const ELSEWHERE =
  /panthor-shim (run|record|serve|tree|device|worker|review|convert signal)\b|--tree|\/mnt|DIR|TREE|NAME|FILES|part-/;

interface Shown {
  file: string;
  command: string;
  output: string;
}

/**
 * `    $ bin/panthor-shim …` and the indented lines below it, or without `bin/`. A line of `…` stands for any number of lines. Those
 * without are searches and the like, which take seconds: the nightly run looks at them.
 */
function shownIn(file: string): Shown[] {
  const pattern =
    process.env.PANTHOR_SHIM_WHOLE === undefined
      ? /^ {4}\$ (bin\/panthor-shim .*)$/
      : /^ {4}\$ ((?:bin\/)?panthor-shim .*)$/;
  const lines = readFileSync(join(top, file), 'utf8').split('\n');
  const found: Shown[] = [];
  for (let i = 0; i < lines.length; i++) {
    const command = pattern.exec(lines[i])?.[1].replace(/^panthor-shim/, 'bin/panthor-shim');
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

/** Times differ from run to run, and so does in which order several threads search. */
const timeless = (text: string): string =>
  text
    .replace(/\d+(\.\d+)? (s|ms|µs|ns)\b/g, 'N $2')
    .replace(/\(\d+ states, \d+ schedules, depth \d+/g, '(N states')
    .trimEnd();

/** A pattern for output in which a line of `…` stands for any lines. */
function patternOf(output: string): RegExp {
  const quoted = timeless(output)
    .split(/^\s*…$\n?/m)
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  // Behind a last one nothing is compared.
  const end = quoted.at(-1) === '' ? '[\\s\\S]*' : '';
  return new RegExp(`^${quoted.join('(?:.*\\n)*?')}${end}$`);
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
