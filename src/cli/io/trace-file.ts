/** Perfetto traces as files. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { TraceWriter } from '../../trace/writer.ts';
import { cannotWrite } from './files.ts';

/** Bytes that are written at once. */
const CHUNK = 1 << 20;

export interface TraceFile {
  writer: TraceWriter;
  /** Writes what is left. */
  close(): void;
}

/** Opens a trace for writing; `-` is standard output. @throws UsageError where that is impossible */
export function openTrace(path: string): TraceFile {
  const file = path === '-' ? 1 : open(path);
  let chunk: Uint8Array[] = [];
  let bytes = 0;
  const flush = (): void => {
    const all = Buffer.concat(chunk);
    try {
      for (let at = 0; at < all.length; ) at += writeSync(file, all, at);
    } catch (error) {
      throw writeError(path, error);
    }
    chunk = [];
    bytes = 0;
  };
  const writer = new TraceWriter((packet) => {
    chunk.push(packet);
    bytes += packet.length;
    if (bytes >= CHUNK) flush();
  });
  const close = (): void => {
    flush();
    if (file !== 1) closeSync(file);
  };
  return { writer, close };
}

function open(path: string): number {
  try {
    return openSync(path, 'w');
  } catch (error) {
    throw writeError(path, error);
  }
}

function writeError(path: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  // A reader of standard output that goes away is no mistake of the user's.
  if (path === '-' || code === 'EPIPE') return error;
  return cannotWrite(path, error);
}
