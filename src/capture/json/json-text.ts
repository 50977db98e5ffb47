import type { CaptureHeader, CaptureRecord } from '../record.ts';
import { CAPTURE_VERSION } from '../record.ts';
import { encodeHex, encodeHexNumber } from './hex-digits.ts';

/** Text around the values of one record: keys, quotes, numbers at their longest. */
const FIXED_BYTES = 320;
/** The same for one buffer. */
const BUFFER_BYTES = 64;

/** The header's line as this project writes it, newline included. */
export function headerLine(header: CaptureHeader): string {
  const { arch, client, replies, driver_version, kernel_release } = header;
  return `${JSON.stringify({
    type: 'header',
    format: 'panthor-capture',
    version: CAPTURE_VERSION,
    arch,
    client,
    replies,
    ...(driver_version === undefined ? {} : { driver_version }),
    ...(kernel_release === undefined ? {} : { kernel_release }),
  })}\n`;
}

/** Writes records as JSON lines into one growing array. The form is the one that json-line.ts reads. */
export class JsonLineWriter {
  text = new Uint8Array(1 << 16);
  used = 0;

  /** Appends a record's line, its newline included: its own spelling where it came with one. */
  write(record: CaptureRecord): void {
    if (record.raw !== null) this.bytes(record.raw);
    else this.canonical(record);
  }

  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.text.set(bytes, this.used);
    this.used += bytes.length;
  }

  /** Appends the record's line as this project spells it, whatever it came as. */
  canonical(record: CaptureRecord): void {
    this.#reserve(FIXED_BYTES + 4 * record.argSize);
    let opened = record.node === null ? '' : `,"node":"${record.node}"`;
    if (record.compat !== null) opened += `,"compat":${record.compat}`;
    switch (record.type) {
      case 'ioctl':
        this.#ascii(
          `{"type":"ioctl","time_ns":${record.timeNs},"tid":${record.tid},"fd":${record.fd}${opened},"request":"`,
        );
        this.#hexNumber(record.request, 0);
        this.#ascii('","arg_in":"');
        this.#hex(record.bytes, record.argInAt, record.argSize);
        this.#ascii('","arg_out":"');
        this.#hex(record.bytes, record.argOutAt, record.argSize);
        this.#ascii('","buffers":[');
        this.#buffers(record);
        this.#reserve(FIXED_BYTES);
        this.#ascii(`],"ret":${record.ret},"errno":${record.errno}}\n`);
        break;
      case 'mmap':
        this.#ascii(`{"type":"mmap","time_ns":${record.timeNs},"fd":${record.fd}${opened},"length":"`);
        this.#hexNumber(record.lengthLo, record.lengthHi);
        this.#ascii(`","prot":${record.prot},"flags":${record.flags},"offset":"`);
        this.#hexNumber(record.offsetLo, record.offsetHi);
        this.#ascii(`","ok":${record.ok}}\n`);
        break;
      case 'close':
        this.#ascii(`{"type":"close","time_ns":${record.timeNs},"fd":${record.fd}}\n`);
        break;
    }
  }

  #buffers(record: CaptureRecord): void {
    for (let i = 0; i < record.bufferCount; i++) {
      const b = record.buffers[i];
      this.#reserve(BUFFER_BYTES + 2 * (b.inSize + b.outSize));
      this.#ascii(i === 0 ? '{"addr":"' : ',{"addr":"');
      this.#hexNumber(b.addrLo, b.addrHi);
      this.#ascii('","in":"');
      this.#hex(record.bytes, b.inAt, b.inSize);
      if (b.outAt >= 0) {
        this.#ascii('","out":"');
        this.#hex(record.bytes, b.outAt, b.outSize);
      }
      this.#ascii('"}');
    }
  }

  #hex(bytes: Uint8Array, at: number, count: number): void {
    this.used = encodeHex(bytes, at, count, this.text, this.used);
  }

  #hexNumber(lo: number, hi: number): void {
    this.used = encodeHexNumber(lo, hi, this.text, this.used);
  }

  #ascii(text: string): void {
    const { used } = this;
    for (let i = 0; i < text.length; i++) this.text[used + i] = text.charCodeAt(i);
    this.used = used + text.length;
  }

  #reserve(count: number): void {
    if (this.used + count <= this.text.length) return;
    let size = 2 * this.text.length;
    while (size < this.used + count) size *= 2;
    const text = new Uint8Array(size);
    text.set(this.text.subarray(0, this.used));
    this.text = text;
  }
}
