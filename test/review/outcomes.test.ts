import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { compareOutcomes, entry } from '../../src/review/outcomes.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'panthor-shim-outcomes-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A file of one stream whose activation had this outcome. */
function vectors(name: string, out: object, stream = 's'): string {
  const path = join(folder, name);
  const lines = [
    { stream, variant: '7.2', nops: 2 },
    { in: { op: 'init' }, out: { r: 0, vms: [], as: [] } },
    { in: { op: 'active', vm: 1 }, out: { vms: [], as: [], ...out } },
  ];
  writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return path;
}

it('finds what an operation does otherwise, by what it is about', async () => {
  const base = vectors('a', { r: 0, t: ['W AS1_COMMAND 0x2', 'W AS1_COMMAND 0x3'] });
  const tree = vectors('b', {
    r: -5,
    t: ['W AS1_COMMAND 0x2', 'W AS1_COMMAND 0x5'],
    w: [['f', 'why']],
    d: [1],
  });
  const found = await compareOutcomes(base, tree, (stream) => `show ${stream}`);
  expect([found.streams, found.operations]).toEqual([1, 2]);
  expect(found.differences.map(({ kind, base, tree }) => [kind, base, tree])).toEqual([
    ['results', '0', '-5'],
    ['commands', 'W AS1_COMMAND 0x3', 'W AS1_COMMAND 0x5'],
    ['warnings', 'nothing', '[["f","why"]]'],
    ['state', 'nothing', '[1]'],
  ]);
  expect(found.differences[0]).toMatchObject({ what: 's, operation 1 (active), field r', command: 'show s' });
});

it('says of each kind what an operation does otherwise first, and what follows from an operation before', async () => {
  const write = (name: string, ...outs: object[]): string => {
    const path = join(folder, name);
    const ops = outs.map((out) => ({ in: { op: 'active', vm: 1 }, out: { r: 0, vms: [], as: [], ...out } }));
    const init = { in: { op: 'init' }, out: { r: 0, vms: [], as: [] } };
    const lines = [{ stream: 's', variant: '7.2', nops: outs.length + 1 }, init, ...ops];
    writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    return path;
  };
  const base = write('e', { d: [1], vmas: [1] }, { d: [1] }, { d: [1], r: 0 });
  const tree = write('f', { d: [2], vmas: [2] }, { d: [2] }, { d: [2], r: -5 });
  const { differences } = await compareOutcomes(base, tree, String);
  expect(differences.map(({ kind, alike }) => [kind, alike])).toEqual([
    ['state', 'active d'],
    ['state', 'after one that differs'],
    ['results', 'active r'],
    ['state', 'after one that differs'],
  ]);
});

it('finds nothing between equal files, and refuses files of different streams', async () => {
  const base = vectors('a', { r: 0 });
  expect((await compareOutcomes(base, vectors('c', { r: 0 }), String)).differences).toEqual([]);
  await expect(compareOutcomes(base, vectors('d', { r: 0 }, 'other'), String)).rejects.toThrow(
    'stream other',
  );
});

it('shows of two lists the first entries that differ, and cuts what is long', () => {
  expect([entry([1, 2], [1, 3]), entry([1], [1, 2]), entry([1, 2], [1])]).toEqual(['2', 'nothing more', '2']);
  expect(entry('x'.repeat(100), '')).toHaveLength(60);
});
