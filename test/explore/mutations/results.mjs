/** What became of mutants before: in a file of results, and in the table of docs/mutants.md. */
import { existsSync, readFileSync } from 'node:fs';

/**
 * Results by the mutant's name: what the scenarios said ("scenario: invariant: message"), null where they said nothing.
 *
 * @param {string | null} file lines of JSON; null or one that is not there for none
 * @returns {Map<string, string | null>}
 */
export function readResults(file) {
  if (file === null || !existsSync(file)) return new Map();
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return new Map(lines.map((line) => JSON.parse(line)).map(({ name, found }) => [name, found]));
}

/** The rows of a table of mutants: name, file, and what is said of it. */
function rowsOf(text) {
  return text
    .split('\n')
    .filter((line) => / \| (driver|hw)\//.test(line))
    .map((line) => line.slice(2, -2).split(' | '));
}

/** The scenario that found each mutant when the table was made: the quickest to ask first. */
export function lastFoundBy(file) {
  const rows = rowsOf(readFileSync(file, 'utf8'));
  return new Map(
    rows
      .map(([name, , said]) => [name, /^([\w-]+): /.exec(said)?.[1]])
      .filter(([, scenario]) => scenario !== undefined),
  );
}

/**
 * The table of docs/mutants.md.
 *
 * @param {readonly import('./list.mjs').Mutant[]} mutants
 * @param {Map<string, string | null>} results
 */
export function tableOf(mutants, results) {
  const lines = mutants.map((mutant) => {
    const found = results.get(mutant.name);
    let said = found === undefined ? 'not judged yet' : '**not caught**';
    if (typeof found === 'string') said = found.split(': ').slice(0, 2).join(': ');
    else if (mutant.equivalent !== undefined) said = `equivalent: ${mutant.equivalent}`;
    return `| ${mutant.name} | ${mutant.file.replace('src/', '')} | ${said} |`;
  });
  return ['| mutant | file | caught by |', '|---|---|---|', ...lines].join('\n');
}
