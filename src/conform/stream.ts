/** Vector streams: reading them, running them, and finding the first operation whose outcome differs. */
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { isDeepStrictEqual } from 'node:util';
import { createGunzip } from 'node:zlib';
import { reason } from '../capture/error.ts';
import { isGzip } from '../capture/gunzip.ts';
import type { Kernel } from '../driver/kernels.ts';
import { InputError } from '../errors.ts';
import { checkOp } from './check-op.ts';
import { ModelRunner } from './model.ts';
import type { Fields, StreamOp } from './op-fields.ts';
import type { Json } from './recorder.ts';

/** One stream: its name, the variant that its outcomes come from, and its operations with those outcomes. */
export interface Stream {
  name: string;
  variant: string;
  /** Line of its header, from 1. */
  line: number;
  ops: { in: StreamOp; out: Fields }[];
}

/** The first operation of a stream whose outcome differs. */
export interface Difference {
  index: number;
  /** Every field that differs, the first one in the order of the vector leading. */
  fields: { field: string; expected: Json | undefined; actual: Json | undefined }[];
}

/** A vector or scenario file that cannot be read; `line` counts from 1. */
export class StreamFileError extends InputError {
  constructor(path: string, line: number, why: string) {
    super(`${path}: line ${line}: ${why}`);
  }
}

/** Bytes of a line, of all lines of a stream, and values in a line: what they become is several times that. */
const MAX_LINE_BYTES = 24 << 20;
const MAX_STREAM_BYTES = 64 << 20;
const MAX_VALUES = 1 << 20;

/**
 * Reads the streams of a vector or scenario file, gzip'd or not, one at a time. `wanted` is asked by name and by ordinal
 * in the file; the operations of other streams are passed over unparsed. `content` are the file's bytes, where it cannot
 * be opened again.
 */
export async function* readStreams(
  path: string,
  wanted: (name: string, ordinal: number) => boolean = () => true,
  content?: Uint8Array,
): AsyncGenerator<Stream> {
  let stream: Stream | null = null;
  let skip = false;
  let ordinal = 0;
  let line = 0;
  let size = 0;
  for await (const text of lines(path, content)) {
    line++;
    if (text === '') continue;
    const isHeader = text.startsWith('{"stream"');
    if (skip && !isHeader) continue;
    const parsed = parse(path, line, text);
    size = isHeader ? 0 : size + text.length;
    if (size > MAX_STREAM_BYTES) {
      throw new StreamFileError(path, line, `a stream of more than ${MAX_STREAM_BYTES} bytes`);
    }
    if (parsed.stream !== undefined) {
      if (stream !== null) yield stream;
      stream = null;
      const name = String(parsed.stream);
      skip = !wanted(name, ordinal++);
      if (!skip) stream = { name, variant: String(parsed.variant), line, ops: [] };
    } else if (stream === null) {
      throw new StreamFileError(path, line, 'an operation before the first stream header');
    } else {
      stream.ops.push(checkedOp(path, line, parsed, stream.ops.length));
    }
  }
  if (stream !== null) yield stream;
  if (ordinal === 0) throw new StreamFileError(path, line, 'no stream in it');
}

function parse(path: string, line: number, text: string): Fields {
  if (text.length > MAX_VALUES && countValues(text) > MAX_VALUES) {
    throw new StreamFileError(path, line, `more than ${MAX_VALUES} values`);
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (e) {
    throw new StreamFileError(path, line, (e as Error).message);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new StreamFileError(path, line, 'expected a JSON object');
  }
  return parsed as Fields;
}

function countValues(text: string): number {
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x2c || c === 0x5b || c === 0x7b) count++;
  }
  return count;
}

/** An operation that the model can be given, with its outcome. @throws StreamFileError naming the field */
function checkedOp(path: string, line: number, parsed: Fields, index: number): Stream['ops'][number] {
  const { in: op, out } = parsed;
  if (op === undefined || out === undefined) {
    throw new StreamFileError(path, line, 'expected {"in": operation, "out": outcome}');
  }
  const fault = checkOp(op);
  if (fault !== null) {
    const { field, found, expected } = fault;
    throw new StreamFileError(path, line, `${field}: found ${found}, expected ${expected}`);
  }
  if (typeof out !== 'object' || out === null || Array.isArray(out)) {
    throw new StreamFileError(
      path,
      line,
      `out: found ${JSON.stringify(out).slice(0, 60)}, expected an object`,
    );
  }
  if (index === 0 && (op as StreamOp).op !== 'init') {
    throw new StreamFileError(path, line, 'in.op: a stream begins with init');
  }
  return { in: op as StreamOp, out };
}

/** The lines of a file. What cannot be read or unpacked is a StreamFileError that names the line after the last good one. */
async function* lines(path: string, content: Uint8Array | undefined): AsyncGenerator<string> {
  let line = 1;
  const rest: Buffer[] = [];
  let size = 0;
  const take = (): string => {
    const text = Buffer.concat(rest).toString();
    rest.length = 0;
    size = 0;
    line++;
    return text.endsWith('\r') ? text.slice(0, -1) : text;
  };
  try {
    for await (const chunk of await openText(path, content)) {
      const bytes = chunk as Buffer;
      let from = 0;
      for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, from)) {
        rest.push(bytes.subarray(from, at));
        from = at + 1;
        yield take();
      }
      rest.push(bytes.subarray(from));
      size += bytes.length - from;
      if (size > MAX_LINE_BYTES) throw new Error(`a line of more than ${MAX_LINE_BYTES} bytes`);
    }
    if (size > 0) yield take();
  } catch (e) {
    throw e instanceof StreamFileError ? e : new StreamFileError(path, line, reason(e as Error));
  }
}

/** The text of a file, or of its bytes, unpacked where it begins with the two bytes of gzip. */
async function openText(path: string, content: Uint8Array | undefined): Promise<Readable> {
  if (content !== undefined) {
    const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
    const raw = Readable.from(chunksOf(bytes));
    return isGzip(bytes) ? raw.pipe(createGunzip()) : raw;
  }
  const file = await open(path);
  const start = await file.read(Buffer.alloc(2), 0, 2, 0);
  const raw = file.createReadStream({ start: 0 });
  if (!isGzip(start.buffer)) return raw;
  const text = createGunzip();
  raw.on('error', (e) => text.destroy(e));
  return raw.pipe(text);
}

function chunksOf(bytes: Buffer): Buffer[] {
  const size = 1 << 16;
  const count = Math.ceil(bytes.length / size);
  return Array.from({ length: count }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
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
    const fields = differentFields(op, expected, actual);
    if (fields.length > 0) return { index, fields };
  }
  return null;
}

/**
 * The fields that differ. An outcome that the kernel's code printed has `vms`, and then what it leaves out must not come; a
 * hand-written one that leaves `vms` out too is compared in the fields that it states.
 */
export function differentFields(op: StreamOp, expected: Fields, actual: Fields): Difference['fields'] {
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
