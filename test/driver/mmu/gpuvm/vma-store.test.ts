import { describe, expect, it } from 'vitest';
import { VmaStore } from '../../../../src/driver/mmu/vma-store.ts';
import { playVmaStore } from './vma-model.ts';

describe('the store of VMAs', () => {
  it.each([
    [1, 40, 2000],
    [2, 600, 4000],
    [3, 5000, 6000],
    [4, 20_000, 6000],
  ])(
    'agrees with a sorted array over a life of cuts and fills (seed %i, %i places, %i operations)',
    (...life) => {
      expect(playVmaStore(...life)).toBeNull();
    },
  );

  it('keeps order while thousands are added from the front, from the back and in between', () => {
    for (const place of [
      (i: number) => 5000 - i,
      (i: number) => i,
      (i: number) => (i % 2 === 0 ? i : 10_000 - i),
      (i: number) => (i * 2654435761) % 4294967296,
    ]) {
      const store = new VmaStore();
      for (let i = 0; i < 5000; i++) store.insert(store.create(place(i) * 4096, 4096, i, 0, 0));
      const ids = store.ids();
      expect(ids).toHaveLength(5000);
      expect(ids.every((id, i) => i === 0 || store.va[ids[i - 1]] < store.va[id])).toBe(true);
    }
  });

  it('keeps order while the lowest go and others come at both ends', () => {
    const store = new VmaStore();
    const expected: number[] = [];
    const insert = (page: number): number => {
      const id = store.create(page * 4096, 4096, page, 0, 0);
      store.insert(id);
      return id;
    };
    for (let page = 10_000; page < 13_000; page++) expected.push(insert(page));
    for (let page = 13_000; page < 23_000; page++) {
      store.findFirst(0, 2 ** 40);
      store.removeAtCursor();
      store.release(expected.shift() as number);
      expect(store.current()).toBe(expected[0]);
      // Now and then one before all others; of the last, a third is missing.
      if (page % 7 === 0) expected.unshift(insert(9000 - ((page - 13_000) >> 1)));
      if (page % 3 !== 0 || page < 20_000) expected.push(insert(page));
      if (page % 500 === 0) expect(store.ids()).toEqual(expected);
    }
    expect(store.ids()).toEqual(expected);
    while (expected.length > 0) {
      store.findFirst(0, 2 ** 40);
      expect(store.current()).toBe(expected[0]);
      store.removeAtCursor();
      store.release(expected.shift() as number);
    }
    expect(store.begin()).toBe(-1);
  });

  it('knows of what takes the place of another where it begins and ends', () => {
    const store = new VmaStore();
    for (const va of [0x1000, 0x4000]) store.insert(store.create(va, 0x3000, va, 0, 0));
    store.findFirst(0x2000, 0x3000);
    store.replaceAtCursor(store.create(0x1000, 0x1000, 7, 0, 0));
    expect(store.findFirst(0x2000, 0x4000)).toBe(-1);
    expect(store.currentVa()).toBe(0x4000);
    expect(store.currentBefore(0x4000)).toBe(-1);
    expect(store.bo[store.currentBefore(0x4001)]).toBe(0x4000);
    expect(store.bo[store.lookup(0x1fff)]).toBe(7);
    store.advance();
    expect(store.currentVa()).toBe(Number.POSITIVE_INFINITY);
    expect(store.currentBefore(2 ** 64)).toBe(-1);
  });

  it('finds a VMA past empty ones at the same address, on either side of it', () => {
    const store = new VmaStore();
    for (const [va, range, tag] of [
      [0x1000, 0x2000, 1],
      [0x3000, 0, 2],
      [0x3000, 0x1000, 3],
      [0x3000, 0, 4],
    ]) {
      store.insert(store.create(va, range, tag, 0, 0));
    }
    expect(store.bo[store.findFirst(0x2000, 0x3000)]).toBe(1);
    expect(store.bo[store.lookup(0x3800)]).toBe(3);
    expect(store.ids().map((id) => store.bo[id])).toEqual([1, 2, 3, 4]);
    // An empty range is inside what strictly contains it, and in nothing else.
    expect(store.bo[store.findFirst(0x2000, 0x2000)]).toBe(1);
    expect(store.findFirst(0x1000, 0x1000)).toBe(-1);
    expect(store.findFirst(0x4000, 0x5000)).toBe(-1);
    expect(store.lookup(0x4000)).toBe(-1);
  });
});
