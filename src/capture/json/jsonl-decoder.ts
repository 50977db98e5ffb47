import type { CaptureDecoder } from '../decoder.ts';
import { CaptureError } from '../error.ts';
import type { CaptureHeader, CaptureRecord } from '../record.ts';
import { MAX_LINE_BYTES } from '../record.ts';
import type { Window } from '../window.ts';
import { show } from './json-fields.ts';
import { CanonicalLineParser } from './json-line.ts';
import { parseEventLine, parseHeaderLine } from './line.ts';

/** A header is short; a stream that is no capture at all should be found out early. */
const MAX_HEADER_BYTES = 1 << 20;

/** The JSON Lines form. */
export class JsonlDecoder implements CaptureDecoder {
  readonly #canonical = new CanonicalLineParser();
  #index = 0;
  /** How much of the line in front has been searched for its newline, as a stream offset. */
  #searched = 0;
  /** Stream offset behind the last newline that was found. */
  #wholeTo = 0;

  header(window: Window): { header: CaptureHeader; raw: Uint8Array | null } | null {
    const { data, at } = window;
    if (window.size > 0 && data[at] !== 0x7b && data[at] !== 0x20 && data[at] !== 0x09 && data[at] !== 0x0d) {
      const found = show(data, at, at + 1);
      throw this.#corrupt(window, at, -1, found, 'a capture: its header as a JSON object, or .ptcap magic');
    }
    const end = this.#line(window, -1, MAX_HEADER_BYTES);
    if (end === 0) return null;
    const result = this.#unlessTruncated(window, end, () =>
      parseHeaderLine(data, at, end, window.offset(at)),
    );
    window.at = end;
    return result;
  }

  next(window: Window, record: CaptureRecord): boolean {
    const { at } = window;
    record.index = this.#index;
    record.start = window.offset(at);
    const limit = this.#whole(window);
    let end = limit > at ? this.#canonical.parse(window.view, at, limit, record) : -1;
    if (end < 0 || end - at > MAX_LINE_BYTES) {
      end = this.#line(window, this.#index, MAX_LINE_BYTES);
      if (end === 0) return false;
      this.#unlessTruncated(window, end, () =>
        parseEventLine(window.data, at, end, record.start, record, this.#index),
      );
    }
    window.at = end;
    this.#index++;
    return true;
  }

  /** Where the last line that has arrived whole ends; it is looked for when those before are read. */
  #whole(window: Window): number {
    if (window.offset(window.at) >= this.#wholeTo) {
      const from = Math.max(window.at, this.#searched - window.base);
      const newline = window.data.subarray(from, window.end).lastIndexOf(0x0a);
      if (newline >= 0) this.#wholeTo = window.offset(from + newline + 1);
    }
    return this.#wholeTo - window.base;
  }

  /** End of the line in front, newline included; 0 while it has not arrived or nothing is left. */
  #line(window: Window, record: number, limit: number): number {
    const from = Math.max(window.at, this.#searched - window.base);
    const newline = from < window.end ? window.data.subarray(0, window.end).indexOf(0x0a, from) : -1;
    const size = (newline < 0 ? window.end : newline) - window.at;
    if (size > limit) {
      throw this.#corrupt(
        window,
        window.at + limit,
        record,
        'no end of the line',
        `lines of at most ${limit} bytes`,
      );
    }
    if (newline >= 0) return newline + 1;
    this.#searched = window.offset(window.end);
    return window.ended && window.size > 0 ? window.end : 0;
  }

  /** Parses the line that ends at `end`; the last one, where it has no newline, may be a truncated one. */
  #unlessTruncated<T>(window: Window, end: number, parse: () => T): T {
    if (window.data[end - 1] === 0x0a) return parse();
    try {
      return parse();
    } catch (error) {
      if (!(error instanceof CaptureError)) throw error;
      const atEnd = error.byte === window.offset(end);
      throw new CaptureError({ ...error, found: atEnd ? 'the end of the stream' : error.found }, true);
    }
  }

  #corrupt(window: Window, at: number, record: number, found: string, expected: string): CaptureError {
    const [start, byte] = [window.offset(window.at), window.offset(at)];
    return new CaptureError({ record, start, byte, field: '', found, expected });
  }
}
