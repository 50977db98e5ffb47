import { wire_header } from '../../../uapi/frame.ts';
import { hex } from '../../../uapi/hex.ts';
import type { CaptureDecoder } from '../decoder.ts';
import { CaptureError } from '../error.ts';
import { FRAME_HEADER_BYTES, FRAME_TEXT, Frame } from '../frame.ts';
import { parseEventLine, parseHeaderLine } from '../json/line.ts';
import type { CaptureHeader, CaptureRecord } from '../record.ts';
import { CAPTURE_VERSION } from '../record.ts';
import type { Window } from '../window.ts';
import { PTCAP_MAGIC, ptcap_preamble } from './format.ts';
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
    const { off, size: preamble } = ptcap_preamble;
    for (let i = 0; i < Math.min(size, PTCAP_MAGIC.length); i++) {
      if (data[at + i] === PTCAP_MAGIC[i]) continue;
      this.#corrupt(0, i, 'magic', hex(data[at + i]), hex(PTCAP_MAGIC[i]));
    }
    if (size < preamble) {
      if (window.ended) this.#truncated(window, `${preamble - size} more bytes`);
      return false;
    }
    const version = window.view.getUint32(at + off.version, true);
    if (version !== CAPTURE_VERSION) {
      this.#corrupt(
        0,
        off.version,
        'version',
        `${version}`,
        `${CAPTURE_VERSION}, the one this program reads`,
      );
    }
    const spare = window.view.getUint32(at + off.spare, true);
    if (spare !== 0) this.#corrupt(0, off.spare, 'spare word', hex(spare), '0');
    window.at += preamble;
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
      this.#corrupt(start, start + at, field, found, expected);
    }
    if (size === 0) {
      if (!window.ended) return 0;
      if (window.size > 0) this.#truncated(window, 'the rest of the frame');
      if (this.#index < 0) this.#truncated(window, 'a header');
      return 0;
    }
    const id = (this.#index + 1) >>> 0;
    if (frame.id !== id) this.#corrupt(start, start + wire_header.off.id, 'frame id', `${frame.id}`, `${id}`);
    if (frame.flags !== 0)
      this.#corrupt(start, start + wire_header.off.flags, 'frame flags', hex(frame.flags), '0');
    if (this.#last) this.#corrupt(start, start, '', 'another frame', 'none behind a line without a newline');
    return size;
  }

  #text<T>(window: Window, start: number, parse: (at: number, end: number, start: number) => T): T {
    const { at, size } = this.#frame;
    const line = window.data.subarray(at, at + size);
    const newline = line.indexOf(0x0a);
    if (newline >= 0 && newline < size - 1) {
      this.#corrupt(start, start + FRAME_HEADER_BYTES + newline, 'text', 'a newline', 'one line');
    }
    this.#last = newline < 0;
    return parse(at, at + size, start + FRAME_HEADER_BYTES);
  }

  #notOurs(start: number): never {
    return this.#corrupt(
      start,
      start + wire_header.off.kind,
      'frame kind',
      'a line kept as text',
      'fields, for a line spelled as ours are',
    );
  }

  #truncated(window: Window, expected: string): never {
    const [start, byte] = [window.offset(window.at), window.offset(window.end)];
    const record = this.#index;
    throw new CaptureError(
      { record, start, byte, field: '', found: 'the end of the stream', expected },
      true,
    );
  }

  #corrupt(start: number, byte: number, field: string, found: string, expected: string): never {
    throw new CaptureError({ record: this.#index, start, byte, field, found, expected });
  }
}
