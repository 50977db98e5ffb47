import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const top = resolve(import.meta.dirname, '../..');
const CONFIGURATION = [
  'package.json',
  'biome.json',
  'tsconfig.json',
  'test/tsconfig.json',
  'src/page/browser/tsconfig.json',
  '.gitignore',
];
let root: string;

function put(name: string, text: string): void {
  mkdirSync(dirname(join(root, name)), { recursive: true });
  writeFileSync(join(root, name), text);
}

// Below the checkout, so that npm finds its tools; with the checkout's own configuration and clean files.
beforeEach(() => {
  mkdirSync(join(top, '.cache'), { recursive: true });
  root = mkdtempSync(join(top, '.cache/check-'));
  for (const name of CONFIGURATION) put(name, readFileSync(join(top, name), 'utf8'));
  put('src/page/browser/title.ts', "document.title = 'half';\n");
  put('src/half.ts', 'export const half = (n: number): number => n / 2;\n');
  put(
    'test/deeper/half.test.ts',
    "import { half } from '../../src/half.ts';\n\nif (half(4) !== 2) throw new Error('half');\n",
  );
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function check(): { status: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync('npm', ['run', 'check'], { cwd: root, encoding: 'utf8' });
  return { status, said: stdout + stderr };
}

describe('npm run check', () => {
  it('is content with a clean tree', () => {
    expect(check()).toMatchObject({ status: 0 });
  });

  it.each([
    ['a type error in a test', "import { half } from '../../src/half.ts';\n\nhalf('four');\n", 'TS2345'],
    ['a lint error', 'export const same = (n: number) => n == 4;\n', 'lint/suspicious/noDoubleEquals'],
    ['a format error', 'export const  four = 4\n', 'Formatter would have printed'],
  ])('fails on %s', (_what, text, said) => {
    put('test/deeper/seeded.test.ts', text);
    const result = check();
    expect(result.status).not.toBe(0);
    expect(result.said).toContain(said);
  });

  it('fails on a type error in a source', () => {
    put('src/other.ts', "export const four: number = '4';\n");
    const result = check();
    expect(result.status).not.toBe(0);
    expect(result.said).toContain('TS2322');
  });
});
