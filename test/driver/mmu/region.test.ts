import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  packed,
  packRegion,
  packRegionExact,
  REGION_HI,
  REGION_LO,
  REGION_SIZE,
  REGION_START,
} from '../../../src/driver/mmu/region.ts';
import { decodeLock } from '../../../src/hw/address-space.ts';
import { AS_LOCK_REGION_MIN_SIZE } from '../../../src/hw/registers.ts';

beforeEach(() => packed.fill(-1));

/** What the hardware makes of the LOCKADDR that was packed last. */
function locked(): { start: number; end: number } {
  return decodeLock(packed[REGION_HI] * 2 ** 32 + packed[REGION_LO]);
}

describe('pack_region_range', () => {
  it.each([
    ['one page', 0x1000, 0x1000, 0, AS_LOCK_REGION_MIN_SIZE],
    ['the least region, aligned', 0x18000, 0x8000, 0x18000, 0x20000],
    ['a page on either side of an alignment', 0x1f000, 0x2000, 0, 0x40000],
    ['two that only a large region covers', 0x7fff_ffff_f000, 0x2000, 0, 2 ** 48],
    ['above 4 GiB', 0x1_2345_6000, 0x10000, 0x1_2344_0000, 0x1_2348_0000],
  ])('%s', (_, start, size, from, to) => {
    packRegion(start, size);
    expect(locked()).toEqual({ start: from, end: to });
  });

  const va = fc.integer({ min: 0, max: 2 ** 36 - 1 }).map((page) => page * 4096);
  const size = fc.integer({ min: 1, max: 2 ** 24 }).map((pages) => pages * 4096);

  it('covers the range, with a power of two that is aligned to itself, and no smaller one would do', () => {
    fc.assert(
      fc.property(va, size, (start, bytes) => {
        packRegion(start, bytes);
        const { start: from, end: to } = locked();
        expect(from).toBeLessThanOrEqual(start);
        expect(to).toBeGreaterThanOrEqual(start + bytes);
        const whole = to - from;
        expect([Math.log2(whole) % 1, from % whole]).toEqual([0, 0]);
        if (whole === AS_LOCK_REGION_MIN_SIZE) return;
        const half = whole / 2;
        expect(Math.floor(start / half)).not.toBe(Math.floor((start + bytes - 1) / half));
      }),
      { numRuns: 500 },
    );
  });

  it('is the same by exact arithmetic', () => {
    fc.assert(
      fc.property(va, size, (start, bytes) => {
        packRegion(start, bytes);
        const quick = [...packed];
        packRegionExact(BigInt(start), BigInt(bytes));
        expect([...packed]).toEqual(quick);
      }),
      { numRuns: 500 },
    );
  });

  it('records the region that is locked, whose size it may be told from', () => {
    packRegion(0x1_2345_6000, 0x10000);
    expect([packed[REGION_START], packed[REGION_SIZE]]).toEqual([0x1_2344_0000, 0x40000]);
  });

  it('takes 2^64 for the whole space', () => {
    packRegion(0, 2 ** 64);
    expect([packed[REGION_LO], packed[REGION_HI]]).toEqual([63, 0]);
  });
});
