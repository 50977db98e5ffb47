import { describe, expect, it } from 'vitest';
import { IdMap, UNKNOWN_ID } from '../../src/replay/ids/id-map.ts';

describe('numbers of a capture and the model’s', () => {
  // Small numbers are kept in an array, others in a map: what they mean must not depend on it.
  for (const [where, number] of [
    ['small', 5],
    ['the last in the array', 0xffff],
    ['the first in the map', 0x10000],
    ['as large as an offset for mmap', 2 ** 32 + 4096],
  ] as const) {
    it(`are found, forgotten and refused: ${where}`, () => {
      const ids = new IdMap('bo');
      expect(ids.toModel(number)).toBe(UNKNOWN_ID);
      expect(ids.add(number, 7)).toBe(undefined);
      expect([ids.has(number), ids.toModel(number), ids.refusedAt(number)]).toEqual([true, 7, -1]);
      expect(ids.add(number, 7)).toBe(undefined);
      expect(ids.add(number, 8)).toBe(7);
      ids.refuse(number, 31);
      expect([ids.has(number), ids.toModel(number), ids.refusedAt(number)]).toEqual([true, UNKNOWN_ID, 31]);
      expect(ids.add(number, 9)).toBe(undefined);
      expect(ids.refusedAt(number)).toBe(-1);
      ids.delete(number);
      expect([ids.has(number), ids.toModel(number), ids.refusedAt(number)]).toEqual([false, UNKNOWN_ID, -1]);
      expect(ids.toModel(number - 1)).toBe(UNKNOWN_ID);
    });
  }

  it('0 is none of a file, and a descriptor', () => {
    expect(new IdMap('bo').toModel(0)).toBe(0);
    const fds = new IdMap('fd');
    expect(fds.toModel(0)).toBe(UNKNOWN_ID);
    fds.add(0, 3);
    expect(fds.toModel(0)).toBe(3);
  });

  it('offsets of user MMIO mean the same everywhere, unless they were refused', () => {
    const offsets = new IdMap('mmap-offset');
    expect(offsets.toModel(2 ** 43)).toBe(2 ** 43);
    expect(offsets.toModel(2 ** 43 - 4096)).toBe(UNKNOWN_ID);
    offsets.refuse(2 ** 43, 1);
    expect(offsets.toModel(2 ** 43)).toBe(UNKNOWN_ID);
  });
});
