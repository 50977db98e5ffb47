import { paddedHex } from '../../../uapi/hex.ts';
import { CaptureError } from '../error.ts';
import { hexDigit } from './hex-digits.ts';
import type { JsonNode } from './json-scan.ts';
import { latin1, numberOf, scanJson, stringOf } from './json-scan.ts';

/** Where a line stands in its stream, for messages. */
export interface LinePlace {
  /** -1 for the header. */
  record: number;
  /** Stream offset of the byte at `at` of the data. */
  start: number;
  at: number;
}

/**
 * The fields of one line of any legal spelling, with checks that name the byte. Every getter throws a CaptureError
 * where the field is missing, of another type, or out of range.
 */
export class LineFields {
  readonly data: Uint8Array;
  readonly place: LinePlace;
  readonly root: JsonNode;

  /** Scans the line data[at, end), its newline not included. */
  constructor(data: Uint8Array, at: number, end: number, place: LinePlace) {
    this.data = data;
    this.place = place;
    if (at === end) this.fail(at, '', 'an empty line', 'a JSON object');
    this.root = scanJson(data, at, end, (where, expected) => {
      return this.fail(where, '', where >= end ? 'the end of the line' : show(data, where, end), expected);
    });
    if (this.root.kind !== 'object') this.wrong(this.root, '', 'a JSON object');
  }

  fail(at: number, field: string, found: string, expected: string): never {
    const { record, start } = this.place;
    throw new CaptureError({ record, start, byte: start + at - this.place.at, field, found, expected });
  }

  /** Fails with the node's own text as what was found. */
  wrong(node: JsonNode, field: string, expected: string): never {
    return this.fail(node.at, field, show(this.data, node.at, node.end), expected);
  }

  has(key: string): boolean {
    return this.root.members!.has(key);
  }

  /** The member `key` of `object`; `path` is how messages call it. */
  get(key: string, object: JsonNode = this.root, path: string = key): JsonNode {
    const node = object.members!.get(key);
    return node ?? this.fail(object.at, path, 'no such key', 'one');
  }

  string(node: JsonNode, path: string): string {
    if (node.kind !== 'string') this.wrong(node, path, 'a string');
    return stringOf(this.data, node);
  }

  integer(node: JsonNode, path: string, min: number, max: number): number {
    const value = node.kind === 'number' ? numberOf(this.data, node) : Number.NaN;
    if (!Number.isInteger(value) || value < min || value > max) {
      this.wrong(node, path, `an integer from ${min} to ${max}`);
    }
    return value === 0 ? 0 : value;
  }

  boolean(node: JsonNode, path: string): boolean {
    const word = node.kind === 'word' ? latin1(this.data, node.at, node.end) : '';
    if (word !== 'true' && word !== 'false') this.wrong(node, path, 'true or false');
    return word === 'true';
  }

  array(node: JsonNode, path: string): readonly JsonNode[] {
    if (node.kind !== 'array') this.wrong(node, path, 'an array');
    return node.items!;
  }

  /** A `0x…` string of up to `bits` bits, as two 32-bit halves. */
  hexNumber(node: JsonNode, path: string, bits: 32 | 64): { lo: number; hi: number } {
    const expected = `a hex string of up to ${bits} bits, "0x…"`;
    const match = /^0[xX]0*([0-9a-fA-F]{1,16})$/.exec(this.string(node, path));
    if (match === null || match[1].length > bits / 4) this.wrong(node, path, expected);
    const digits = match[1].padStart(16, '0');
    return { lo: Number.parseInt(digits.slice(8), 16), hi: Number.parseInt(digits.slice(0, 8), 16) };
  }

  /** Bytes as hex digits. */
  bytes(node: JsonNode, path: string): Uint8Array {
    if (node.kind !== 'string') this.wrong(node, path, 'a string of hex digits');
    let text = this.data;
    let at = node.at + 1;
    let end = node.end - 1;
    if (text.subarray(at, end).includes(0x5c)) {
      text = new TextEncoder().encode(stringOf(this.data, node));
      at = 0;
      end = text.length;
    }
    const bytes = new Uint8Array((end - at) >> 1);
    for (let i = 0, from = at; from < end; from++, i++) {
      const digit = hexDigit(text[from]);
      if (digit > 15) {
        this.fail(text === this.data ? from : node.at, path, show(text, from, from + 1), 'a hex digit');
      }
      bytes[i >> 1] = (bytes[i >> 1] << 4) | digit;
    }
    if ((end - at) % 2 !== 0) this.fail(node.at, path, `${end - at} hex digits`, 'an even number of them');
    return bytes;
  }
}

/** A short quotation of what stands in data[at, end). */
export function show(data: Uint8Array, at: number, end: number): string {
  const text = latin1(data, at, Math.min(end, at + 24)).replace(/[^\x20-\x7e]/g, '\ufffd');
  const byte = end - at === 1 || /\ufffd/.test(text[0]) ? ` (${paddedHex(data[at], 2)})` : '';
  return `${text}${end - at > 24 ? '…' : ''}${byte}`;
}
