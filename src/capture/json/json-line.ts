import { _IOC_SIZE } from '../../../uapi/ioctl.ts';
import type { BufferSpan, CaptureRecord } from '../record.ts';
import { MAX_BUFFERS, MAX_RECORD_BYTES } from '../record.ts';
import { decodeLower, lowerDigit } from './hex-digits.ts';

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

const IOCTL = ascii('{"type":"ioctl","time_ns":');
const MMAP = ascii('{"type":"mmap","time_ns":');
const CLOSE = ascii('{"type":"close","time_ns":');
const TID = ascii(',"tid":');
const FD = ascii(',"fd":');
const REQUEST = ascii(',"request":"0x');
const ARG_IN = ascii(',"arg_in":"');
const ARG_OUT = ascii('","arg_out":"');
const BUFFERS = ascii('","buffers":[');
const ADDR = ascii('{"addr":"0x');
const IN = ascii(',"in":"');
const OUT = ascii('","out":"');
const RET = ascii('],"ret":');
const ERRNO = ascii(',"errno":');
const LENGTH = ascii(',"length":"0x');
const PROT = ascii(',"prot":');
const FLAGS = ascii(',"flags":');
const OFFSET = ascii(',"offset":"0x');
const TRUE = ascii(',"ok":true}\n');
const FALSE = ascii(',"ok":false}\n');
const END = ascii('}\n');
const QUOTE = 0x22;
const BUFFER_END = ascii('"}');

/**
 * Reads lines of exactly the form that this project (and the client recorder) writes: fixed key order, no blanks,
 * lower-case hex, shortest numbers. Anything else is left to json-fields.ts, which is slower, takes every legal
 * spelling, and says what is wrong where something is. What is read here is, byte for byte, what json-text.ts writes.
 *
 * Positions are passed and returned as numbers and -1 means "not of that form"; values come back in members, so that a
 * record costs no allocation at all. Measured against JSON.parse in bench/records.mjs.
 */
export class CanonicalLineParser {
  #bytes = new Uint8Array(1 << 14);
  #used = 0;
  #lo = 0;
  #hi = 0;
  #number = 0;

