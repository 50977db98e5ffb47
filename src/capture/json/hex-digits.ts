/** Value of each ASCII hex digit; 0x100 where the byte is none, so that one OR over a string shows a bad one. */
const DIGIT = new Uint16Array(256).fill(0x100);
/** The same for the digits this project writes: lower case only. */
const LOWER = new Uint16Array(256).fill(0x100);
for (let value = 0; value < 16; value++) {
  const digit = value.toString(16);
  DIGIT[digit.charCodeAt(0)] = LOWER[digit.charCodeAt(0)] = value;
  DIGIT[digit.toUpperCase().charCodeAt(0)] = value;
}

/** The two ASCII digits of each byte, first one in the low half. */
const PAIR = new Uint16Array(256);
/** The byte of each two such digits; 0x100 for what no pair of them is. */
const BYTE = new Uint16Array(0x10000).fill(0x100);
for (let byte = 0; byte < 256; byte++) {
  const text = byte.toString(16).padStart(2, '0');
  PAIR[byte] = text.charCodeAt(0) | (text.charCodeAt(1) << 8);
  BYTE[PAIR[byte]] = byte;
}
/** Four digits 0. */
const ZEROS = 0x30303030;

/** Value of one lower-case ASCII hex digit, or 0x100 and more. */
export function lowerDigit(byte: number): number {
  return LOWER[byte];
}

/** Value of one ASCII hex digit of either case, or 0x100 and more. */
export function hexDigit(byte: number): number {
  return DIGIT[byte];
}

/**
 * The two bytes that four lower-case digits say, those of `word` as they stand in memory, or -1 where not all of them are digits:
 * each must have the upper half of a digit or of a letter, none a value above 15, and those above 9 must be the letters'.
 */
function twoBytes(word: number): number {
  const letter = (word >>> 6) & 0x01010101;
  const value = ((word & 0x0f0f0f0f) + 9 * letter) | 0;
  const upper = (word & 0xf0f0f0f0) ^ (0x30303030 + 0x30 * letter);
  const above9 = ((value + 0x06060606) >>> 4) & 0x01010101;
  if ((upper | (value & 0x10101010) | (above9 ^ letter)) !== 0) return -1;
  const pairs = ((value << 4) | (value >>> 8)) & 0x00ff00ff;
  return (pairs | (pairs >>> 8)) & 0xffff;
}

/**
 * Decodes lower-case digits from place `at` of `text` on into `bytes` from place `to` on until a byte that is no such digit,
 * eight of them at a time as far as they go. Returns how many bytes were written, or -1 where a single digit is left over.
 * `bytes` must have room for all that can come, and what is no digit must come before place `limit`, which is within `text`.
 */
export function decodeLower(text: DataView, at: number, limit: number, bytes: DataView, to: number): number {
  const start = to;
  for (const far = limit - 8; at <= far; at += 8, to += 4) {
    const first = text.getInt32(at, true);
    const second = text.getInt32(at + 4, true);
    if (first === ZEROS && second === ZEROS) {
      // More than half of what structs hold.
      bytes.setInt32(to, 0, true);
      continue;
    }
    const low = twoBytes(first);
    const high = twoBytes(second);
    if ((low | high) < 0) break;
    bytes.setInt32(to, low | (high << 16), true);
  }
  for (;;) {
    const first = text.getUint8(at);
    if (LOWER[first] > 15) return to - start;
    const byte = BYTE[first | (text.getUint8(at + 1) << 8)];
    if (byte > 0xff) return -1;
    bytes.setUint8(to++, byte);
    at += 2;
  }
}

/** The number that the eight lower-case digits at place `at` of `text` say, the first one the highest, or -1 where not all of them are digits. */
export function eightDigits(text: DataView, at: number): number {
  const high = twoBytes(text.getInt32(at, true));
  const low = twoBytes(text.getInt32(at + 4, true));
  if ((high | low) < 0) return -1;
  return ((swapped(high) << 16) | swapped(low)) >>> 0;
}

/** Two bytes the other way round. */
function swapped(bytes: number): number {
  return ((bytes & 0xff) << 8) | (bytes >>> 8);
}

/** Writes `count` bytes as lower-case digits to `text[to]` on; returns the place behind them. */
export function encodeHex(
  bytes: Uint8Array,
  at: number,
  count: number,
  text: Uint8Array,
  to: number,
): number {
  for (const end = at + count; at < end; at++) {
    const pair = PAIR[bytes[at]];
    text[to++] = pair & 0xff;
    text[to++] = pair >>> 8;
  }
  return to;
}

const WRITTEN = new Uint8Array(16);

/** Writes the u64 `hi:lo` as `0x…` without leading zeros to `text[to]` on; returns the place behind it. */
export function encodeHexNumber(lo: number, hi: number, text: Uint8Array, to: number): number {
  let count = 0;
  for (let rest = lo, left = hi !== 0 ? 8 : 0; count === 0 || rest !== 0 || count < left; rest >>>= 4) {
    WRITTEN[count++] = PAIR[rest & 15] >>> 8;
  }
  for (let rest = hi; rest !== 0; rest >>>= 4) WRITTEN[count++] = PAIR[rest & 15] >>> 8;
  text[to++] = 0x30;
  text[to++] = 0x78;
  while (count > 0) text[to++] = WRITTEN[--count];
  return to;
}
