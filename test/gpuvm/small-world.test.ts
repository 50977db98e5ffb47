import { describe, expect, it } from 'vitest';
import { playSmallWorld, type SmallWorld } from './small-world.ts';

/** A space that crosses a boundary between two tables of every level: 512 GiB. */
const BOUNDARY = 2 ** 39 - 3 * 0x1000;

const worlds: [SmallWorld, number][] = [
  [
    {
      kernel: '7.2',
      pages: 6,
      mappings: 3,
      base: BOUNDARY,
      kinds: ['contiguous', 'other'],
      active: true,
    },
    62685,
  ],
];

describe('every request to every state of a small address space', () => {
  it.each(worlds)(
    'ends as the array of pages says: $kernel',
    (world, cases) => {
      expect(playSmallWorld(world)).toEqual({ cases, failure: null });
    },
    120_000,
  );
});
