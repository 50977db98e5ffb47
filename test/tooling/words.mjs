/** How scripts that tests start say what they are to be given, where a person starts one of them without it. */
import { relative, resolve } from 'node:path';

const top = resolve(import.meta.dirname, '../..');

/**
 * The words that this script was given. `usage` names them, those that it can do without in brackets: where one of the others is
 * missing, it says so and ends with 2.
 */
export function wordsOf(usage) {
  const words = process.argv.slice(2);
  const needed = usage.split('[')[0].trim().split(/\s+/);
  if (words.length < needed.length) {
    process.stderr.write(`usage: node ${relative(top, process.argv[1])} ${usage}\n`);
    process.exit(2);
  }
  return words;
}
