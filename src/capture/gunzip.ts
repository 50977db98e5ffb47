import * as zlib from 'node:zlib';
import { type ByteSource, give } from './byte-source.ts';
import { GzipError } from './error.ts';

/** RFC 1952, 2.3.1: ID1 and ID2. */
export function isGzip(first: Uint8Array): boolean {
  return first[0] === 0x1f && first[1] === 0x8b;
}

/**
 * Compressed bytes handed to zlib at a time. What a slice decompresses to is lost where zlib finds corruption in it, so
 * slices are small while a stream is small (where each record may matter) and larger once speed does.
 */
const SMALL_SLICE = 64;
const LARGE_SLICE = 4096;
const SMALL_TOTAL = 64 << 10;

/** Deflate expands at most 1032 times, so one slice always fits and zlib never waits for its reader. */
const OUTPUT_BYTES = 1040 * LARGE_SLICE;

/** The text of a gzip stream, one member or several, as soon as the compressed bytes allow. */
export class GunzipSource implements ByteSource {
  readonly name: string;
  readonly fifo: boolean;
  rest: Uint8Array = new Uint8Array(0);
  readonly #base: ByteSource;
  readonly #zlib = zlib.createGunzip({ readableHighWaterMark: OUTPUT_BYTES } as zlib.ZlibOptions);
  readonly #buffer = new Uint8Array(16 << 10);
  #slices: Uint8Array = new Uint8Array(0);
  #output: Uint8Array[] = [];
  #consumed = 0;
  #error: NodeJS.ErrnoException | null = null;
  #ended = false;
  #wake: () => void = () => {};

  constructor(base: ByteSource) {
    this.#base = base;
    this.name = base.name;
    this.fifo = base.fifo;
    this.#zlib.on('error', (error: NodeJS.ErrnoException) => {
      this.#error = error;
      this.#wake();
    });
    this.#zlib.on('end', () => {
      this.#ended = true;
      this.#wake();
    });
  }

  portion(): number | null {
    return this.#base.portion?.() ?? null;
  }

  async read(into: Uint8Array): Promise<number> {
    for (;;) {
      if (this.rest.length > 0) return give(this, into);
      const next = this.#output.shift();
      if (next !== undefined) {
        this.rest = next;
        continue;
      }
      if (this.#error !== null) {
        const truncated = this.#error.code === 'Z_BUF_ERROR';
        throw new GzipError(this.#error.message, this.#consumed, truncated);
      }
      if (this.#ended) return 0;
      await this.#feed();
    }
  }

  async #feed(): Promise<void> {
    if (this.#slices.length === 0) {
      const count = await this.#base.read(this.#buffer);
      this.#slices = this.#buffer.subarray(0, count);
      if (count === 0) return this.#finish();
    }
    const slice = this.#slices.subarray(0, this.#consumed < SMALL_TOTAL ? SMALL_SLICE : LARGE_SLICE);
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      this.#zlib.write(slice, () => resolve());
    });
    this.#drain();
    if (this.#error !== null) return;
    this.#slices = this.#slices.subarray(slice.length);
    this.#consumed += slice.length;
  }

  /** No compressed bytes are left: zlib says whether it has seen the end of a member. */
  async #finish(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      this.#zlib.end();
      this.#zlib.once('readable', () => this.#drain());
      this.#drain();
    });
    this.#drain();
  }

  #drain(): void {
    for (let chunk = this.#zlib.read(); chunk !== null; chunk = this.#zlib.read()) this.#output.push(chunk);
  }

  async close(): Promise<void> {
    this.#zlib.destroy();
    await this.#base.close();
  }
}
