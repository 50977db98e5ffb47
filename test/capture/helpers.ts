import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { ByteSource } from '../../src/capture/byte-source.ts';
import { CaptureError } from '../../src/capture/error.ts';
import { type CaptureForm, CaptureReader } from '../../src/capture/reader.ts';
import type { CaptureRecord } from '../../src/capture/record.ts';
import { lookThrough } from '../../src/capture/source.ts';
import { CaptureWriter } from '../../src/capture/writer.ts';

/** The captures of real clients that are fixtures. */
export const CAPTURES = [
  'gallium-egl',
  'vulkan-sparse',
  'vulkan-sparse-emulated',
  'vulkaninfo',
  'zink-sparse-buffer-basic',
  'zink-sparse-buffer-basic-emulated',
  'zink-sparse-buffer-commit',
];

export function capturePath(name: string): string {
  return fileURLToPath(new URL(`../fixtures/captures/${name}.jsonl.gz`, import.meta.url));
}

/** The text of a fixture. */
export function captureText(name: string): Buffer {
  return gunzipSync(readFileSync(capturePath(name)));
}

/** A source that hands out `bytes` in pieces of at most `piece`, and counts what was taken. */
export class MemorySource implements ByteSource {
  readonly name = 'memory';
  readonly fifo: boolean;
  taken = 0;
  readonly #bytes: Uint8Array;
  readonly #piece: number;

  constructor(bytes: Uint8Array, piece = 1 << 16, fifo = false) {
    this.#bytes = bytes;
    this.#piece = piece;
    this.fifo = fifo;
  }

  async read(into: Uint8Array): Promise<number> {
    const part = this.#bytes.subarray(this.taken, this.taken + Math.min(this.#piece, into.length));
    into.set(part);
    this.taken += part.length;
    return part.length;
  }

  async close(): Promise<void> {}
}

export async function openBytes(bytes: Uint8Array, piece?: number, fifo?: boolean): Promise<CaptureReader> {
  const { source, gzip } = await lookThrough(new MemorySource(bytes, piece, fifo));
  return CaptureReader.start(source, gzip);
}

/** Everything that a stream delivers, and the corruption that ended it. Errors of any other kind are thrown. */
export async function readAll(
  bytes: Uint8Array,
  piece?: number,
): Promise<{ records: CaptureRecord[]; error: CaptureError | null }> {
  const records: CaptureRecord[] = [];
  try {
    const capture = await openBytes(bytes, piece);
    await capture.each((record) => {
      records.push(record.clone());
    });
    return { records, error: null };
  } catch (error) {
    if (error instanceof CaptureError) return { records, error };
    throw error;
  }
}

/** The same capture in the other (or the same) form. */
export async function convertBytes(bytes: Uint8Array, form: CaptureForm, piece?: number): Promise<Buffer> {
  const capture = await openBytes(bytes, piece);
  const parts: Uint8Array[] = [];
  const writer = new CaptureWriter(form, (part) => void parts.push(part), capture.header, capture.headerRaw);
  await capture.each((record) => writer.write(record));
  await writer.flush();
  return Buffer.concat(parts);
}

/** The first lines of a capture's text, its header included. */
export function head(text: Buffer, lines: number): Buffer {
  let end = 0;
  for (let i = 0; i < lines; i++) end = text.indexOf(10, end) + 1;
  return text.subarray(0, end);
}

/** What a record says, without where it stood and without what its type has no use for. */
export function essence(record: CaptureRecord): Record<string, unknown> {
  const { type, timeNs, fd } = record;
  if (type === 'close') return { type, timeNs, fd };
  if (type === 'mmap') {
    const { lengthLo, lengthHi, offsetLo, offsetHi, prot, flags, ok } = record;
    return { type, timeNs, fd, lengthLo, lengthHi, offsetLo, offsetHi, prot, flags, ok };
  }
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
  const buffers = record.buffers.slice(0, record.bufferCount).map((b, i) => {
    const out = record.bufferOut(i);
    return [b.addr, b.addrLo, b.addrHi, hex(record.bufferIn(i)), out === null ? null : hex(out)];
  });
  const { tid, request, ret, errno } = record;
  return {
    type,
    timeNs,
    fd,
    tid,
    request,
    ret,
    errno,
    in: hex(record.argIn),
    out: hex(record.argOut),
    buffers,
  };
}
