/** Vector streams: reading them, running them, and finding the first operation whose outcome differs. */
import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
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

/** The first operation of a stream whose outcome differs. */
export interface Difference {
  index: number;
  /** Every field that differs, the first one in the order of the vector leading. */
  fields: { field: string; expected: Json | undefined; actual: Json | undefined }[];
}

/** A vector or scenario file that cannot be read; `line` counts from 1. */
export class StreamFileError extends Error {
  constructor(path: string, line: number, why: string) {
    super(`${path}: line ${line}: ${why}`);
    this.name = 'StreamFileError';
  }
}

/**
 * Reads the streams of a vector or scenario file, gzip'd or not, one at a time. `wanted` is asked by name and by ordinal
 * in the file; the operations of other streams are passed over unparsed.
 */
export async function* readStreams(
  path: string,
  wanted: (name: string, ordinal: number) => boolean = () => true,
): AsyncGenerator<Stream> {
  let stream: Stream | null = null;
  let skip = false;
  let ordinal = 0;
  let line = 0;
  for await (const text of lines(path)) {
    line++;
    if (text === '') continue;
    const isHeader = text.startsWith('{"stream"');
    if (skip && !isHeader) continue;
    let parsed: Fields;
    try {
      parsed = JSON.parse(text) as Fields;
    } catch (e) {
      throw new StreamFileError(path, line, (e as Error).message);
    }
    if (parsed.stream !== undefined) {
      if (stream !== null) yield stream;
      stream = null;
      const name = String(parsed.stream);
      skip = !wanted(name, ordinal++);
      if (!skip) stream = { name, variant: String(parsed.variant), ops: [] };
    } else if (stream === null) {
      throw new StreamFileError(path, line, 'an operation before the first stream header');
    } else if (typeof parsed.in !== 'object' || typeof parsed.out !== 'object') {
      throw new StreamFileError(path, line, 'expected {"in": operation, "out": outcome}');
    } else {
      stream.ops.push(parsed as unknown as { in: StreamOp; out: Fields });
    }
  }
  if (stream !== null) yield stream;
  if (ordinal === 0) throw new StreamFileError(path, line, 'no stream in it');
}

/** The lines of a file. What cannot be read or unpacked is a StreamFileError that names the line after the last good one. */
async function* lines(path: string): AsyncGenerator<string> {
  let line = 1;
  try {
    const input = await openText(path);
    for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      yield text;
      line++;
    }
  } catch (e) {
    throw new StreamFileError(path, line, (e as Error).message);
  }
}

/** The text of a file, unpacked where it begins with the two bytes of gzip. */
async function openText(path: string): Promise<Readable> {
  const file = await open(path);
  const start = await file.read(Buffer.alloc(2), 0, 2, 0);
  const raw = file.createReadStream({ start: 0 });
  if (start.buffer.readUInt16BE(0) !== 0x1f8b) return raw;
  const text = createGunzip();
  raw.on('error', (e) => text.destroy(e));
  return raw.pipe(text);
}

/** What plays operations: the model, or a tree's own driver. A stream begins with `init`, which begins anew. */
export interface VectorRunner {
  /** Runs one operation; its outcome as the vectors have it. */
  step(op: StreamOp): Fields;
}

/** Plays a stream on a kernel, or on what plays it instead; the first operation that differs, or null. */
export function checkStream(
  stream: Stream,
  kernel: Kernel,
  runner: VectorRunner = new ModelRunner(kernel),
): Difference | null {
  for (let index = 0; index < stream.ops.length; index++) {
    const { in: op, out: expected } = stream.ops[index];
    const actual = runner.step(op);
    const fields = differences(op, expected, actual);
    if (fields.length > 0) return { index, fields };
  }
  return null;
}

/**
 * The fields that differ. An outcome that the kernel's code printed has `vms`, and then what it leaves out must not come; a
 * hand-written one that leaves `vms` out too is compared in the fields that it states.
 */
function differences(op: StreamOp, expected: Fields, actual: Fields): Difference['fields'] {
  const found: Difference['fields'] = [];
  const stated = Object.keys(expected);
  const fields = 'vms' in expected ? new Set([...stated, ...Object.keys(actual)]) : stated;
  for (const field of fields) {
    if (isDeepStrictEqual(expected[field], actual[field])) continue;
    // The kernel computes the size of a 2^64 region by an undefined shift.
    if (op.op === 'pack' && field === 'size' && Number(actual[field]) === 2 ** 64) continue;
    found.push({ field, expected: expected[field], actual: actual[field] });
  }
  return found;
}
