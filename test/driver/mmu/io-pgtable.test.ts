import { beforeEach, describe, expect, it } from 'vitest';
import { IoPgtable } from '../../../src/driver/mmu/io-pgtable.ts';
import {
  IOMMU_CACHE,
  IOMMU_NOEXEC,
  IOMMU_READ,
  IOMMU_WRITE,
} from '../../../src/driver/mmu/io-pgtable-leaf.ts';
import { PhysicalMemory } from '../../../src/hw/memory.ts';
import { type WalkStep, walk } from '../../../src/hw/walker.ts';
import { EEXIST, ENOMEM, ERANGE } from '../../../uapi/errno.ts';

const K4 = 0x1000;
const M2 = 0x200000;
const RW = IOMMU_READ | IOMMU_WRITE | IOMMU_CACHE;

/** Tables with a reservation of their own, and what they warned of. */
class Tables {
  readonly memory = new PhysicalMemory();
  readonly warnings: string[] = [];
  readonly pt: IoPgtable;
  left = 0;

  constructor(vaBits: number, splitBlocks: boolean) {
    this.pt = new IoPgtable(
      this.memory,
      vaBits,
      40,
      { splitBlockOnUnmap: splitBlocks, holeIsASize: false },
      {
        warn: (where, reason) => this.warnings.push(`${where}: ${reason}`),
      },
    );
  }

  reserve(count: number): void {
    if (!this.memory.reserve(count)) throw new Error('out of memory');
    this.left += count;
  }

  takeTable(): number {
    if (this.left === 0) return -1;
    this.left--;
    return this.memory.takeReserved();
  }

  map(iova: number, pa: number, size: number, count: number, prot = RW): number {
    const ret = this.pt.mapPages(iova, pa, size, count, prot, this);
    return ret === 0 ? this.pt.mapped : ret;
  }

  unmap(iova: number, size: number, count: number): number {
    return this.pt.unmapPages(iova, size, count, this);
  }

  at(va: number, steps?: WalkStep[]) {
    return walk(this.memory, this.pt.ttbr, this.pt.vaBits, va, steps);
  }

  /** Tables in use, the root not counted. */
  get used(): number {
    return this.memory.live - 1;
  }
}

let t: Tables;
beforeEach(() => {
  t = new Tables(48, false);
  t.reserve(16);
});

