import { CaptureError } from '../error.ts';
import type { Frame } from '../frame.ts';
import { FRAME_HEADER_BYTES, paddedSize } from '../frame.ts';

/**
 * The fields of one frame's payload in order, each with its bounds checked against the frame: a length inside a
 * payload can be as corrupt as any other, where the checksum was computed over it.
 */
export class PayloadFields {
  readonly view: DataView;
  readonly data: Uint8Array;
  readonly frame: Frame;
  /** Number of the record (-1: header) and stream offset of its frame, for messages. */
  readonly record: number;
  readonly start: number;
  at: number;
  readonly end: number;

  constructor(view: DataView, data: Uint8Array, frame: Frame, record: number, start: number) {
    this.view = view;
    this.data = data;
    this.frame = frame;
    this.record = record;
    this.start = start;
    this.at = frame.at;
    this.end = frame.at + frame.size;
  }

  /** Fails with the corruption at payload place `at`. */
  fail(at: number, field: string, found: string, expected: string): never {
    const byte = this.start + at - this.frame.at + FRAME_HEADER_BYTES;
    throw new CaptureError({ record: this.record, start: this.start, byte, field, found, expected });
  }

  /** Takes `count` bytes that must be there; returns where they begin. */
  take(count: number, field: string): number {
    const { at } = this;
    if (count > this.end - at)
      this.fail(at, field, `${count} bytes`, `at most ${this.end - at}, what is left`);
    this.at = at + count;
    return at;
  }

  /** Takes `count` bytes and the zeros behind them. */
  padded(count: number, field: string): number {
    const at = this.take(count, field);
    const pad = this.take(paddedSize(count) - count, field);
    for (let i = pad; i < this.at; i++) {
      if (this.data[i] !== 0) this.fail(i, field, `${this.data[i]} as padding`, '0');
    }
    return at;
  }

  u32(field: string, max = 0xffffffff): number {
    const at = this.take(4, field);
    const value = this.view.getUint32(at, true);
    if (value > max) this.fail(at, field, `${value}`, `at most ${max}`);
    return value;
  }

  /** A u64 that must be exact as a Number. */
  u53(field: string): number {
    const lo = this.u32(field);
    const hi = this.u32(field, 0x1fffff);
    return hi * 0x100000000 + lo;
  }

  done(): void {
    if (this.at !== this.end) this.fail(this.at, 'frame', `${this.end - this.at} more bytes`, 'the end');
  }
}
