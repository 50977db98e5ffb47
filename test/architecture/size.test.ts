import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const top = resolve(import.meta.dirname, '../..');
/** Fixtures and built files are data. A test's file may be longer: it is read case by case. */
const FOLDERS = ['.ci', 'bench', 'build', 'native-stubs', 'src', 'test', 'uapi'];
const MAY_BE_LONG = /^test\//;
const DATA = new Set(['node_modules', 'fixtures', 'dist']);
const MAX_FILES = 25;
const MAX_LINES = 250;

function* foldersBelow(folder: string): Generator<string> {
  yield folder;
  for (const entry of readdirSync(join(top, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory() && !DATA.has(entry.name) && path !== 'native-stubs/build')
      yield* foldersBelow(path);
  }
}

const folders = FOLDERS.flatMap((folder) => [...foldersBelow(folder)]);
const filesIn = (folder: string) =>
  readdirSync(join(top, folder)).filter((name) => statSync(join(top, folder, name)).isFile());

it(`a folder has at most ${MAX_FILES} files`, () => {
  expect(folders.length).toBeGreaterThan(30);
  expect(folders.filter((folder) => filesIn(folder).length > MAX_FILES)).toEqual([]);
});

it(`a source has at most ${MAX_LINES} lines`, () => {
  const long = folders.flatMap((folder) =>
    filesIn(folder)
      .filter((name) => /\.(ts|mjs|c|h)$/.test(name))
      .map((name) => `${folder}/${name}`)
      .filter((path) => readFileSync(join(top, path), 'utf8').split('\n').length - 1 > MAX_LINES),
  );
  expect(long.filter((path) => !MAY_BE_LONG.test(path))).toEqual([]);
});
