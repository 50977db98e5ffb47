import type { ByteSource } from './byte-source.ts';
import type { CaptureDecoder } from './decoder.ts';
import { CaptureError, GzipError } from './error.ts';
import { JsonlDecoder } from './json/jsonl-decoder.ts';
import { PtcapDecoder } from './ptcap/decoder.ts';
import { PTCAP_MAGIC } from './ptcap/format.ts';
import type { CaptureHeader } from './record.ts';
import { CaptureRecord } from './record.ts';
import { openSource } from './source.ts';
import { Window } from './window.ts';

/** How a capture is written down. */
export type CaptureForm = 'jsonl' | 'ptcap';

/**
 * A capture that is read as it arrives, holding no more of it than the record at hand.
 *
 *     const capture = await openCapture('run.jsonl.gz');
 *     await capture.each((record) => console.log(record.index, record.type));
 *
 * Everything that reads throws CaptureError for corruption, after every record in front of it was delivered.
 */
export class CaptureReader {
  readonly name: string;
  readonly form: CaptureForm;
  readonly gzip: boolean;
  readonly header: CaptureHeader;
  /** The header's line where it is spelled otherwise than we do. */
  readonly headerRaw: Uint8Array | null;
  /** Where a FIFO's writer went away within a record: the rest of that record never came, which is no error. */
  truncated: CaptureError | null = null;
  /** Records delivered so far. */
  count = 0;
  /** Whether the stream was read to a sound end. */
  complete = false;

  readonly #record = new CaptureRecord();
  readonly #source: ByteSource;
  readonly #window: Window;
  readonly #decoder: CaptureDecoder;

  private constructor(
    source: ByteSource,
    gzip: boolean,
    window: Window,
    decoder: CaptureDecoder,
    start: Start,
  ) {
    this.#source = source;
    this.#window = window;
    this.#decoder = decoder;
    this.name = source.name;
    this.gzip = gzip;
    this.form = decoder instanceof PtcapDecoder ? 'ptcap' : 'jsonl';
    this.header = start.header;
    this.headerRaw = start.raw;
  }

  /** Reads up to the header. Throws CaptureError where there is none, SourceError where nothing can be read. */
  static async start(source: ByteSource, gzip: boolean): Promise<CaptureReader> {
    try {
      return await CaptureReader.#start(source, gzip);
    } catch (error) {
      throw error instanceof CaptureError ? error.in(source.name) : error;
    }
  }

  static async #start(source: ByteSource, gzip: boolean): Promise<CaptureReader> {
    const window = new Window();
    await fillFrom(source, window, -1);
    if (window.size === 0) throw empty();
    const decoder = window.data[0] === PTCAP_MAGIC[0] ? new PtcapDecoder() : new JsonlDecoder();
    for (;;) {
      const start = decoder.header(window);
      if (start !== null) return new CaptureReader(source, gzip, window, decoder, start);
      await fillFrom(source, window, -1);
    }
  }

  /** The next record that has arrived whole, or null: `fill` then waits for more. The object is filled anew each time. */
  next(): CaptureRecord | null {
    try {
      if (!this.#decoder.next(this.#window, this.#record)) return null;
    } catch (error) {
      return this.#over(error);
    }
    this.count++;
    return this.#record;
  }

  /** Waits for more to arrive. False: the stream is at its end, and `next` gives what it still has. */
  async fill(): Promise<boolean> {
    if (this.#window.ended) return false;
    try {
      await fillFrom(this.#source, this.#window, this.count);
    } catch (error) {
      this.#window.at = this.#window.end;
      this.#over(error);
      this.#window.ended = true;
    }
    return true;
  }

  /** A FIFO may end anywhere behind its header; anything else that goes wrong is thrown. */
  #over(error: unknown): null {
    if (!(error instanceof CaptureError)) throw error;
    if (!error.truncated || !this.#source.fifo) throw error.in(this.name);
    this.truncated = error;
    this.#window.at = this.#window.end;
    return null;
  }

  /**
   * Calls `visit` with each record until it returns false or nothing is left, then closes the stream. `idle` is called
   * whenever nothing more has arrived and before the end: the time to show what has gathered.
   */
  async each(visit: (record: CaptureRecord) => unknown, idle: () => void = () => {}): Promise<void> {
    try {
      do {
        for (let record = this.next(); record !== null; record = this.next()) {
          if (visit(record) === false) return;
        }
        idle();
      } while (await this.fill());
      this.complete = true;
    } finally {
      await this.close();
    }
  }

  /** How much of the capture's file was read, 0 to 1; null for streams. */
  portion(): number | null {
    return this.#source.portion?.() ?? null;
  }

  close(): Promise<void> {
    return this.#source.close();
  }
}

interface Start {
  header: CaptureHeader;
  raw: Uint8Array | null;
}

/** Opens the capture in a file, a FIFO or (`-`) standard input, in either form, gzip'd or not. */
export async function openCapture(path: string): Promise<CaptureReader> {
  const { source, gzip } = await openSource(path);
  try {
    return await CaptureReader.start(source, gzip);
  } catch (error) {
    await source.close();
    throw error;
  }
}

async function fillFrom(source: ByteSource, window: Window, record: number): Promise<void> {
  try {
    const count = await source.read(window.room());
    window.end += count;
    if (count === 0) window.ended = true;
  } catch (error) {
    if (!(error instanceof GzipError)) throw error;
    const [start, byte] = [window.offset(window.at), window.offset(window.end)];
    const found = `${error.message} (compressed byte ${error.byte})`;
    throw new CaptureError(
      { record, start, byte, field: 'gzip', found, expected: 'sound gzip data' },
      error.truncated,
    );
  }
}

function empty(): CaptureError {
  const found = 'an empty stream';
  return new CaptureError({
    record: -1,
    start: 0,
    byte: 0,
    field: '',
    found,
    expected: 'the header of a capture',
  });
}
