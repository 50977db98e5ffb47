import { headerLine, JsonLineWriter } from './json/json-text.ts';
import { PtcapEncoder } from './ptcap/write.ts';
import type { CaptureForm } from './reader.ts';
import type { CaptureHeader, CaptureRecord } from './record.ts';

/** Takes bytes in the order they were written; resolves when it is ready for more. The bytes are its own to keep. */
export type ByteSink = (bytes: Uint8Array) => Promise<void> | void;

const FLUSH_BYTES = 256 << 10;

/**
 * Writes a capture of either form. `write` never waits; call `flush` when `full` (or whenever what was written should
 * be seen by others: after each record of a live recording).
 */
export class CaptureWriter {
  readonly #lines: JsonLineWriter | null;
  readonly #frames: PtcapEncoder | null;
  readonly #sink: ByteSink;

  constructor(form: CaptureForm, sink: ByteSink, header: CaptureHeader, headerRaw: Uint8Array | null = null) {
    this.#sink = sink;
    this.#lines = form === 'jsonl' ? new JsonLineWriter() : null;
    this.#frames = form === 'ptcap' ? new PtcapEncoder() : null;
    this.#frames?.header(header, headerRaw);
    this.#lines?.bytes(headerRaw ?? Buffer.from(headerLine(header)));
  }

  write(record: CaptureRecord): void {
    this.#lines?.write(record);
    this.#frames?.record(record);
  }

  /** Enough has gathered to be worth a write. */
  get full(): boolean {
    return (this.#lines?.used ?? this.#frames!.frames.used) >= FLUSH_BYTES;
  }

  /** Hands everything written so far to the sink. */
  async flush(): Promise<void> {
    const bytes = this.#take();
    if (bytes.length > 0) await this.#sink(bytes);
  }

  #take(): Uint8Array {
    const buffer = this.#lines ?? this.#frames!.frames;
    const bytes = ('text' in buffer ? buffer.text : buffer.data).slice(0, buffer.used);
    buffer.used = 0;
    return bytes;
  }
}
