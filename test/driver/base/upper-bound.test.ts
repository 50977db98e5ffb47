import { expect, it } from 'vitest';
import { upperBound } from '../../../src/driver/base/upper-bound.ts';

/** Sorted numbers of several shapes, each from 0 to 2^20, with some that are there more than once. */
const SHAPES: Record<string, (i: number, n: number) => number> = {
  'evenly spread': (i, n) => Math.floor((i * 2 ** 20) / n),
  'crowded at the low end': (i, n) => Math.floor((i / n) ** 6 * 2 ** 20),
  'crowded at the high end': (i, n) => Math.floor((1 - (1 - i / n) ** 6) * 2 ** 20),
  'in steps': (i, n) => Math.floor((i * 7) / n) * 149_000,
};

it.each(Object.entries(SHAPES))('finds what a look at each finds, %s', (_, shape) => {
  for (const n of [1, 2, 15, 16, 17, 33, 64, 200]) {
    const numbers = Float64Array.from({ length: n + 6 }, (_, i) => (i < 3 ? 0 : shape(i - 3, n)));
    const [lo, hi] = [3, 3 + n];
    const beyond = numbers[hi - 1] + 1000;
    for (let value = numbers[lo]; value < beyond; value += 1 + Math.floor(beyond / 150)) {
      const found = numbers.findIndex((one, i) => i >= lo && i < hi && one > value);
      expect(upperBound(numbers, lo, hi, value, numbers[lo], beyond)).toBe(found < 0 ? hi : found);
    }
    // Each number itself, and its neighbours.
    for (const value of [...numbers.subarray(lo, hi)].flatMap((one) => [one - 1, one, one + 1])) {
      if (value < numbers[lo] || value >= beyond) continue;
      const found = numbers.findIndex((one, i) => i >= lo && i < hi && one > value);
      expect(upperBound(numbers, lo, hi, value, numbers[lo], beyond)).toBe(found < 0 ? hi : found);
    }
  }
});
