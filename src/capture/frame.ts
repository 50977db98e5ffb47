/**
 * Frames: how binary captures and the live protocol between preload library and server put messages on a byte stream.
 *
 *     offset  0  u32  size of the payload in bytes
 *             4  u16  kind of frame
 *             6  u16  flags; 0 in captures
 *             8  u32  id: in captures 0 for the header and record number + 1 (modulo 2^32) after it;
 *                     in the live protocol what pairs a reply with its call
 *            12  u32  checksum over the twelve bytes before and the payload
 *            16  the payload, then zero bytes up to a multiple of 8
 *
 * All little-endian. A frame can be told complete from its first four bytes, corruption shows in the checksum, and a
 * length is never believed beyond MAX_FRAME_BYTES. docs/formats.md holds the same for readers in other languages.
 */
import { MAX_FRAME_BYTES, wire_header } from '../../uapi/frame.ts';
import { hex } from '../../uapi/hex.ts';

export const FRAME_HEADER_BYTES = wire_header.size;

/** Kinds of frame in a capture; the live protocol numbers its own from 0x100. */
export const FRAME_HEADER = 1;
export const FRAME_IOCTL = 2;
export const FRAME_MMAP = 3;
export const FRAME_CLOSE = 4;
/** A line of JSON kept as it stood: legal but spelled otherwise than we do, or saying what no field here holds. */
export const FRAME_TEXT = 5;

const { kind: KIND, flags: FLAGS, id: ID, check: CHECK } = wire_header.off;

const SEED = 0x9e3779b1 | 0;
const FACTOR = 0x2c1b3c6d;

/** One step of the checksum: a bijection of `check` for any word, so no corruption inside one word goes unseen. */
function step(check: number, word: number): number {
  const mixed = check ^ word;
  return Math.imul((mixed << 15) | (mixed >>> 17), FACTOR);
}

/** The checksum `check` of what is before view[from, to) (a multiple of 4), and of that. */
function sum(view: DataView, check: number, from: number, to: number): number {
  let sofar = check;
  for (let i = from; i < to; i += 4) sofar = step(sofar, view.getInt32(i, true));
  return sofar;
}

/** Bytes that are summed up between two calls of `pause`. */
const PIECE_BYTES = 1 << 14;

/**
 * Checksum of the frame at `at`: its first 12 bytes, then `padded` bytes (a multiple of 4) behind its header. `pause` is
 * called from time to time where there are many.
 */
export function checksum(view: DataView, at: number, padded: number, pause?: () => void): number {
  let check = sum(view, SEED, at, at + CHECK);
  const end = at + FRAME_HEADER_BYTES + padded;
  for (let from = at + FRAME_HEADER_BYTES; from < end; from += PIECE_BYTES) {
    check = sum(view, check, from, Math.min(from + PIECE_BYTES, end));
    pause?.();
  }
  return check >>> 0;
}

/** Bytes that a payload of `size` takes with its padding. */
export function paddedSize(size: number): number {
  return (size + 7) & ~7;
}

/** What is wrong with the frame in front; offsets count from the frame's start. */
export interface FrameFault {
  at: number;
  field: string;
  found: string;
  expected: string;
}

/** A frame that has arrived whole; one object, filled anew by each read. */
export class Frame {
  kind = 0;
  flags = 0;
  id = 0;
  /** Where the payload begins in the array that was read from, and its size without padding. */
  at = 0;
  size = 0;
  fault: FrameFault | null = null;
  /** Bytes of the frame that `#check` is the checksum of; 0: none. */
  #summed = 0;
  #check = 0;

  /**
   * Looks at view[at, end). Returns the bytes of the whole frame (padding included) when it is there, 0 when more must
   * arrive, -1 when it is corrupt (`fault` says how). A corrupt length is refused as soon as it is seen.
   */
  read(view: DataView, at: number, end: number): number {
    this.#summed = 0;
    return this.arrive(view, at, end);
  }

  /**
   * read() of a frame that arrives in parts, to be called after each part (it may have moved meanwhile): each is
   * summed up when it comes, and not all at the end.
   */
  arrive(view: DataView, at: number, end: number): number {
    if (end - at < 4) return 0;
    const size = view.getUint32(at, true);
    if (size > MAX_FRAME_BYTES) {
      return this.#refuse(0, 'frame size', `${size} bytes`, `at most ${MAX_FRAME_BYTES}`);
    }
    const padded = paddedSize(size);
    const there = Math.min(end - at, FRAME_HEADER_BYTES + padded) & ~3;
    if (there < FRAME_HEADER_BYTES) return 0;
    if (this.#summed === 0) {
      this.#check = sum(view, SEED, at, at + CHECK);
      this.#summed = FRAME_HEADER_BYTES;
    }
    this.#check = sum(view, this.#check, at + this.#summed, at + there);
    this.#summed = there;
    if (there < FRAME_HEADER_BYTES + padded) return 0;
    this.#summed = 0;
    const check = this.#check >>> 0;
    const stored = view.getUint32(at + CHECK, true);
    if (check !== stored)
      return this.#refuse(CHECK, 'checksum', hex(stored), `${hex(check)}, that of these bytes`);
    for (let i = at + FRAME_HEADER_BYTES + size; i < at + FRAME_HEADER_BYTES + padded; i++) {
      const byte = view.getUint8(i);
      if (byte !== 0) return this.#refuse(i - at, 'padding', hex(byte), '0');
    }
    this.kind = view.getUint16(at + KIND, true);
    this.flags = view.getUint16(at + FLAGS, true);
    this.id = view.getUint32(at + ID, true);
    this.at = at + FRAME_HEADER_BYTES;
    this.size = size;
    return FRAME_HEADER_BYTES + padded;
  }

  #refuse(at: number, field: string, found: string, expected: string): number {
    this.fault = { at, field, found, expected };
    return -1;
  }
}
