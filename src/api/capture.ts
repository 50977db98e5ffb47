/** Captures: read as they arrive, written, and turned from one form into the other. */
import { createWriteStream, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { Readable, type Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { type CaptureFormat, convert, formatOfName, type OutputSink, sinkInto } from '../capture/convert.ts';
import type { CaptureError } from '../capture/error.ts';
import { type CaptureForm, CaptureReader, openCapture as openReader } from '../capture/reader.ts';
import type { CaptureHeader } from '../capture/record.ts';
import { lookThrough, StreamSource } from '../capture/source.ts';
import { CaptureWriter } from '../capture/writer.ts';
import { type CaptureRecord, fromPublicRecord, toPublicRecord } from './records.ts';

/** Where a capture is read from: a path (a file or a FIFO), a file: URL, or a stream of bytes. */
export type CaptureInput = string | URL | Readable;
/** Where a capture is written to: a path, a file: URL, or a stream. */
export type CaptureOutput = string | URL | Writable;

const pathOf = (place: string | URL): string => (typeof place === 'string' ? place : fileURLToPath(place));

/**
 * A capture that is being read. It holds no more of it than the record at hand, so a capture may be of any length, and
 * may still be written to by another program.
 *
 *     const capture = await openCapture('run.jsonl.gz');
 *     for await (const record of capture) console.log(record.index, record.type);
 *
 * A loop over it ends by itself or throws CaptureError for corruption, after every record in front of the corruption. Leaving
 * the loop closes the capture. It can be gone through once.
 */
export class Capture implements AsyncIterable<CaptureRecord> {
  readonly #reader: CaptureReader;

  private constructor(reader: CaptureReader) {
    this.#reader = reader;
  }

  /** @internal */
  static of(reader: CaptureReader): Capture {
    return new Capture(reader);
  }

  /** @internal The reader, for code that goes through millions of records and need not keep them. */
  static reader(capture: Capture): CaptureReader {
    return capture.#reader;
  }

  get header(): CaptureHeader {
    return this.#reader.header;
  }

  /** `jsonl` or `ptcap`. */
  get form(): CaptureForm {
    return this.#reader.form;
  }

  /** Whether it came through gzip. */
  get gzip(): boolean {
    return this.#reader.gzip;
  }

  /** Records read so far. */
  get count(): number {
    return this.#reader.count;
  }

  /** Where the writer of a FIFO went away within a record, which is no error: what was seen of it. Else null. */
  get truncated(): CaptureError | null {
    return this.#reader.truncated;
  }

  async *[Symbol.asyncIterator](): AsyncIterator<CaptureRecord, void, undefined> {
    const reader = this.#reader;
    try {
      do {
        for (let record = reader.next(); record !== null; record = reader.next())
          yield toPublicRecord(record);
      } while (await reader.fill());
    } finally {
      await reader.close();
    }
  }

  /** Gives up a capture that is not read to its end. */
  close(): Promise<void> {
    return this.#reader.close();
  }
}

/**
 * Opens a capture in either form, gzip'd or not: the first bytes say which it is.
 *
 * @throws SourceError where nothing can be read
 * @throws CaptureError where it does not begin as a capture
 */
export async function openCapture(input: CaptureInput): Promise<Capture> {
  if (!(input instanceof Readable)) return Capture.of(await openReader(pathOf(input)));
  const { source, gzip } = await lookThrough(new StreamSource('the stream', input));
  try {
    return Capture.of(await CaptureReader.start(source, gzip));
  } catch (error) {
    await source.close();
    throw error;
  }
}

/** A capture that is being written. Close it: only then is everything where it belongs. */
export class CaptureFile {
  readonly #writer: CaptureWriter;
  readonly #sink: OutputSink;
  #count = 0;

  private constructor(writer: CaptureWriter, sink: OutputSink) {
    this.#writer = writer;
    this.#sink = sink;
  }

  /** @internal */
  static of(form: CaptureForm, sink: OutputSink, header: CaptureHeader): CaptureFile {
    return new CaptureFile(new CaptureWriter(form, sink.write, header), sink);
  }

  /** Records written so far. */
  get count(): number {
    return this.#count;
  }

  /**
   * Adds a record. Wait for it before the next one, so that a slow disk is waited for.
   *
   * @throws RangeError for a record that no capture can hold
   */
  async write(record: CaptureRecord): Promise<void> {
    this.#writer.write(fromPublicRecord(record, this.#count));
    this.#count++;
    if (this.#writer.full) await this.#writer.flush();
  }

  /** Hands on what was written so far, for those who read along. */
  async flush(): Promise<void> {
    await this.#writer.flush();
  }

  async close(): Promise<void> {
    await this.#writer.flush();
    await this.#sink.end();
  }
}

/** The format that is asked for, or that a name stands for. @throws RangeError where neither says */
function formatFor(output: CaptureOutput, format: CaptureFormat | undefined): CaptureFormat {
  if (format !== undefined) return format;
  const found = output instanceof URL || typeof output === 'string' ? formatOfName(pathOf(output)) : null;
  if (found !== null) return found;
  throw new RangeError(
    `the output's name does not say which form: end it in .jsonl, .ptcap, .jsonl.gz or .ptcap.gz`,
  );
}

async function writableOf(output: CaptureOutput): Promise<Writable> {
  if (!(typeof output === 'string' || output instanceof URL)) return output;
  const path = pathOf(output);
  return createWriteStream(path, { fd: await open(path, 'w') });
}

/**
 * Begins a capture.
 *
 * @param format by default what the name's extension says: `.jsonl` or `.ptcap`, with `.gz` for gzip
 * @throws RangeError where neither says which form
 */
export async function createCapture(
  output: CaptureOutput,
  header: CaptureHeader,
  format?: CaptureFormat,
): Promise<CaptureFile> {
  const { form, gzip } = formatFor(output, format);
  return CaptureFile.of(form, sinkInto(await writableOf(output), gzip), header);
}

function isSameFile(input: Capture | CaptureInput, output: CaptureOutput): boolean {
  const isPlace = (one: unknown): one is string | URL => typeof one === 'string' || one instanceof URL;
  if (!isPlace(input) || !isPlace(output)) return false;
  const [one, other] = [input, output].map((place) => statSync(pathOf(place), { throwIfNoEntry: false }));
  return one?.isFile() === true && one.ino === other?.ino && one.dev === other.dev;
}

/**
 * Writes a capture in another form, as it arrives. Both ways round the bytes stay the same, unusual spellings and
 * unknown keys included. What comes before corruption is written before the CaptureError is thrown.
 *
 * @throws RangeError where the output is the input itself, or its form is not said
 */
export async function convertCapture(
  input: Capture | CaptureInput,
  output: CaptureOutput,
  format?: CaptureFormat,
): Promise<void> {
  const wanted = formatFor(output, format);
  if (isSameFile(input, output)) throw new RangeError('the output is the input itself');
  const capture = input instanceof Capture ? input : await openCapture(input);
  await convert(Capture.reader(capture), await writableOf(output), wanted);
}
