import type { CaptureDecoder } from '../decoder.ts';
import { CaptureError } from '../error.ts';
import { FRAME_TEXT, Frame } from '../frame.ts';
import { parseEventLine, parseHeaderLine } from '../line.ts';
import type { CaptureHeader, CaptureRecord } from '../record.ts';
import { CAPTURE_VERSION } from '../record.ts';
import type { Window } from '../window.ts';
import { PTCAP_MAGIC, PTCAP_PREAMBLE_BYTES } from './format.ts';
import { readEventFrame, readHeaderFrame } from './read.ts';

/** The binary form. */
export class PtcapDecoder implements CaptureDecoder {
  readonly #frame = new Frame();
  #preamble = false;
  /** -1: the header is next. */
  #index = -1;
  /** A line of text without a newline came: nothing may follow. */
  #last = false;

  header(window: Window): { header: CaptureHeader; raw: Uint8Array | null } | null {
    if (!this.#preamble && !this.#readPreamble(window)) return null;
    const start = window.offset(window.at);
    const size = this.#arrived(window);
    if (size === 0) return null;
    const { data } = window;
    const frame = this.#frame;
    const result =
      frame.kind === FRAME_TEXT
        ? this.#text(window, start, (at, end, offset) => parseHeaderLine(data, at, end, offset))
        : { header: readHeaderFrame(window.view, data, frame, start), raw: null };
    if (frame.kind === FRAME_TEXT && result.raw === null) this.#notOurs(start);
    window.at += size;
    this.#index = 0;
    return result;
  }

  next(window: Window, record: CaptureRecord): boolean {
    const start = window.offset(window.at);
    const size = this.#arrived(window);
    if (size === 0) return false;
    const { data } = window;
    const index = this.#index;
    record.index = index;
    record.start = start;
    if (this.#frame.kind === FRAME_TEXT) {
      this.#text(window, start, (at, end, offset) => parseEventLine(data, at, end, offset, record, index));
      if (record.raw === null) this.#notOurs(start);
    } else {
      readEventFrame(window.view, data, this.#frame, record, index, start);
    }
    window.at += size;
    this.#index++;
    return true;
  }

  #readPreamble(window: Window): boolean {
    const { data, at, size } = window;
    for (let i = 0; i < Math.min(size, PTCAP_MAGIC.length); i++) {
      if (data[at + i] === PTCAP_MAGIC[i]) continue;
      this.#damage(0, i, 'magic', hex(data[at + i]), hex(PTCAP_MAGIC[i]));
    }
    if (size < PTCAP_PREAMBLE_BYTES) {
      if (window.ended) this.#cut(window, `${PTCAP_PREAMBLE_BYTES - size} more bytes`);
      return false;
    }
    const version = window.view.getUint32(at + 8, true);
    if (version !== CAPTURE_VERSION) {
      this.#damage(0, 8, 'version', `${version}`, `${CAPTURE_VERSION}, the one this program reads`);
    }
    const spare = window.view.getUint32(at + 12, true);
    if (spare !== 0) this.#damage(0, 12, 'spare word', hex(spare), '0');
    window.at += PTCAP_PREAMBLE_BYTES;
    this.#preamble = true;
    return true;
  }

  /** Size of the frame in front once it is there and sound; 0 while more must come or nothing is left. */
  #arrived(window: Window): number {
    const frame = this.#frame;
    const size = frame.read(window.view, window.at, window.end);
    const start = window.offset(window.at);
    if (size < 0) {
      const { at, field, found, expected } = frame.fault!;
      this.#damage(start, start + at, field, found, expected);
    }
    if (size === 0) {
      if (!window.ended) return 0;
      if (window.size > 0) this.#cut(window, 'the rest of the frame');
      if (this.#index < 0) this.#cut(window, 'a header');
      return 0;
    }
    const id = (this.#index + 1) >>> 0;
    if (frame.id !== id) this.#damage(start, start + 8, 'frame id', `${frame.id}`, `${id}`);
    if (frame.flags !== 0) this.#damage(start, start + 6, 'frame flags', hex(frame.flags), '0');
    if (this.#last) this.#damage(start, start, '', 'another frame', 'none behind a line without a newline');
    return size;
  }

  #text<T>(window: Window, start: number, parse: (at: number, end: number, start: number) => T): T {
    const { at, size } = this.#frame;
    const line = window.data.subarray(at, at + size);
    const newline = line.indexOf(0x0a);
    if (newline >= 0 && newline < size - 1) {
      this.#damage(start, start + 16 + newline, 'text', 'a newline', 'one line');
    }
    this.#last = newline < 0;
    return parse(at, at + size, start + 16);
  }

  #notOurs(start: number): never {
    return this.#damage(
      start,
      start + 4,
      'frame kind',
      'a line kept as text',
      'fields, for a line spelled as ours are',
    );
  }

  #cut(window: Window, expected: string): never {
    const [start, byte] = [window.offset(window.at), window.offset(window.end)];
    const record = this.#index;
    throw new CaptureError(
      { record, start, byte, field: '', found: 'the end of the stream', expected },
      true,
    );
  }

  #damage(start: number, byte: number, field: string, found: string, expected: string): never {
    throw new CaptureError({ record: this.#index, start, byte, field, found, expected });
  }
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
