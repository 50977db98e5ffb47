// Sums what the runners reported and prints the lines that close a run: "N skipped" where there was one, and then
// "N passed, N failed".
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [dir, status] = process.argv.slice(2);
const sums = { passed: 0, failed: 0, skipped: 0 };

// vitest: "Tests  3 failed | 120 passed | 2 skipped (125)", coloured or not; conform and the client runs say it plainly.
const VITEST = /^\s*Tests\s+(.*)\(\d+\)\s*$/;
const PLAIN = /(^|[:\s])\d+ passed, \d+ failed\b|^\d+ skipped$/;

for (const name of readdirSync(dir)) {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
  const text = readFileSync(join(dir, name), 'utf8').replace(/\x1b\[[0-9;]*m/g, '');
  for (const line of text.split('\n')) {
    const part = VITEST.exec(line)?.[1] ?? (PLAIN.test(line) ? line : '');
    for (const key of Object.keys(sums))
      sums[key] += Number(new RegExp(`(\\d+) ${key}`).exec(part)?.[1] ?? 0);
  }
}
// A stage that broke without counting a failure (a build that does not compile, say) is one all the same.
if (status !== '0' && sums.failed === 0) sums.failed = 1;
if (sums.skipped > 0) process.stdout.write(`${sums.skipped} skipped; the reasons are above\n`);
process.stdout.write(`${sums.passed} passed, ${sums.failed} failed\n`);
process.exitCode = sums.failed === 0 && (sums.passed > 0 || status === '0') ? 0 : 1;
