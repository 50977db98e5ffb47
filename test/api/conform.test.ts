import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { library } from './library.ts';

const { conform, InputError, kernel } = library;
const vectors = fileURLToPath(new URL('../fixtures/vectors/', import.meta.url));
const files = readdirSync(vectors)
  .filter((name) => name.endsWith('.jsonl.gz'))
  .slice(0, 1)
  .map((name) => vectors + name);

describe('conformance', () => {
  it('passes on the kernel of the vectors and tells of each stream', async () => {
    const seen: string[] = [];
    const result = await conform(files, { threads: 1, onStream: ({ stream }) => seen.push(stream) });
    expect(result.failed).toBe(0);
    expect(result.passed).toBe(result.streams);
    expect(seen).toHaveLength(result.streams);
    expect(seen.length).toBeGreaterThan(0);
  });

  it('says what differs on another', async () => {
    const other = kernel('7.2', { without: ['lock-around-op'] });
    const { failed, failures } = await conform(files, { threads: 1, kernel: other });
    expect(failed).toBeGreaterThan(0);
    expect(failures[0].failure?.fields.length).toBeGreaterThan(0);
  });

  it('names the file that cannot be read', async () => {
    await expect(conform(['/nowhere/vectors.jsonl'], { threads: 1 })).rejects.toThrow(InputError);
  });
});
