import { expect, test } from 'vitest';
import { Chunks } from '../../../src/driver/base/chunks.ts';
import { giveInts, takeInts } from '../../../src/driver/base/int-arrays.ts';

test.each([0, 1, 1023, 1024, 1025, 5000])('a list of %d items gives them all, in order, once', (count) => {
  const chunks = new Chunks<number>();
  const items = Array.from({ length: count }, (_, i) => i);
  // The second time in parts that were used before.
  for (let round = 0; round < 2; round++) {
    for (const item of items) chunks.push(item);
    const taken: number[] = [];
    chunks.takeAll((item) => taken.push(item));
    expect(taken).toEqual(items);
    chunks.takeAll(() => expect.unreachable());
  }
});

test('arrays are as long as asked for, at least, and are not given out twice', () => {
  const lengths = [1, 63, 64, 65, 128, 1000, 1024, 1025];
  for (let round = 0; round < 2; round++) {
    const taken = lengths.map(takeInts);
    expect(taken.every((ints, i) => ints.length >= lengths[i])).toBe(true);
    expect(new Set(taken).size).toBe(lengths.length);
    for (const ints of taken) giveInts(ints);
  }
});
