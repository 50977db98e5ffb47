import { MAX_BUFFERS } from '../record.ts';

/**
 * Strict JSON (RFC 8259) over bytes that remembers where everything stood, so that corruption can be named by its byte.
 * For lines that are not in the canonical form; JSON.parse would not say at which byte a field begins.
 */
export interface JsonNode {
  kind: 'object' | 'array' | 'string' | 'number' | 'word';
  /** [at, end) in the scanned bytes; quotes included for strings. */
  at: number;
  end: number;
  /** Objects: the last member of each name wins, as in JSON.parse. */
  members?: ReadonlyMap<string, JsonNode>;
  items?: readonly JsonNode[];
}

/** Called with the place of the first thing that is not JSON; must throw. */
export type Fail = (at: number, expected: string) => never;

const MAX_DEPTH = 64;
/**
 * Values of one line, keys not counted: those of a record with as many buffers as it may have, and as many again that
 * no reader uses. A value takes some hundred bytes of memory, `{}` takes three of text.
 */
const MAX_VALUES = 8 * MAX_BUFFERS;
const NO_MEMBERS: ReadonlyMap<string, JsonNode> = new Map();
const NO_ITEMS: readonly JsonNode[] = [];
const NUMBER = /^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$/;
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Scans one JSON value that fills data[at, end) but for blanks. */
export function scanJson(data: Uint8Array, at: number, end: number, fail: Fail): JsonNode {
  const scan = new Scanner(data, end, fail);
  const node = scan.value(scan.blanks(at), 0);
  const rest = scan.blanks(node.end);
  if (rest < end) fail(rest, 'the end of the line');
  return node;
}

/** The value of a string node. */
export function stringOf(data: Uint8Array, node: JsonNode): string {
  return JSON.parse(decoder.decode(data.subarray(node.at, node.end))) as string;
}

/** The value of a number node. */
export function numberOf(data: Uint8Array, node: JsonNode): number {
  return Number(latin1(data, node.at, node.end));
}

/** Bytes as text for messages and numbers; one character per byte. */
export function latin1(data: Uint8Array, at: number, end: number): string {
  return String.fromCharCode(...data.subarray(at, Math.min(end, at + 256)));
}

class Scanner {
  readonly data: Uint8Array;
  readonly end: number;
  readonly fail: Fail;
  #values = 0;

  constructor(data: Uint8Array, end: number, fail: Fail) {
    this.data = data;
    this.end = end;
    this.fail = fail;
  }

  /** Place of the next byte that is not blank. */
  blanks(at: number): number {
    while (at < this.end) {
      const c = this.data[at];
      if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09) break;
      at++;
    }
    return at;
  }

  value(at: number, depth: number): JsonNode {
    if (depth > MAX_DEPTH) this.fail(at, `at most ${MAX_DEPTH} levels`);
    if (++this.#values > MAX_VALUES) this.fail(at, `at most ${MAX_VALUES} values in a line`);
    const c = at < this.end ? this.data[at] : -1;
    if (c === 0x7b) return this.object(at, depth);
    if (c === 0x5b) return this.array(at, depth);
    if (c === 0x22) return this.string(at);
    if (c === 0x2d || (c >= 0x30 && c <= 0x39)) return this.number(at);
    return this.word(at);
  }

  object(start: number, depth: number): JsonNode {
    let members = NO_MEMBERS;
    let at = this.blanks(start + 1);
    if (this.data[at] !== 0x7d || at >= this.end) {
      const own = new Map<string, JsonNode>();
      members = own;
      for (;;) {
        if (at >= this.end || this.data[at] !== 0x22) this.fail(at, 'a quoted key');
        const key = this.string(at);
        at = this.blanks(key.end);
        if (at >= this.end || this.data[at] !== 0x3a) this.fail(at, '":"');
        const value = this.value(this.blanks(at + 1), depth + 1);
        own.set(stringOf(this.data, key), value);
        at = this.blanks(value.end);
        if (at < this.end && this.data[at] === 0x7d) break;
        if (at >= this.end || this.data[at] !== 0x2c) this.fail(at, '"," or "}"');
        at = this.blanks(at + 1);
      }
    }
    return { kind: 'object', at: start, end: at + 1, members };
  }

  array(start: number, depth: number): JsonNode {
    let items = NO_ITEMS;
    let at = this.blanks(start + 1);
    if (this.data[at] !== 0x5d || at >= this.end) {
      const own: JsonNode[] = [];
      items = own;
      for (;;) {
        const value = this.value(at, depth + 1);
        own.push(value);
        at = this.blanks(value.end);
        if (at < this.end && this.data[at] === 0x5d) break;
        if (at >= this.end || this.data[at] !== 0x2c) this.fail(at, '"," or "]"');
        at = this.blanks(at + 1);
      }
    }
    return { kind: 'array', at: start, end: at + 1, items };
  }

  string(start: number): JsonNode {
    let plain = true;
    let at = start + 1;
    for (; at < this.end && this.data[at] !== 0x22; at++) {
      const c = this.data[at];
      if (c < 0x20) this.fail(at, 'no control character in a string');
      if (c > 0x7e) plain = false;
      if (c !== 0x5c) continue;
      plain = false;
      at++;
    }
    if (at >= this.end) this.fail(Math.min(at, this.end), 'a closing quote');
    const node: JsonNode = { kind: 'string', at: start, end: at + 1 };
    if (!plain) {
      try {
        stringOf(this.data, node);
      } catch {
        this.fail(start, 'a string of UTF-8 with JSON escapes');
      }
    }
    return node;
  }

  number(start: number): JsonNode {
    let at = start + 1;
    while (at < this.end && isNumberByte(this.data[at])) at++;
    if (at - start > 256 || !NUMBER.test(latin1(this.data, start, at))) this.fail(start, 'a number');
    return { kind: 'number', at: start, end: at };
  }

  word(start: number): JsonNode {
    for (const word of ['true', 'false', 'null']) {
      const end = start + word.length;
      if (end <= this.end && latin1(this.data, start, end) === word) return { kind: 'word', at: start, end };
    }
    return this.fail(start, 'a JSON value');
  }
}

function isNumberByte(c: number): boolean {
  return (c >= 0x30 && c <= 0x39) || c === 0x2e || c === 0x2b || c === 0x2d || c === 0x65 || c === 0x45;
}
