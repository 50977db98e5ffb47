import { _IOC_SIZE } from '../../../uapi/ioctl.ts';
import type { BufferSpan, CaptureRecord } from '../record.ts';
import { MAX_BUFFERS, MAX_RECORD_BYTES } from '../record.ts';
import { decodeLower, eightDigits, lowerDigit } from './hex-digits.ts';
import {
  ADDR,
  ARG_IN,
  ARG_OUT,
  BUFFERS,
  CLOSE,
  ERRNO,
  FALSE,
  FD,
  FLAGS,
  IN,
  IOCTL,
  LENGTH,
  type Literal,
  MMAP,
  OFFSET,
  OUT,
  PROT,
  REQUEST,
  RET,
  TID,
  TIME,
  TRUE,
} from './json-literals.ts';

/** `}` and a newline, as a little-endian u16; `"}`. */
const END = 0x0a7d;
const QUOTE = 0x22;
const BUFFER_END = 0x7d22;

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
  #view = new DataView(this.#bytes.buffer);
  #used = 0;
  #limit = 0;
  #lo = 0;
  #hi = 0;
  #number = 0;

  /**
   * Reads the line at `at` into `record`; a newline comes at `limit` at the latest, and `limit` is within `data`. Returns
   * the place behind its newline, or -1: not canonical, `record` is void.
   */
  parse(data: DataView, at: number, limit: number, record: CaptureRecord): number {
    if (this.#bytes.length < limit - at) {
      this.#bytes = new Uint8Array(2 * (limit - at));
      this.#view = new DataView(this.#bytes.buffer);
    }
    this.#used = 0;
    this.#limit = limit;
    if (at + 9 >= limit) return -1;
    switch (data.getUint8(at + 9)) {
      case 0x69:
        return this.#ioctl(data, at, record);
      case 0x6d:
        return this.#mmap(data, at, record);
      case 0x63:
        return this.#close(data, at, record);
      default:
        return -1;
    }
  }

  #ioctl(data: DataView, start: number, record: CaptureRecord): number {
    record.type = 'ioctl';
    record.raw = null;
    record.node = null;
    record.compat = null;
    let at = this.#literal(data, start, IOCTL);
    at = this.#decimal(data, this.#literal(data, at, TIME), Number.MAX_SAFE_INTEGER);
    record.timeNs = this.#number;
    at = this.#decimal(data, this.#literal(data, at, TID), 0x7fffffff);
    record.tid = this.#number;
    at = this.#decimal(data, this.#literal(data, at, FD), 0x7fffffff);
    record.fd = this.#number;
    at = this.#hexNumber(data, this.#literal(data, at, REQUEST));
    if (this.#hi !== 0) return -1;
    record.request = this.#lo;
    const size = _IOC_SIZE(this.#lo);
    record.argSize = size;
    record.argInAt = this.#used;
    at = this.#hex(data, this.#literal(data, at, ARG_IN));
    record.argOutAt = this.#used;
    at = this.#hex(data, this.#literal(data, at, ARG_OUT));
    if (record.argOutAt !== size || this.#used !== 2 * size) return -1;
    at = this.#buffers(data, this.#literal(data, at, BUFFERS), record);
    at = this.#literal(data, at, RET);
    if (at < 0) return -1;
    if (data.getUint8(at) === 0x2d) {
      if (data.getUint8(at + 1) !== 0x31) return -1;
      record.ret = -1;
      at += 2;
    } else {
      at = this.#decimal(data, at, 0x7fffffff);
      record.ret = this.#number;
    }
    at = this.#decimal(data, this.#literal(data, at, ERRNO), 4095);
    record.errno = this.#number;
    record.bytes = this.#bytes;
    if (this.#used > MAX_RECORD_BYTES) return -1;
    return this.#two(data, at, END);
  }

  #buffers(data: DataView, start: number, record: CaptureRecord): number {
    let at = start;
    record.bufferCount = 0;
    if (at < 0 || data.getUint8(at) === 0x5d) return at;
    for (;;) {
      const span = record.addBuffer();
      at = this.#hexNumber(data, this.#literal(data, at, ADDR));
      this.#address(span);
      span.inAt = this.#used;
      at = this.#hex(data, this.#literal(data, at, IN));
      span.inSize = this.#used - span.inAt;
      span.outAt = -1;
      span.outSize = 0;
      if (at >= 0 && data.getUint8(at) === QUOTE && data.getUint8(at + 1) === 0x2c) {
        span.outAt = this.#used;
        at = this.#hex(data, this.#literal(data, at, OUT));
        span.outSize = this.#used - span.outAt;
      }
      at = this.#two(data, at, BUFFER_END);
      if (at < 0 || record.bufferCount > MAX_BUFFERS) return -1;
      if (data.getUint8(at) !== 0x2c) return at;
      at++;
    }
  }

  #mmap(data: DataView, start: number, record: CaptureRecord): number {
    record.type = 'mmap';
    record.raw = null;
    record.node = null;
    record.compat = null;
    let at = this.#literal(data, start, MMAP);
    at = this.#decimal(data, this.#literal(data, at, TIME), Number.MAX_SAFE_INTEGER);
    record.timeNs = this.#number;
    at = this.#decimal(data, this.#literal(data, at, FD), 0x7fffffff);
    record.fd = this.#number;
    at = this.#hexNumber(data, this.#literal(data, at, LENGTH));
    record.lengthLo = this.#lo;
    record.lengthHi = this.#hi;
    at = this.#decimal(data, this.#literal(data, at, PROT), 0xffffffff);
    record.prot = this.#number;
    at = this.#decimal(data, this.#literal(data, at, FLAGS), 0xffffffff);
    record.flags = this.#number;
    at = this.#hexNumber(data, this.#literal(data, at, OFFSET));
    record.offsetLo = this.#lo;
    record.offsetHi = this.#hi;
    if (at < 0) return -1;
    record.ok = at + 6 < this.#limit && data.getUint8(at + 6) === 0x74;
    return this.#literal(data, at, record.ok ? TRUE : FALSE);
  }

  #close(data: DataView, start: number, record: CaptureRecord): number {
    record.type = 'close';
    record.raw = null;
    record.node = null;
    record.compat = null;
    let at = this.#literal(data, start, CLOSE);
    at = this.#decimal(data, this.#literal(data, at, TIME), Number.MAX_SAFE_INTEGER);
    record.timeNs = this.#number;
    at = this.#decimal(data, this.#literal(data, at, FD), 0x7fffffff);
    record.fd = this.#number;
    return this.#two(data, at, END);
  }

  #address(span: BufferSpan): void {
    span.addrLo = this.#lo;
    span.addrHi = this.#hi;
    span.addr = this.#hi * 0x100000000 + this.#lo;
  }

  /** Decimal digits without a leading zero, up to `max`. */
  #decimal(data: DataView, start: number, max: number): number {
    if (start < 0) return -1;
    let at = start;
    let value = 0;
    for (let digit = data.getUint8(at) - 0x30; digit >= 0 && digit <= 9; digit = data.getUint8(++at) - 0x30) {
      value = value * 10 + digit;
    }
    this.#number = value;
    if (at === start || (data.getUint8(start) === 0x30 && at > start + 1)) return -1;
    return value <= max && at - start <= 16 ? at : -1;
  }

  /** Lower-case hex digits without a leading zero, at most 16 of them, and the closing quote. */
  #hexNumber(data: DataView, start: number): number {
    if (start < 0) return -1;
    let at = start;
    let lo = 0;
    let hi = 0;
    const eight = at + 8 <= this.#limit ? eightDigits(data, at) : -1;
    if (eight >= 0) {
      lo = eight | 0;
      at += 8;
    }
    for (let digit = lowerDigit(data.getUint8(at)); digit < 16; digit = lowerDigit(data.getUint8(++at))) {
      hi = (hi << 4) | (lo >>> 28);
      lo = (lo << 4) | digit;
    }
    this.#lo = lo >>> 0;
    this.#hi = hi >>> 0;
    if (at === start || at - start > 16 || (data.getUint8(start) === 0x30 && at > start + 1)) return -1;
    return data.getUint8(at) === QUOTE ? at + 1 : -1;
  }

  /** Bytes as hex, up to (not past) the closing quote. */
  #hex(data: DataView, at: number): number {
    if (at < 0) return -1;
    const count = decodeLower(data, at, this.#limit, this.#view, this.#used);
    if (count < 0) return -1;
    this.#used += count;
    return at + 2 * count;
  }

  /** The place behind two characters, or -1. */
  #two(data: DataView, at: number, characters: number): number {
    return at >= 0 && at + 2 <= this.#limit && data.getUint16(at, true) === characters ? at + 2 : -1;
  }

  /** The place behind a literal in `data` at `at`, or -1. A line ends in a newline, which no literal has in its middle. */
  #literal(data: DataView, at: number, { size, first, last }: Literal): number {
    const end = at + size;
    if (at < 0 || end > this.#limit) return -1;
    if (size < 8)
      return data.getInt32(at, true) === first && data.getInt32(end - 4, true) === last ? end : -1;
    return data.getFloat64(at, true) === first && data.getFloat64(end - 8, true) === last ? end : -1;
  }
}
