/** docs/terminal.md names each variable of the environment that the code looks at, and no other. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const top = resolve(import.meta.dirname, '../..');
const text = (path: string): string => readFileSync(join(top, path), 'utf8');

/** What is delivered and may look at the environment; what a build for development takes is told where that is (CONTRIBUTING.md). */
const FOLDERS = [
  'src',
  'native-stubs/preload',
  'native-stubs/record',
  'native-stubs/server',
  'native-stubs/door',
];
const FILES = ['native-stubs/compile.mjs', 'native-stubs/spin.h', 'bin/panthor-shim'];
/** The system's own, of which nothing is to be said. */
const SYSTEM = ['PATH'];

const LOOKS = [
  /process\.env\.(\w+)/g,
  /\.env\('(\w+)'\)/g,
  /getenv\("(\w+)"\)/g,
  // Handed to a function that looks, or to a program that is started.
  /\b(PANTHOR_(?:SHIM|RECORD)_[A-Z_]+)(?=':?[,\s)]|:)/g,
];

/** Names that are put together: a compiler for each architecture. */
const COMPUTED = ['CC_x86_64', 'CC_aarch64'];

function inCode(): string[] {
  const found = new Set(COMPUTED);
  let computed = 0;
  const paths = FOLDERS.flatMap((folder) =>
    readdirSync(join(top, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.(ts|c|h)$/.test(path))
      .map((path) => join(folder, path)),
  );
  for (const path of [...paths, ...FILES]) {
    const source = text(path);
    for (const pattern of LOOKS) for (const [, name] of source.matchAll(pattern)) found.add(name);
    computed += [...source.matchAll(/process\.env\[/g)].length;
  }
  // CC_${arch} in native-stubs/compile.mjs.
  expect(computed).toBe(1);
  return [...found].filter((name) => !SYSTEM.includes(name) && !name.endsWith('_H')).sort();
}

it('the variables of the environment that the code looks at are those in docs/terminal.md', () => {
  const said = [...text('docs/terminal.md').matchAll(/`\$?([A-Z][A-Z_]+\w*)`/g)].map(([, name]) => name);
  expect([...new Set(said)].sort()).toEqual(inCode());
});
