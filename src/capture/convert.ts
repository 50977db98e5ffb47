import { once } from 'node:events';
import * as fs from 'node:fs';
import type { Writable } from 'node:stream';
import * as zlib from 'node:zlib';
import type { CaptureForm, CaptureReader } from './reader.ts';
import type { ByteSink } from './writer.ts';
import { CaptureWriter } from './writer.ts';

/** A form, and whether gzip goes around it. */
export interface CaptureFormat {
  form: CaptureForm;
  gzip: boolean;
}

/** The format that a file name's extension stands for, or null: `.jsonl`, `.ptcap`, either with `.gz` behind. */
export function formatOfName(name: string): CaptureFormat | null {
  const match = /\.(jsonl|ptcap)(\.gz)?$/.exec(name);
  return match === null ? null : { form: match[1] as CaptureForm, gzip: match[2] !== undefined };
}

/** Bytes on their way into a stream. */
export interface OutputSink {
  /** Resolves when there is room for more; rejects with the error of a stream that broke. */
  readonly write: ByteSink;
  /** Ends what is written, and the stream with it unless that is standard output. */
  end(): Promise<void>;
}

/** Puts bytes into `out`, through gzip where that is asked for. */
export function sinkInto(out: Writable, gzip: boolean): OutputSink {
  const target = gzip ? zlib.createGzip() : out;
  if (target !== out) target.pipe(out);
  const failed = once(out, 'error').then(([error]) => Promise.reject(error));
  failed.catch(() => {});
  return {
    write: async (bytes) => {
      if (!target.write(bytes)) await Promise.race([once(target, 'drain'), failed]);
    },
    end: async () => {
      target.end();
      if (out !== process.stdout) await Promise.race([once(out, 'close'), failed]);
    },
  };
}

/**
 * Copies a capture into `out` in the given format, as it arrives, and closes both. What was read before corruption was
 * found is written all the same, then the CaptureError is thrown.
 */
export async function convert(capture: CaptureReader, out: Writable, format: CaptureFormat): Promise<void> {
  const sink = sinkInto(out, format.gzip);
  const writer = new CaptureWriter(format.form, sink.write, capture.header, capture.headerRaw);
  try {
    do {
      for (let record = capture.next(); record !== null; record = capture.next()) {
        writer.write(record);
        if (writer.full) await writer.flush();
      }
      await writer.flush();
    } while (await capture.fill());
  } finally {
    await writer.flush();
    await capture.close();
    await sink.end();
  }
}

/** Opens `name` for writing, or standard output for `-`. Throws at once where that is impossible. */
export function openOutput(name: string): Writable {
  return name === '-' ? process.stdout : fs.createWriteStream(name, { fd: fs.openSync(name, 'w') });
}
