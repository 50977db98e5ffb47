/** Vector streams: reading them, running them, and finding the first operation whose outcome differs. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { isDeepStrictEqual } from 'node:util';
import { createGunzip } from 'node:zlib';
import type { Kernel } from '../driver/kernels.ts';
import { type Fields, ModelRunner, type StreamOp } from './model.ts';
import type { Json } from './recorder.ts';

/** One stream: its name, the variant that its outcomes come from, and its operations with those outcomes. */
export interface Stream {
  name: string;
  variant: string;
  ops: { in: StreamOp; out: Fields }[];
}

/** A field whose value is not the expected one. */
export interface Difference {
  index: number;
  field: string;
  expected: Json | undefined;
  actual: Json | undefined;
}

/** Reads the streams of a vector or scenario file, gzip'd or not, one at a time. */
export async function* readStreams(path: string): AsyncGenerator<Stream> {
  const raw = createReadStream(path);
  const input = path.endsWith('.gz') ? raw.pipe(createGunzip()) : raw;
  let stream: Stream | null = null;
  let line = 0;
  for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    line++;
    if (text === '') continue;
    let parsed: Fields;
    try {
      parsed = JSON.parse(text) as Fields;
    } catch (e) {
      throw new Error(`${path}: line ${line}: ${(e as Error).message}`);
    }
    if (parsed.stream !== undefined) {
      if (stream !== null) yield stream;
      stream = { name: String(parsed.stream), variant: String(parsed.variant), ops: [] };
    } else if (stream !== null) {
      stream.ops.push(parsed as unknown as { in: StreamOp; out: Fields });
    } else {
      throw new Error(`${path}: line ${line}: an operation before the first stream header`);
    }
  }
  if (stream !== null) yield stream;
}

/** The first differing field of the first operation that differs, or null. */
export function checkStream(stream: Stream, kernel: Kernel): Difference | null {
  const runner = new ModelRunner(kernel);
  for (let index = 0; index < stream.ops.length; index++) {
    const { in: op, out: expected } = stream.ops[index];
    const actual = runner.step(op);
    const field = firstDifference(op, expected, actual);
    if (field !== null) return { index, field, expected: expected[field], actual: actual[field] };
  }
  return null;
}

function firstDifference(op: StreamOp, expected: Fields, actual: Fields): string | null {
  for (const field of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
    if (isDeepStrictEqual(expected[field], actual[field])) continue;
    // The kernel computes the size of a 2^64 region by an undefined shift.
    if (op.op === 'pack' && field === 'size' && Number(actual[field]) === 2 ** 64) continue;
    return field;
  }
  return null;
}
