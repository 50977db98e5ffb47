import { describe, expect, it } from 'vitest';
import { clearLeaves, fillLeaves } from '../../../src/driver/mmu/io-pgtable-leaf.ts';

const K4 = 0x1000;
const M2 = 0x200000;
const PAGE = 3;
const BLOCK = 1;
const TABLE = 3;
/** Entries of the table that is looked at, behind one that must stay as it is. */
const N = 300;
const FIRST = 2;

/** A table, its entries (the low words) by number. */
function table(used: Record<number, number> = {}): Uint32Array {
  const words = new Uint32Array(2 * N + 2 * FIRST);
  words[0] = 0x77777777;
  for (const [entry, low] of Object.entries(used)) {
    words[FIRST + 2 * Number(entry)] = low;
    words[FIRST + 2 * Number(entry) + 1] = 0x99;
  }
  return words;
}

/** What leaves of `count` pages from `pa` on are, one by one. */
function leaves(words: Uint32Array, first: number, count: number, pa: number, size: number): Uint32Array {
  const expected = words.slice();
  for (let i = 0; i < count; i++) {
    const at = BigInt(pa) + BigInt(i) * BigInt(size);
    expected[FIRST + 2 * (first + i)] = Number(at & 0xffffffffn) | 0x403;
    expected[FIRST + 2 * (first + i) + 1] = Number(at >> 32n) | 0x600000;
  }
  return expected;
}

const at = (entry: number): number => FIRST + 2 * entry;

describe('fillLeaves()', () => {
  it.each([
    ['below 2 GiB', 0x1000_0000, K4],
    ['across 2 GiB', 2 ** 31 - 3 * K4, K4],
    ['across 4 GiB', 2 ** 32 - 2 * K4, K4],
    ['across 4 GiB in blocks', 2 ** 32 - 5 * M2, M2],
    ['beyond it', 2 ** 37 + 7 * M2, M2],
  ])('writes what an entry at a time does, %s', (_, pa, size) => {
    for (const count of [1, 2, 3, 4, 5, 7, 8, 9, 33, 200]) {
      const words = table();
      const expected = leaves(words, 5, count, pa, size);
      expect(fillLeaves(words, at(5), at(5 + count), pa, size, 0x403, 0x600000)).toBe(at(5 + count));
      expect(words).toEqual(expected);
    }
  });

  it('stops at the first entry that is not empty, wherever that is', () => {
    for (const used of [0, 1, 2, 3, 4, 5, 6, 7, 8, 17]) {
      const words = table({ [5 + used]: 0x1000 | PAGE });
      const expected = leaves(words, 5, used, 2 ** 32 - 2 * K4, K4);
      expect(fillLeaves(words, at(5), at(25), 2 ** 32 - 2 * K4, K4, 0x403, 0x600000)).toBe(at(5 + used));
      expect(words).toEqual(expected);
    }
  });
});

describe('clearLeaves()', () => {
  const lengths = [1, 2, 4, 5, 31, 32, 33, 34, 63, 200];

  it.each([
    ['blocks', BLOCK, false],
    ['pages', PAGE, true],
  ] as const)('empties %s, a few and many', (_, type, arePages) => {
    for (const count of lengths) {
      const words = table(Object.fromEntries(Array.from({ length: N }, (_, i) => [i, (i * K4) | type])));
      const expected = words.slice().fill(0, at(5), at(5 + count));
      expect(clearLeaves(words, at(5), at(5 + count), arePages)).toBe(at(5 + count));
      expect(words).toEqual(expected);
    }
  });

  it.each([
    ['a hole among blocks', BLOCK, false, 0],
    ['a hole among pages', PAGE, true, 0],
    ['a table among blocks', BLOCK, false, 0x5000 | TABLE],
  ] as const)('stops at %s, wherever it is', (_, type, arePages, met) => {
    for (const count of lengths) {
      for (const place of new Set([0, 1, 2, 3, 4, 9, count - 1].filter((one) => one < count))) {
        const words = table(Object.fromEntries(Array.from({ length: N }, (_, i) => [i, (i * K4) | type])));
        words[at(5 + place)] = met;
        words[at(5 + place) + 1] = 0;
        const expected = words.slice().fill(0, at(5), at(5 + place));
        expect(clearLeaves(words, at(5), at(5 + count), arePages)).toBe(at(5 + place));
        expect(words).toEqual(expected);
      }
    }
  });
});
