/** Joining the results of shards. */
import { readFile } from 'node:fs/promises';
import { reason } from '../capture/error.ts';
import { InputError } from '../errors.ts';
import type { Json } from './recorder.ts';

/** `conform --json` of one shard, as far as joining needs it. */
interface ShardJson {
  kernel: string;
  streams: number;
  ops: number;
  passed: number;
  failed: number;
  failures: Json[];
}

const COUNTS = ['streams', 'ops', 'passed', 'failed'] as const;

/** One object for all shards, as an unsharded run would have printed it. Throws InputError naming the file. */
export async function mergeShards(files: readonly string[]): Promise<ShardJson> {
  const merged: ShardJson = { kernel: '', streams: 0, ops: 0, passed: 0, failed: 0, failures: [] };
  const kernels = new Set<string>();
  for (const file of files) {
    const shard = parse(file, await read(file));
    for (const key of COUNTS) merged[key] += shard[key];
    for (const name of shard.kernel.split(',')) if (name !== '') kernels.add(name);
    merged.failures.push(...shard.failures);
  }
  merged.kernel = [...kernels].sort().join(',');
  return merged;
}

function parse(file: string, text: string): ShardJson {
  let shard: Partial<ShardJson> | null;
  try {
    shard = JSON.parse(text) as Partial<ShardJson> | null;
  } catch (e) {
    throw new InputError(`${file}: ${(e as Error).message}`);
  }
  for (const key of COUNTS) {
    const count = shard?.[key];
    if (typeof count !== 'number' || !Number.isSafeInteger(count) || count < 0)
      throw new InputError(`${file}: expected a number in '${key}'`);
  }
  if (typeof shard?.kernel !== 'string' || !Array.isArray(shard.failures)) {
    throw new InputError(`${file}: not the JSON of a conform run`);
  }
  return shard as ShardJson;
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (e) {
    throw new InputError(`cannot read ${file}: ${reason(e as NodeJS.ErrnoException)}`);
  }
}
