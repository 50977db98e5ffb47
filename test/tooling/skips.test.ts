import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { Suite } from '../clients/harness.mjs';
import { NOT_DELIVERED } from './excuse.mjs';
import { describeSkips } from './skip-reporter.ts';

const top = resolve(import.meta.dirname, '../..');
mkdirSync(join(top, '.cache'), { recursive: true });
const root = mkdtempSync(join(top, '.cache/skips-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A test run of its own: a test that passes, and one that skips itself with a note. */
function runSkipping(note: string, env: Record<string, string>) {
  writeFileSync(
    join(root, 'vitest.config.ts'),
    `import { SkipReporter } from '../../test/tooling/skip-reporter.ts';\n` +
      `export default { test: { reporters: ['default', new SkipReporter()] } };\n`,
  );
  writeFileSync(
    join(root, 'some.test.ts'),
    `import { it } from 'vitest';\nit('passes', () => {});\n` +
      `it('wants a compiler', (context) => context.skip(${JSON.stringify(note)}));\n`,
  );
  const vitest = fileURLToPath(new URL('./vitest.mjs', import.meta.resolve('vitest/package.json')));
  const { CI: _, VITEST: __, ...rest } = process.env;
  const ended = spawnSync(process.execPath, [vitest, 'run', '--root', root], {
    cwd: root,
    encoding: 'utf8',
    env: { ...rest, ...env },
  });
  return { status: ended.status, said: ended.stdout };
}

describe('a run with a skipped test', () => {
  it.each([
    ['passes on a workstation', 'no compiler', {}, 0],
    ['fails in CI', 'no compiler', { CI: 'true' }, 1],
    ['passes in CI where the mirror is at fault', `${NOT_DELIVERED}gcc`, { CI: 'true' }, 0],
  ])('%s, and says what was skipped', (_, note, env: Record<string, string>, status) => {
    const ended = runSkipping(note, env);
    expect(ended.said).toContain(`1 test was skipped\n  ${note}`);
    expect(ended.said).toContain('some.test.ts: wants a compiler');
    expect(ended.status).toBe(status);
  });
});

it('groups skips by reason, and excuses them together', () => {
  const excuse = `${NOT_DELIVERED}gcc`;
  const skips = [
    { name: 'a', reason: excuse },
    { name: 'b', reason: '' },
    { name: 'c', reason: excuse },
  ];
  expect(describeSkips(skips)).toEqual({
    text: `\n3 tests were skipped\n  ${excuse}\n    a\n    c\n  no reason given (in CI a failure)\n    b`,
    excused: false,
  });
  expect(describeSkips([skips[0]]).excused).toBe(true);
});

it('the client suite counts what it does not run, and in CI fails for it without an excuse', async () => {
  const before = process.env.CI;
  const end = async (reason: string) => {
    const lines: string[] = [];
    const suite = new Suite({ print: (line: string) => lines.push(line) });
    await suite.test('good', () => '');
    suite.skip('vulkaninfo is not run', reason);
    return { status: suite.end(), lines };
  };
  try {
    process.env.CI = 'true';
    expect((await end('no library for arm64 was built')).status).toBe(1);
    const excused = await end(`${NOT_DELIVERED}libvulkan1`);
    expect(excused.status).toBe(0);
    expect(excused.lines.slice(-2)).toEqual(['1 skipped', '1 passed, 0 failed']);
    delete process.env.CI;
    expect((await end('no library for arm64 was built')).status).toBe(0);
  } finally {
    if (before === undefined) delete process.env.CI;
    else process.env.CI = before;
  }
});
