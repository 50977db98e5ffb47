/** The vector streams that are kept in test/fixtures/vectors. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readStreams, type Stream } from '../../src/conform/stream.ts';

const dir = fileURLToPath(new URL('../fixtures/vectors', import.meta.url));

/** Names of the files, such as "edge-7.2.jsonl.gz". */
export const vectorFiles: readonly string[] = readdirSync(dir).filter((name) => name.endsWith('.gz'));

export function vectorPath(file: string): string {
  return join(dir, file);
}

/** Streams of a file; with `wanted`, those of these names only. */
export async function streams(file: string, wanted?: ReadonlySet<string>): Promise<Stream[]> {
  const found: Stream[] = [];
  for await (const stream of readStreams(vectorPath(file), (name) => wanted?.has(name) ?? true)) {
    found.push(stream);
  }
  return found;
}
