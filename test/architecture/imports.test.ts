import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { circles, type Import, importsBelow, importsOf } from './imports.ts';
import { arrowsAgainst, computeRows, folders, HEAD, tableRows, withComputedRows } from './table.ts';

const top = resolve(import.meta.dirname, '../..');
const imports = importsBelow(top, ['src', 'uapi']);

describe('the imports of the sources', () => {
  it('are many, of files that are there', () => {
    expect(imports.length).toBeGreaterThan(1000);
    expect(imports.filter(({ to }) => !existsSync(join(top, to)))).toEqual([]);
  });

  it('make no circle when modules load', () => {
    expect(circles(imports.filter(({ kind }) => kind === 'load'))).toEqual([]);
  });

  // `npx vitest run test/architecture -u` writes the table anew, where the new arrow is wanted.
  it('are those of the table in ARCHITECTURE.md', async () => {
    const path = join(top, 'ARCHITECTURE.md');
    const text = readFileSync(path, 'utf8');
    const rows = folders(tableRows(text));
    expect(rows.length).toBeGreaterThan(15);
    expect(rows.filter((row) => ![row, `src/${row}`].some((name) => existsSync(join(top, name))))).toEqual(
      [],
    );
    await expect(withComputedRows(text, imports)).toMatchFileSnapshot(path);
  });

  it('lead only to rows above', () => {
    expect(arrowsAgainst(tableRows(readFileSync(join(top, 'ARCHITECTURE.md'), 'utf8')))).toEqual([]);
  });
});

describe('the test of imports', () => {
  it('tells what loads from what does not', () => {
    const code =
      "import fs from 'node:fs';\nimport { a } from './a.ts';\nimport type { B } from '../b.ts';\n" +
      "import { type C } from './c.js';\nexport * from './d.ts';\nexport type { E } from './e.ts';\n" +
      "export const f = () => import('./f.ts');\nexport type G = import('./g.ts').G;\n";
    expect(importsOf('src/x/y.ts', code).map(({ to, kind }) => `${kind} ${to}`)).toEqual([
      'load src/x/a.ts',
      'type src/b.ts',
      'load src/x/c.ts',
      'load src/x/d.ts',
      'type src/x/e.ts',
      'later src/x/f.ts',
      'type src/x/g.ts',
    ]);
  });

  it('finds circles of two, of three, and of one', () => {
    const graph = ['ab', 'ba', 'bc', 'cd', 'de', 'ec', 'ff', 'fg'].map(
      ([from, to]): Import => ({ from, to, kind: 'load' }),
    );
    expect(circles(graph)).toEqual([['a', 'b'], ['c', 'd', 'e'], ['f']]);
  });

  it('notices an arrow that the table lacks, one that it has too many, a new folder, and an arrow upwards', () => {
    const arrow: Import = { from: 'src/cli/main.ts', to: 'src/hw/mmu.ts', kind: 'load' };
    const order = ['hw', 'cli'];
    expect(computeRows(order, [arrow])).toEqual(['| `hw` | – | – |', '| `cli` | `hw` | – |']);
    expect(computeRows(order, [{ ...arrow, kind: 'type' }])[1]).toBe('| `cli` | – | `hw` |');
    expect(
      computeRows(order, [
        { ...arrow, kind: 'later' },
        { ...arrow, kind: 'type' },
      ])[1],
    ).toBe('| `cli` | `hw` | – |');
    expect(computeRows(order, [])).toEqual(['| `hw` | – | – |', '| `cli` | – | – |']);
    expect(computeRows(order, [{ ...arrow, from: 'src/new/a.ts' }])).toHaveLength(3);
    const stated = ['text', ...HEAD, '| `hw` | – | – |', '| `cli` | – | – |', '', '| x |'].join('\n');
    expect(withComputedRows(stated, [arrow])).toBe(stated.replace('`cli` | –', '`cli` | `hw`'));
    const upwards = ['| `hw` | `cli` | – |', '| `cli` | – | `hw` |'];
    expect(tableRows(['text', ...HEAD, ...upwards, '', '| x |'].join('\n'))).toEqual(upwards);
    expect(arrowsAgainst(upwards)).toEqual(['hw → cli']);
  });
});
