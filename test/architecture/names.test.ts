import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const top = resolve(import.meta.dirname, '../..');
const FOLDERS = [
  '.ci',
  '.github',
  'bench',
  'build',
  'docs',
  'examples',
  'native-stubs',
  'scenarios',
  'src',
  'test',
  'uapi',
];
const FILES = ['ARCHITECTURE.md', 'CONTRIBUTING.md', 'README.md'];
const DATA = new Set(['node_modules', 'fixtures', 'dist']);
const TEXT = /\.(ts|mjs|js|c|h|md|yml|json|scenario)$|^[^.]+$/;

/** Words that this project once had for things that the field has words for, and what to say instead. */
const OLD: readonly [RegExp, string][] = [
  [/\brooms?\b(?= (of|for) (a|any|the|each) (function|module|file))/i, 'file, module'],
  [/\bdesks?\b/i, 'dispatcher'],
  [/\bteller\b/i, 'observer'],
  [/\b(hungry|donat\w+)\b/i, 'work stealing'],
  [/\bsettle[sd]?\(|\bWIRE_SETTLE\b/, 'run to quiescence, await the release'],
  [/\bbreak_\b/, 'report a violation'],
  [/\bstarved\b/i, 'unsignalled'],
  [/\bstor(y|ies)\b/i, 'history, cause'],
  [/\bdamage[sd]?\b/i, 'corruption, corrupt'],
  [/\bcheck ?words?\b/i, 'checksum'],
  [/\bwitness(es)?\b/i, 'distinguishing test'],
  [/\bseed patch\b/i, 'the patch of July 2025'],
  [/\bshrunk\b/i, 'reduced, regression corpus'],
  [/\brigs?\b/i, 'fixture'],
  [/\bkeeps? account\b|\bthe account of\b/i, 'tracks state'],
  [/\b(some|any|every)body\b/i, 'the driver, a client, the caller'],
  [/\bnobody\b/i, 'no driver, no client, no caller'],
  [/\bwhoever\b/i, 'the driver, the client or the caller that'],
  [/\b(inter)?leave\.ts\b/, 'coroutine/op.ts'],
];

/** What may stand: this file's own list, and the Unix user of that name. */
const MAY: readonly [file: RegExp, text: RegExp][] = [
  [/^test\/architecture\/names\.test\.ts$/, /./],
  [/^ARCHITECTURE\.md$/, /^\| /],
  [
    /^(test\/clients\/(ordinary|run)\.mjs|docs\/how-to-add-a-client\.md|src\/driver\/ioctl\/ioctl-core\.ts)$/,
    /\bnobody\b/i,
  ],
];

function* filesBelow(folder: string): Generator<string> {
  for (const entry of readdirSync(join(top, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      if (!DATA.has(entry.name) && path !== 'native-stubs/build') yield* filesBelow(path);
    } else if (TEXT.test(entry.name)) yield path;
  }
}

/** Lines of one file with an old word: place, word and what to say. */
function oldWords(file: string, text: string): string[] {
  const exempt = MAY.filter(([name]) => name.test(file)).map(([, line]) => line);
  return text
    .split('\n')
    .flatMap((line, i) =>
      exempt.some((one) => one.test(line))
        ? []
        : OLD.filter(([word]) => word.test(line)).map(
            ([word, say]) => `${file}:${i + 1}: ${word.exec(line)?.[0]} (say: ${say})`,
          ),
    );
}

describe('the words of the tree', () => {
  const files = [...FILES, ...FOLDERS.flatMap((folder) => [...filesBelow(folder)])];

  it('are the field’s, not our own', () => {
    expect(files.length).toBeGreaterThan(500);
    expect(files.flatMap((file) => oldWords(file, readFileSync(join(top, file), 'utf8')))).toEqual([]);
  });

  it('are the field’s in names of files, too', () => {
    const names = files.map((file) => file.replaceAll(/[-./]/g, ' '));
    expect(names.flatMap((name, i) => oldWords('', name).map(() => files[i]))).toEqual([]);
  });

  it('would be noticed', () => {
    expect(oldWords('src/x.ts', '// Damage that nobody sees, says the Teller.')).toHaveLength(3);
    expect(oldWords('test/clients/run.mjs', 'as nobody')).toEqual([]);
  });
});
