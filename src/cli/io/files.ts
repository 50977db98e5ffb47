/** Files that a user names, other than captures: what cannot be read or written is said in one sentence. */
import * as fs from 'node:fs';
import { isatty } from 'node:tty';
import { reason } from '../../capture/error.ts';
import { InputError, UsageError } from '../exit.ts';

/** Bytes of a file or of standard input that are taken at most; /dev/zero has no end. */
export const MAX_INPUT_BYTES = 64 << 20;

/**
 * All of a file, a FIFO, or (`-`) standard input, which is read as a stream: another process may have made it
 * non-blocking, and a slow pipe is waited for.
 *
 * @throws InputError where it cannot be read or is larger than MAX_INPUT_BYTES, UsageError for a terminal
 */
export async function readInput(path: string): Promise<Uint8Array> {
  const isStdin = path === '-' || path === '/dev/stdin';
  if (isStdin && isatty(0)) throw new UsageError('standard input is a terminal: name a file, or pipe it in');
  const name = path === '-' ? 'standard input' : path;
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    const stream = isStdin ? process.stdin : fs.createReadStream(path);
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > MAX_INPUT_BYTES) throw new InputError(`${name}: more than ${MAX_INPUT_BYTES} bytes`);
    }
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`cannot read ${name}: ${reason(error as NodeJS.ErrnoException)}`);
  }
  return Buffer.concat(chunks);
}

/** What a path names. @throws InputError where nothing is there */
export function statOf(path: string): fs.Stats {
  try {
    return fs.statSync(path);
  } catch (error) {
    throw new InputError(`cannot read ${path}: ${reason(error as NodeJS.ErrnoException)}`);
  }
}

/** That `path` cannot be written, and why, as the error of a system call says. */
export function cannotWrite(path: string, error: unknown): UsageError {
  return new UsageError(`cannot write ${path}: ${reason(error as NodeJS.ErrnoException)}`);
}

/** Writes a file whole. @throws UsageError where that is impossible */
export function writeOutput(path: string, data: string | Uint8Array): void {
  try {
    fs.writeFileSync(path, data);
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

/** Fails early, before hours of work, where a file could not be written. @throws UsageError */
export function checkWritable(path: string): void {
  try {
    // A FIFO would wait for its reader here.
    const known = fs.statSync(path, { throwIfNoEntry: false });
    if (known?.isFIFO()) return;
    fs.closeSync(fs.openSync(path, 'a'));
    if (known === undefined) fs.unlinkSync(path);
  } catch (error) {
    throw cannotWrite(path, error);
  }
}
