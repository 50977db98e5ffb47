import { describe, expect, it } from 'vitest';
import { LONG } from '../../tooling/long.ts';
import { allRanges, everyStart, type Partial, playPartial, type Range } from './partial.ts';

const KERNELS = ['6.12', 'atomic-v4', '7.2', 'next'];

function check(what: Partial, ranges: Iterable<Range>, least: number): void {
  const { cases, failure } = playPartial(what, ranges);
  expect(failure).toBeNull();
  expect(cases).toBeGreaterThanOrEqual(least);
}

const BLOCK = { pages: 512, skew: 0, sparse: false, verb: 'unmap', active: false } as const;

describe('a part of a 2 MiB block that is unmapped', () => {
  it.each(KERNELS)(
    'at every page and of 1, 2, 64, 256, 511 and 512 pages leaves the rest, on %s',
    (kernel) => {
      check({ ...BLOCK, kernel }, everyStart(512, [1, 2, 64, 256, 511, 512]), 512 + 511 + 449 + 257 + 2 + 1);
    },
    120_000,
  );

  if (LONG) {
    it.each(KERNELS)(
      'at every page and of every length leaves the rest, on %s',
      (kernel) => {
        check({ ...BLOCK, kernel }, allRanges(), (512 * 513) / 2);
      },
      3_600_000,
    );
  }

  it.each(KERNELS)(
    'while the GPU may look leaves no region locked, on %s',
    (kernel) => {
      check({ ...BLOCK, kernel, active: true }, everyStart(512, [1, 3, 509], 7), 140);
    },
    120_000,
  );

  it.each(['7.2', 'next'])(
    'leaves the rest of a sparse mapping, on %s',
    (kernel) => {
      check({ ...BLOCK, kernel, sparse: true }, everyStart(512, [1, 2, 257, 511], 3), 400);
    },
    120_000,
  );
});

describe('a range that reaches from one block into another', () => {
  it.each(KERNELS)(
    'leaves both ends of a mapping of three blocks, on %s',
    (kernel) => {
      check({ ...BLOCK, kernel, pages: 1536 }, everyStart(1536, [2, 511, 513, 1025, 1535], 61), 70);
    },
    120_000,
  );

  it.each(KERNELS)(
    'leaves both ends of a mapping that begins and ends in the midst of blocks, on %s',
    (kernel) => {
      check({ ...BLOCK, kernel, pages: 1500, skew: 13 }, everyStart(1500, [1, 499, 512, 1023], 37), 80);
    },
    120_000,
  );
});

describe('another object that is mapped over a part of a block', () => {
  it.each(KERNELS)(
    'is there, and so is the rest of the block, on %s',
    (kernel) => {
      check({ ...BLOCK, kernel, verb: 'map' }, everyStart(512, [1, 16, 511], 5), 200);
      check({ ...BLOCK, kernel, verb: 'map', pages: 1500, skew: 13 }, everyStart(1500, [1, 700], 97), 20);
    },
    120_000,
  );
});
