import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Idr } from '../../../src/driver/base/idr.ts';
import { EBUSY } from '../../../uapi/errno.ts';

test('numbers are the lowest free ones, in every order of taking and giving back', () => {
  const command = fc.oneof({ weight: 3, arbitrary: fc.constant(-1) }, { weight: 2, arbitrary: fc.nat(200) });
  fc.assert(
    fc.property(fc.nat(2), fc.array(command, { maxLength: 400 }), (base, commands) => {
      const idr = new Idr<object>(base);
      const taken = new Map<number, object>();
      for (const id of commands) {
        if (id >= 0) {
          expect(idr.remove(id)).toBe(taken.get(id));
          taken.delete(id);
          continue;
        }
        let lowest = base;
        while (taken.has(lowest)) lowest++;
        const item = {};
        expect(idr.alloc(item)).toBe(lowest);
        taken.set(lowest, item);
        expect(idr.get(lowest)).toBe(item);
      }
      expect(idr.count).toBe(taken.size);
      expect(idr.ids()).toEqual([...taken.keys()].sort((a, b) => a - b));
    }),
  );
});

test('ten thousand numbers leave no gap, and a gap is found again', () => {
  const idr = new Idr<number>();
  for (let i = 1; i <= 10_000; i++) expect(idr.alloc(i)).toBe(i);
  idr.remove(7777);
  idr.remove(33);
  expect(idr.alloc(0)).toBe(33);
  expect(idr.alloc(0)).toBe(7777);
  expect(idr.alloc(0)).toBe(10_001);
});

test('a full pool says EBUSY', () => {
  const idr = new Idr<number>(1, 3);
  expect([idr.alloc(1), idr.alloc(2), idr.full, idr.alloc(3), idr.full]).toEqual([1, 2, false, 3, true]);
  expect(idr.alloc(4)).toBe(-EBUSY);
  idr.remove(2);
  expect(idr.alloc(5)).toBe(2);
});

test('numbers that were never given out name nothing', () => {
  const idr = new Idr<number>();
  idr.alloc(1);
  expect([0, -1, 2, 1e9, 2 ** 32 - 1].map((id) => idr.get(id))).toEqual(new Array(5).fill(undefined));
  expect(idr.remove(2 ** 32 - 1)).toBeUndefined();
});