  /** Reads the line in data[at, end), its newline included, into `record`. False: not canonical, `record` is void. */
  parse(data: Uint8Array, at: number, end: number, record: CaptureRecord): boolean {
    if (this.#bytes.length < end - at) this.#bytes = new Uint8Array(2 * (end - at));
    this.#used = 0;
    switch (data[at + 9]) {
      case 0x69:
        return this.#ioctl(data, at, record) === end;
      case 0x6d:
        return this.#mmap(data, at, record) === end;
      case 0x63:
        return this.#close(data, at, record) === end;
      default:
        return false;
    }
  }

  #ioctl(data: Uint8Array, start: number, record: CaptureRecord): number {
    record.type = 'ioctl';
    record.raw = null;
    record.node = null;
    record.compat = null;
    let at = this.#decimal(data, literal(data, start, IOCTL), Number.MAX_SAFE_INTEGER);
    record.timeNs = this.#number;
    at = this.#decimal(data, literal(data, at, TID), 0x7fffffff);
    record.tid = this.#number;
    at = this.#decimal(data, literal(data, at, FD), 0x7fffffff);
    record.fd = this.#number;
    at = this.#hexNumber(data, literal(data, at, REQUEST));
    if (this.#hi !== 0) return -1;
    record.request = this.#lo;
    const size = _IOC_SIZE(this.#lo);
    record.argSize = size;
    record.argInAt = this.#used;
    at = this.#hex(data, literal(data, at, ARG_IN));
    record.argOutAt = this.#used;
    at = this.#hex(data, literal(data, at, ARG_OUT));
    if (record.argOutAt !== size || this.#used !== 2 * size) return -1;
    at = this.#buffers(data, literal(data, at, BUFFERS), record);
    at = literal(data, at, RET);
    if (at < 0) return -1;
    if (data[at] === 0x2d) {
      if (data[at + 1] !== 0x31) return -1;
      record.ret = -1;
      at += 2;
    } else {
      at = this.#decimal(data, at, 0x7fffffff);
      record.ret = this.#number;
    }
    at = this.#decimal(data, literal(data, at, ERRNO), 4095);
    record.errno = this.#number;
    record.bytes = this.#bytes;
    if (this.#used > MAX_RECORD_BYTES) return -1;
    return literal(data, at, END);
  }

  #buffers(data: Uint8Array, start: number, record: CaptureRecord): number {
    let at = start;
    record.bufferCount = 0;
    if (at < 0 || data[at] === 0x5d) return at;
    for (;;) {
      const span = record.addBuffer();
      at = this.#hexNumber(data, literal(data, at, ADDR));
      this.#address(span);
      span.inAt = this.#used;
      at = this.#hex(data, literal(data, at, IN));
      span.inSize = this.#used - span.inAt;
      span.outAt = -1;
      span.outSize = 0;
      if (at >= 0 && data[at + 1] === 0x2c) {
        span.outAt = this.#used;
        at = this.#hex(data, literal(data, at, OUT));
        span.outSize = this.#used - span.outAt;
      }
      at = literal(data, at, BUFFER_END);
      if (at < 0 || record.bufferCount > MAX_BUFFERS) return -1;
      if (data[at] !== 0x2c) return at;
      at++;
    }
  }

  #mmap(data: Uint8Array, start: number, record: CaptureRecord): number {
    record.type = 'mmap';
    record.raw = null;
    record.node = null;
    record.compat = null;
    let at = this.#decimal(data, literal(data, start, MMAP), Number.MAX_SAFE_INTEGER);
    record.timeNs = this.#number;
    at = this.#decimal(data, literal(data, at, FD), 0x7fffffff);
    record.fd = this.#number;
    at = this.#hexNumber(data, literal(data, at, LENGTH));
    record.lengthLo = this.#lo;
    record.lengthHi = this.#hi;
    at = this.#decimal(data, literal(data, at, PROT), 0xffffffff);
    record.prot = this.#number;
    at = this.#decimal(data, literal(data, at, FLAGS), 0xffffffff);
    record.flags = this.#number;
    at = this.#hexNumber(data, literal(data, at, OFFSET));
    record.offsetLo = this.#lo;
    record.offsetHi = this.#hi;
    if (at < 0) return -1;
    record.ok = data[at + 6] === 0x74;
    return literal(data, at, record.ok ? TRUE : FALSE);
  }

  #close(data: Uint8Array, start: number, record: CaptureRecord): number {
    record.type = 'close';
    record.raw = null;
    record.node = null;
    record.compat = null;
    let at = this.#decimal(data, literal(data, start, CLOSE), Number.MAX_SAFE_INTEGER);
    record.timeNs = this.#number;
    at = this.#decimal(data, literal(data, at, FD), 0x7fffffff);
    record.fd = this.#number;
    return literal(data, at, END);
  }

  #address(span: BufferSpan): void {
    span.addrLo = this.#lo;
    span.addrHi = this.#hi;
    span.addr = this.#hi * 0x100000000 + this.#lo;
  }

  /** Decimal digits without a leading zero, up to `max`. */
  #decimal(data: Uint8Array, start: number, max: number): number {
    if (start < 0) return -1;
    let at = start;
    let value = 0;
    for (let digit = data[at] - 0x30; digit >= 0 && digit <= 9; digit = data[++at] - 0x30) {
      value = value * 10 + digit;
    }
    this.#number = value;
    if (at === start || (data[start] === 0x30 && at > start + 1)) return -1;
    return value <= max && at - start <= 16 ? at : -1;
  }

  /** Lower-case hex digits without a leading zero, at most 16 of them, and the closing quote. */
  #hexNumber(data: Uint8Array, start: number): number {
    if (start < 0) return -1;
    let at = start;
    let lo = 0;
    let hi = 0;
    for (let digit = lowerDigit(data[at]); digit < 16; digit = lowerDigit(data[++at])) {
      hi = (hi << 4) | (lo >>> 28);
      lo = (lo << 4) | digit;
    }
    this.#lo = lo >>> 0;
    this.#hi = hi >>> 0;
    if (at === start || at - start > 16 || (data[start] === 0x30 && at > start + 1)) return -1;
    return data[at] === QUOTE ? at + 1 : -1;
  }

  /** Bytes as hex, up to (not past) the closing quote. */
  #hex(data: Uint8Array, at: number): number {
    if (at < 0) return -1;
    const count = decodeLower(data, at, this.#bytes, this.#used);
    if (count < 0) return -1;
    this.#used += count;
    return at + 2 * count;
  }
}

/** The place behind `text` in `data` at `at`, or -1. A line ends in a newline, which no literal has in its middle. */
function literal(data: Uint8Array, at: number, text: Uint8Array): number {
  if (at < 0) return -1;
  const count = text.length;
  for (let i = 0; i < count; i++) {
    if (data[at + i] !== text[i]) return -1;
  }
  return at + count;
}
