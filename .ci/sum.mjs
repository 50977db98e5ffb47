// Sums what the runners reported and prints the line that closes a run: "N passed, N failed".
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [dir, status] = process.argv.slice(2);
let passed = 0;
let failed = 0;

// vitest: "Tests  3 failed | 120 passed | 2 skipped (125)", coloured or not; conform and the client runs say it plainly.
for (const name of readdirSync(dir)) {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
  const text = readFileSync(join(dir, name), 'utf8').replace(/\x1b\[[0-9;]*m/g, '');
  for (const line of text.split('\n')) {
    const vitest = /^\s*Tests\s+(.*)\(\d+\)\s*$/.exec(line);
    if (vitest === null && !/(^|[:\s])\d+ passed, \d+ failed\b/.test(line)) continue;
    const part = vitest === null ? line : vitest[1];
    passed += Number(/(\d+) passed/.exec(part)?.[1] ?? 0);
    failed += Number(/(\d+) failed/.exec(part)?.[1] ?? 0);
  }
}
// A stage that broke without counting a failure (a build that does not compile, say) is one all the same.
if (status !== '0' && failed === 0) failed = 1;
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
