/** `conform --tree`: vectors against a tree's own driver, and vectors made by it. */
import { createWriteStream, rmSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { OtherWorker } from '../../conform/run.ts';
import { readStreams } from '../../conform/stream.ts';
import { InputError } from '../../errors.ts';
import type { BuiltTree } from '../build.ts';
import { nearestKernel } from '../source.ts';
import { TreeVectorRunner } from './vector-runner.ts';

/** The worker that plays a job's streams on the tree; give it to conform/run.ts's conform(). */
export function treeWorker(tree: BuiltTree): OtherWorker {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return { url: new URL(`./conform-worker.${extension}`, import.meta.url), data: tree };
}

/**
 * Plays the streams of vector files on the tree and writes what came out as vectors (gzip'd where the name ends in .gz),
 * in the same order, with the nearest modelled kernel as the variant. Returns how many streams and operations there were.
 * Throws InputError where a file cannot be read or written.
 */
export async function emitVectors(
  tree: BuiltTree,
  files: readonly string[],
  to: string,
  wanted: (stream: string) => boolean = () => true,
  progress: (stream: string) => void = () => {},
): Promise<{ streams: number; ops: number }> {
  const runner = new TreeVectorRunner(tree);
  const variant = nearestKernel(tree);
  const counts = { streams: 0, ops: 0 };
  async function* lines(): AsyncGenerator<string> {
    for (const file of files) {
      for await (const stream of readStreams(file, wanted)) {
        progress(stream.name);
        counts.streams++;
        counts.ops += stream.ops.length;
        yield `${JSON.stringify({ stream: stream.name, variant, nops: stream.ops.length })}\n`;
        for (const { in: op } of stream.ops) yield `${JSON.stringify({ in: op, out: runner.step(op) })}\n`;
      }
    }
  }
  const text = Readable.from(lines());
  try {
    if (to.endsWith('.gz')) await pipeline(text, createGzip(), createWriteStream(to));
    else await pipeline(text, createWriteStream(to));
  } catch (e) {
    rmSync(to, { force: true });
    throw (e as NodeJS.ErrnoException).syscall === undefined
      ? e
      : new InputError(`${to}: ${(e as Error).message}`);
  }
  return counts;
}
