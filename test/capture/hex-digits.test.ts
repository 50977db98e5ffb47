import { expect, it } from 'vitest';
import { decodeLower, eightDigits } from '../../src/capture/json/hex-digits.ts';

const DIGITS = '0123456789abcdef';
const QUOTE = 0x22;

/** decodeLower(), a digit at a time. */
function decodeSlowly(text: Uint8Array): number[] | null {
  const bytes: number[] = [];
  for (let at = 0; ; at += 2) {
    const [high, low] = [text[at], text[at + 1]].map((byte) => DIGITS.indexOf(String.fromCharCode(byte)));
    if (high < 0) return bytes;
    if (low < 0) return null;
    bytes.push(16 * high + low);
  }
}

it('decodes lower-case digits up to any byte that is none, wherever in eight it stands', () => {
  const text = new Uint8Array(32);
  const view = new DataView(text.buffer);
  const bytes = new Uint8Array(32);
  const out = new DataView(bytes.buffer);
  for (const around of '019af') {
    for (let place = 0; place < 16; place++) {
      for (let byte = 0; byte < 256; byte++) {
        text.fill(around.charCodeAt(0), 0, 16);
        text.fill(QUOTE, 16);
        text[place] = byte;
        const expected = decodeSlowly(text);
        const count = decodeLower(view, 0, 24, out, 3);
        const found = count < 0 ? null : [...bytes.subarray(3, 3 + count)];
        if (String(found) !== String(expected)) expect({ around, place, byte, found }).toEqual({ expected });
      }
    }
  }
});

it('reads numbers of eight lower-case digits, and no others', () => {
  const text = new TextEncoder().encode('"c0186443"00000000ffffffff0123ABCD');
  const view = new DataView(text.buffer);
  expect([0, 1, 2, 10, 14, 18, 26].map((at) => eightDigits(view, at))).toEqual([
    -1, 0xc0186443, -1, 0, 0xffff, 0xffffffff, -1,
  ]);
});
