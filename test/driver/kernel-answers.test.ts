/** docs/kernel-answers.md names tests: each has to be there. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';

const top = resolve(import.meta.dirname, '../..');
const rows = readFileSync(`${top}/docs/kernel-answers.md`, 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| what '))
  .map((line) => line.slice(2, -2).split(' | '));

it('has a row for each answer: what, the answer, a test', () => {
  expect(rows.length).toBeGreaterThan(25);
  for (const row of rows) expect(row).toHaveLength(3);
});

it.each(rows)('%s: %s', (_what, _answer, test) => {
  const [, file, title] = /^`([\w/.-]+\.test\.ts)` › (.+)$/.exec(test) ?? [];
  expect(file, test).toBeDefined();
  expect(readFileSync(`${top}/test/${file}`, 'utf8')).toContain(title);
});
