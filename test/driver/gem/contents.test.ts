import { expect, test } from 'vitest';
import { BoContents } from '../../../src/driver/gem/contents.ts';

test('words are found again, few of them, many, and over again, in a page and before there is one', () => {
  for (const count of [1, 16, 17, 40]) {
    const contents = new BoContents();
    const at = Array.from({ length: count }, (_, i) => 64 * i);
    for (const offset of at) contents.write32(offset, offset + 1);
    contents.write32(0, -1);
    const expected = [0xffffffff, ...at.slice(1).map((offset) => offset + 1)];
    expect(at.map((offset) => contents.read32(offset))).toEqual(expected);
    expect(contents.read32(4)).toBe(0);
    const page = contents.page(0);
    expect(at.map((offset) => page.getUint32(offset, true))).toEqual(expected);
    page.setUint32(0, 7, true);
    expect(contents.read32(0)).toBe(7);
  }
});

test('words of 64 bits, and words beside a page that was asked for', () => {
  const contents = new BoContents();
  contents.write64(8, 0x123456789a000);
  contents.write64(0x2000, 5);
  expect([contents.read64(8), contents.read32(8), contents.read32(12)]).toEqual([
    0x123456789a000, 0x6789a000, 0x12345,
  ]);
  expect(contents.page(0x1000).getUint32(8, true)).toBe(0);
  contents.write32(0x1ff8, 3);
  expect([contents.read64(8), contents.read64(0x2000), contents.page(0x1000).getUint32(0xff8, true)]).toEqual(
    [0x123456789a000, 5, 3],
  );
});