describe('mapping', () => {
  it('takes a table a level, and what it wrote is what the walker reads', () => {
    expect(t.map(0x123456789000, 0x87654321000, K4, 1)).toBe(-ERANGE);
    expect(t.map(0x123456789000, 0xfedcba9000, K4, 1)).toBe(1);
    expect(t.used).toBe(3);
    expect([...t.pt.tables]).toEqual([1, 1, 1, 1]);
    const steps: WalkStep[] = [];
    expect(t.at(0x123456789abc, steps)).toMatchObject({ pa: 0xfedcba9abc, log2: 12, level: 3 });
    expect(steps.map((s) => s.index)).toEqual([0x24, 0xd1, 0xb3, 0x189]);
    expect(t.at(0x12345678a000).pa).toBe(-1);
    expect(t.at(0x123456788000).pa).toBe(-1);
  });

  it('stops at the end of a table', () => {
    expect(t.map(M2 - 3 * K4, 0x200000000, K4, 10)).toBe(3);
    expect(t.at(M2 - K4).pa).toBe(0x200002000);
    expect(t.at(M2).pa).toBe(-1);
    expect(t.map(2 ** 30 - 2 * M2, 0x200000000, M2, 5)).toBe(2);
    expect(t.at(2 ** 30 - 1)).toMatchObject({ pa: 0x2003fffff, log2: 21 });
    expect(t.at(2 ** 30).pa).toBe(-1);
  });

  it('carries the physical address over 4 GiB within one call', () => {
    expect(t.map(0, 2 ** 33 - 2 * K4, K4, 4)).toBe(4);
    expect(t.at(K4).pa).toBe(2 ** 33 - K4);
    expect(t.at(2 * K4).pa).toBe(2 ** 33);
    expect(t.map(M2, 2 ** 36 - M2, M2, 2)).toBe(2);
    expect(t.at(2 * M2).pa).toBe(2 ** 36);
  });

  it('does not overwrite: a page over a page, over a block, a block over a block are -EEXIST', () => {
    t.map(0, 0x200000000, K4, 2);
    t.map(M2, 0x200000000, M2, 1);
    expect(t.map(K4, 0x300000000, K4, 1)).toBe(-EEXIST);
    expect(t.map(M2 + K4, 0x300000000, K4, 1)).toBe(-EEXIST);
    expect(t.map(M2, 0x300000000, M2, 1)).toBe(-EEXIST);
    expect(t.at(K4).pa).toBe(0x200001000);
    expect(t.at(M2).pa).toBe(0x200000000);
    expect(t.warnings).toEqual([
      'arm_lpae_init_pte: already-mapped',
      '__arm_lpae_map: already-mapped',
      'arm_lpae_init_pte: already-mapped',
    ]);
  });

  it('puts a block in the place of a table that holds no page any more, and frees that', () => {
    t.map(0, 0x200000000, K4, 512);
    t.unmap(0, K4, 512);
    expect([...t.pt.tables]).toEqual([1, 1, 1, 1]);
    expect(t.map(0, 0x400000000, M2, 1)).toBe(1);
    expect([...t.pt.tables]).toEqual([1, 1, 1, 0]);
    expect(t.used).toBe(2);
    // A page beside it must not land in the table that is gone.
    expect(t.map(M2, 0x500000000, K4, 1)).toBe(1);
    expect(t.at(M2).pa).toBe(0x500000000);
    expect(t.at(0).pa).toBe(0x400000000);
  });

  it('finds its table again after that table was freed and another took its page', () => {
    t.map(5 * M2, 0x200000000, K4, 1);
    t.unmap(5 * M2, K4, 1);
    t.map(5 * M2, 0x400000000, M2, 1);
    t.unmap(5 * M2, M2, 1);
    t.map(9 * M2, 0x300000000, K4, 1);
    expect(t.map(5 * M2 + K4, 0x600000000, K4, 1)).toBe(1);
    expect(t.at(5 * M2 + K4).pa).toBe(0x600000000);
    expect(t.at(9 * M2 + K4).pa).toBe(-1);
    expect(t.at(9 * M2).pa).toBe(0x300000000);
  });

  it('is -ENOMEM where the reservation is used up, and warns', () => {
    const small = new Tables(48, false);
    small.reserve(2);
    expect(small.map(0, 0x200000000, K4, 1)).toBe(-ENOMEM);
    expect(small.warnings).toEqual(['alloc_pt: reserve-overrun']);
    small.reserve(1);
    expect(small.map(0, 0x200000000, K4, 1)).toBe(1);
  });

  it('refuses addresses beyond the address sizes', () => {
    const small = new Tables(39, false);
    small.reserve(4);
    expect(small.map(2 ** 39, 0, K4, 1)).toBe(-ERANGE);
    expect(small.map(0, 2 ** 40, K4, 1)).toBe(-ERANGE);
    expect(small.unmap(2 ** 39, K4, 1)).toBe(0);
    expect(small.warnings).toEqual([
      'arm_lpae_map_pages: address-out-of-range',
      'arm_lpae_map_pages: address-out-of-range',
      'arm_lpae_unmap_pages: address-out-of-range',
    ]);
    expect(small.map(2 ** 39 - K4, 2 ** 40 - K4, K4, 1)).toBe(1);
    expect([...small.pt.tables]).toEqual([0, 1, 1, 1]);
  });

  it.each([
    [RW, 0xf47, 0],
    [IOMMU_READ | IOMMU_CACHE, 0xfc7, 0],
    [IOMMU_READ | IOMMU_WRITE, 0xe43, 0],
    [RW | IOMMU_NOEXEC, 0xf47, 0x600000],
    [IOMMU_READ | IOMMU_NOEXEC, 0xec3, 0x600000],
  ])('with protection %i writes the attributes %i and %i', (prot, lo, hi) => {
    t.map(0, 0x200000000, K4, 1, prot);
    expect(t.at(0)).toMatchObject({ attrLo: lo, attrHi: hi });
    t.map(M2, 0x200000000, M2, 1, prot);
    expect(t.at(M2)).toMatchObject({ attrLo: lo - 2, attrHi: hi });
  });
});

