import * as fs from 'node:fs';
import { Socket } from 'node:net';
import { promisify } from 'node:util';
import { type ByteSource, give } from './byte-source.ts';
import { SourceError } from './error.ts';
import { GunzipSource, isGzip } from './gunzip.ts';

/**
 * Opens a file, a FIFO (waits for its writer), or standard input (`-`), and looks through gzip, which is known by its
 * first two bytes whatever the name is. Throws SourceError.
 */
export async function openSource(path: string): Promise<{ source: ByteSource; gzip: boolean }> {
  return lookThrough(
    path === '-' ? new StreamSource('standard input', process.stdin) : await FileSource.open(path),
  );
}

/** Puts gunzip in front of a source whose first two bytes ask for it. */
export async function lookThrough(base: ByteSource): Promise<{ source: ByteSource; gzip: boolean }> {
  const first = new Uint8Array(2);
  let count = 0;
  while (count < 2) {
    const n = await base.read(first.subarray(count));
    if (n === 0) break;
    count += n;
  }
  const prefixed = new PrefixedSource(first.subarray(0, count), base);
  return isGzip(first)
    ? { source: new GunzipSource(prefixed), gzip: true }
    : { source: prefixed, gzip: false };
}

/**
 * A FIFO, whose writer is waited for. It is polled like a socket: a read that waits in a thread of libuv's would keep the
 * program from ending.
 */
async function openFifo(path: string): Promise<ByteSource> {
  const fd = await promisify(fs.open)(path, 'r');
  return new StreamSource(path, new Socket({ fd, readable: true, writable: false }), true);
}

/** Handles of files that are open: one that nothing refers to any more would be closed with a warning on standard error. */
const opened = new Set<fs.promises.FileHandle>();

class FileSource implements ByteSource {
  readonly name: string;
  readonly fifo = false;
  readonly #file: fs.promises.FileHandle;
  /** Bytes; 0 for what is no regular file. */
  readonly #size: number;
  #read = 0;

  private constructor(name: string, stat: fs.Stats, file: fs.promises.FileHandle) {
    this.name = name;
    this.#size = stat.isFile() ? stat.size : 0;
    this.#file = file;
    opened.add(file);
  }

  static async open(path: string): Promise<ByteSource> {
    try {
      if (fs.statSync(path).isFIFO()) return await openFifo(path);
      const file = await fs.promises.open(path, 'r');
      const stat = await file.stat();
      if (stat.isDirectory()) {
        await file.close();
        throw Object.assign(new Error('it is a directory'), { code: 'EISDIR' });
      }
      return new FileSource(path, stat, file);
    } catch (error) {
      throw new SourceError(path, error as NodeJS.ErrnoException);
    }
  }

  async read(into: Uint8Array): Promise<number> {
    try {
      const { bytesRead } = await this.#file.read(into, 0, into.length, null);
      this.#read += bytesRead;
      return bytesRead;
    } catch (error) {
      throw new SourceError(this.name, error as NodeJS.ErrnoException);
    }
  }

  portion(): number | null {
    return this.#size === 0 ? null : Math.min(this.#read / this.#size, 1);
  }

  async close(): Promise<void> {
    opened.delete(this.#file);
    await this.#file.close();
  }
}

/** A readable stream: standard input, a socket, a child's output. */
export class StreamSource implements ByteSource {
  readonly name: string;
  readonly fifo: boolean;
  readonly #stream: NodeJS.ReadableStream & { destroy?(): void };
  #chunks: AsyncIterator<string | Buffer> | null = null;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(name: string, stream: NodeJS.ReadableStream, fifo = false) {
    this.name = name;
    this.fifo = fifo;
    this.#stream = stream;
  }

  async read(into: Uint8Array): Promise<number> {
    this.#chunks ??= this.#stream[Symbol.asyncIterator]();
    while (this.#rest.length === 0) {
      let next: IteratorResult<string | Buffer>;
      try {
        next = await this.#chunks.next();
      } catch (error) {
        throw new SourceError(this.name, error as NodeJS.ErrnoException);
      }
      if (next.done) return 0;
      this.#rest = next.value as Buffer;
    }
    return give(this, into);
  }

  /** Bytes that have come and were not asked for yet. */
  get rest(): Uint8Array {
    return this.#rest;
  }

  set rest(bytes: Uint8Array) {
    this.#rest = bytes;
  }

  async close(): Promise<void> {
    this.#stream.destroy?.();
  }
}

class PrefixedSource implements ByteSource {
  readonly name: string;
  readonly fifo: boolean;
  rest: Uint8Array;
  readonly #base: ByteSource;

  constructor(prefix: Uint8Array, base: ByteSource) {
    this.rest = prefix;
    this.#base = base;
    this.name = base.name;
    this.fifo = base.fifo;
  }

  async read(into: Uint8Array): Promise<number> {
    return this.rest.length > 0 ? give(this, into) : this.#base.read(into);
  }

  portion(): number | null {
    return this.#base.portion?.() ?? null;
  }

  close(): Promise<void> {
    return this.#base.close();
  }
}
