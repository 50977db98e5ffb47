import { MAX_FRAME_BYTES, wire_header } from '../../uapi/frame.ts';
import { checksum, FRAME_HEADER_BYTES, paddedSize } from './frame.ts';

const { kind: KIND, flags: FLAGS, id: ID, check: CHECK } = wire_header.off;

/**
 * Puts frames one behind the other into one growing array: `begin`, fields in order, `finish`. Take
 * `data.subarray(0, used)`, send it, and set `used` to 0.
 */
export class FrameWriter {
  data = new Uint8Array(1 << 16);
  view = new DataView(this.data.buffer);
  used = 0;
  #start = 0;

  begin(kind: number, id: number, flags = 0): void {
    this.reserve(FRAME_HEADER_BYTES);
    this.#start = this.used;
    this.view.setUint16(this.used + KIND, kind, true);
    this.view.setUint16(this.used + FLAGS, flags, true);
    this.view.setUint32(this.used + ID, id, true);
    this.used += FRAME_HEADER_BYTES;
  }

  u32(value: number): void {
    this.reserve(4);
    this.view.setUint32(this.used, value, true);
    this.used += 4;
  }

  /** A u64 as two halves. */
  u64(lo: number, hi: number): void {
    this.u32(lo);
    this.u32(hi);
  }

  /** Bytes from[at, at + count), then zeros up to a multiple of 8. */
  bytes(from: Uint8Array, at: number, count: number): void {
    const padded = paddedSize(count);
    this.reserve(padded);
    const { data, used } = this;
    if (count <= 64) {
      for (let i = 0; i < count; i++) data[used + i] = from[at + i];
    } else {
      data.set(from.subarray(at, at + count), used);
    }
    data.fill(0, used + count, used + padded);
    this.used += padded;
  }

  /** Bytes without padding, for the last field of a frame. */
  tail(from: Uint8Array): void {
    this.reserve(from.length);
    this.data.set(from, this.used);
    this.used += from.length;
  }

  /**
   * Pads and seals the frame, with `pause` from time to time where it is long. Throws RangeError where it became longer than a
   * reader takes.
   */
  finish(pause?: () => void): void {
    const size = this.used - this.#start - FRAME_HEADER_BYTES;
    if (size > MAX_FRAME_BYTES) throw new RangeError(`frame of ${size} bytes, at most ${MAX_FRAME_BYTES}`);
    const padded = paddedSize(size);
    this.reserve(8);
    this.data.fill(0, this.used, this.#start + FRAME_HEADER_BYTES + padded);
    this.used = this.#start + FRAME_HEADER_BYTES + padded;
    this.view.setUint32(this.#start, size, true);
    this.view.setUint32(this.#start + CHECK, checksum(this.view, this.#start, padded, pause), true);
  }

  reserve(count: number): void {
    if (this.used + count <= this.data.length) return;
    let size = 2 * this.data.length;
    while (size < this.used + count) size *= 2;
    const data = new Uint8Array(size);
    data.set(this.data.subarray(0, this.used));
    this.data = data;
    this.view = new DataView(data.buffer);
  }
}
