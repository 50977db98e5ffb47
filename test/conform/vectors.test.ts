import { statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkStream, readStreams } from '../../src/conform/stream.ts';
import { kernel } from '../../src/driver/kernels.ts';
import { sampled } from '../tooling/long.ts';
import { vectorFiles, vectorPath } from './fixtures.ts';

/** Operations that differ, one line a stream; empty where the model does what the kernel did. */
async function differing(file: string, kernelName?: string): Promise<string[]> {
  const found: string[] = [];
  let streams = 0;
  for await (const stream of readStreams(vectorPath(file))) {
    streams++;
    const difference = checkStream(stream, kernel(kernelName ?? stream.variant));
    if (difference === null) continue;
    const { index, fields } = difference;
    found.push(`${stream.name}: operation ${index}: ${JSON.stringify(fields[0])}`);
  }
  if (streams === 0) found.push(`no stream in ${file}`);
  return found;
}

describe('the fixtures', () => {
  it('are the three kinds of file for each kernel that has some, 4 MB at most together', () => {
    const kinds = ['edge', 'full', 'random'];
    const expected = kinds.flatMap((kind) =>
      ['6.12', '6.18', '7.1', '7.2', 'atomic-v4'].map((k) => `${kind}-${k}.jsonl.gz`),
    );
    expect([...vectorFiles].sort()).toEqual(expected);
    const bytes = vectorFiles.reduce((sum, file) => sum + statSync(vectorPath(file)).size, 0);
    expect(bytes).toBeLessThan(4_000_000);
  });

  it.each([
    ['edge', 358],
    ['random', 21],
    ['full', 4],
  ])('hold the same streams of the %s files for 6.12, atomic-v4 and 7.2: %i', async (kind, count) => {
    const lists: string[][] = [];
    for (const variant of ['6.12', 'atomic-v4', '7.2']) {
      const names: string[] = [];
      for await (const { name } of readStreams(vectorPath(`${kind}-${variant}.jsonl.gz`))) names.push(name);
      lists.push(names);
    }
    expect(lists[0]).toHaveLength(count);
    expect(lists[1]).toEqual(lists[0]);
    expect(lists[2]).toEqual(lists[0]);
  });
});

describe('the driver, before its switch points are stripped,', () => {
  it.each(sampled(vectorFiles, 4))(
    'does what the kernel did in every stream of %s',
    async (file) => {
      expect(await differing(file)).toEqual([]);
    },
    300_000,
  );
});