describe('unmapping', () => {
  it('says how many bytes it unmapped, up to the first hole or the end of the table', () => {
    t.map(0, 0x200000000, K4, 4);
    t.map(6 * K4, 0x200006000, K4, 1);
    expect(t.unmap(K4, K4, 7)).toBe(3 * K4);
    expect(t.warnings).toEqual(['__arm_lpae_unmap: not-mapped']);
    expect(t.at(0).pa).toBe(0x200000000);
    expect(t.at(6 * K4).pa).toBe(0x200006000);
    t.map(M2 - K4, 0x200000000, K4, 1);
    t.map(M2, 0x300000000, K4, 1);
    expect(t.unmap(M2 - K4, K4, 2)).toBe(K4);
    expect(t.at(M2).pa).toBe(0x300000000);
  });

  it('of nothing warns and unmaps nothing', () => {
    expect(t.unmap(0, K4, 1)).toBe(0);
    expect(t.unmap(M2, M2, 1)).toBe(0);
    expect(t.warnings).toEqual(['__arm_lpae_unmap: not-mapped', '__arm_lpae_unmap: not-mapped']);
  });

  it('of 2 MiB frees the table with the pages in it', () => {
    t.map(0, 0x200000000, K4, 512);
    expect(t.unmap(0, M2, 1)).toBe(M2);
    expect([...t.pt.tables]).toEqual([1, 1, 1, 0]);
    expect(t.used).toBe(2);
    expect(t.at(0).pa).toBe(-1);
  });

  it('of a part of a block warns and leaves it, since tables split nothing any more', () => {
    t.map(0, 0x200000000, M2, 1);
    expect(t.unmap(K4, K4, 1)).toBe(0);
    expect(t.warnings).toEqual(['__arm_lpae_unmap: partial-block']);
    expect(t.at(K4).pa).toBe(0x200001000);
  });

  it.each([
    [0, 1],
    [0, 511],
    [1, 511],
    [17, 400],
    [511, 1],
  ])('of a part of a block splits it where tables do: from page %i on, %i pages', (start, count) => {
    const old = new Tables(48, true);
    old.reserve(3);
    old.map(M2, 0x3ffe00000, M2, 2, IOMMU_READ | IOMMU_NOEXEC);
    expect(old.unmap(M2 + start * K4, K4, count)).toBe(count * K4);
    for (let page = 0; page < 512; page++) {
      const gone = page >= start && page < start + count;
      const { pa, attrLo, attrHi, log2 } = old.at(M2 + page * K4);
      expect(pa).toBe(gone ? -1 : 0x3ffe00000 + page * K4);
      if (!gone) expect([log2, attrLo, attrHi]).toEqual([12, 0xec3, 0x600000]);
    }
    expect(old.at(2 * M2)).toMatchObject({ pa: 0x400000000, log2: 21 });
    expect(old.used).toBe(3);
  });

  it('of a part of a block without a table to split it with warns and leaves it', () => {
    const old = new Tables(48, true);
    old.reserve(2);
    old.map(0, 0x200000000, M2, 1);
    expect(old.unmap(0, K4, 1)).toBe(0);
    expect(old.warnings).toEqual(['alloc_pt: reserve-overrun']);
    expect(old.at(0).pa).toBe(0x200000000);
  });
});

describe('all tables', () => {
  it('are freed with the VM, each once', () => {
    for (let i = 0; i < 5; i++) t.map(i * 2 ** 39, 0x200000000, K4, 1);
    expect(t.used).toBe(15);
    t.pt.free();
    expect(t.memory.live).toBe(0);
    expect([...t.pt.tables]).toEqual([0, 0, 0, 0]);
    // A page freed twice would be handed out twice.
    t.memory.unreserve(t.left);
    t.memory.reserve(40);
    const pages = Array.from({ length: 40 }, () => t.memory.takeReserved());
    expect(new Set(pages).size).toBe(40);
  });

  it.each([48, 47, 40, 39, 33, 31])('of a space of %i bits reach to its last page', (bits) => {
    const one = new Tables(bits, false);
    one.reserve(3);
    const last = 2 ** bits - K4;
    expect(one.map(last, 0x200000000, K4, 1)).toBe(1);
    expect(one.at(last).pa).toBe(0x200000000);
    expect(one.used).toBe(3 - one.pt.startLevel);
    one.pt.free();
    expect(one.memory.live).toBe(0);
  });
});

describe('forEachLeaf', () => {
  it('visits every leaf in the order of addresses, with what the walker says of it', () => {
    const mapped: [number, number, number][] = [
      [0x7000, 0x200000000, K4],
      [M2, 0x240000000, M2],
      [2 ** 30, 0x280000000, K4],
      [2 ** 39 + 3 * M2, 0x2c0000000, M2],
      [2 ** 47, 0xff00000000, K4],
    ];
    for (const [va, pa, size] of mapped.toReversed()) t.map(va, pa, size, 1, IOMMU_READ);
    const seen: number[][] = [];
    t.pt.forEachLeaf((va, pa, log2, lo, hi) => {
      seen.push([va, pa, 2 ** log2]);
      expect(t.at(va)).toMatchObject({ pa, log2, attrLo: lo, attrHi: hi });
    });
    expect(seen).toEqual(mapped);
  });
});
