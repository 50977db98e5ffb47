import { beforeEach, describe, expect, it } from 'vitest';
import { sameTranslation, Tlb } from '../../src/hw/tlb.ts';
import { HandMadeTables, READ_ONLY } from './page-tables.ts';

let tables: HandMadeTables;
let tlb: Tlb;
beforeEach(() => {
  tables = new HandMadeTables();
  tlb = new Tlb();
});
const walk = (va: number, cached: boolean, keep: boolean) =>
  tlb.walk(tables.memory, tables.root, 48, va, cached, keep);
const fill = (as: number, va: number) => tlb.insert(as, va, walk(va, false, false));

describe('translations', () => {
  it('are found by address space and page', () => {
    tables.page(0x1000, 0x2_0000_5000);
    fill(1, 0x1abc);
    expect(tlb.find(1, 0x1fff)).toMatchObject({ page: 0x1000, pa: 0x2_0000_5000, root: tables.root });
    expect(tlb.find(1, 0x2000)).toBeNull();
    expect(tlb.find(2, 0x1000)).toBeNull();
  });

  it('of a block are those of its 4 KiB pages', () => {
    tables.block(0x200000, 0x2_0040_0000);
    expect(walk(0x203abc, false, false).pa).toBe(0x2_0040_3000);
  });

  it('outlive a change of the tables until they are dropped', () => {
    tables.page(0x1000, 0x2_0000_5000);
    fill(1, 0x1000);
    tables.page(0x1000, 0x2_0000_9000);
    expect(tlb.find(1, 0x1000)?.pa).toBe(0x2_0000_5000);
    expect(sameTranslation(tlb.find(1, 0x1000)!, walk(0x1000, false, false))).toBe(false);
    tlb.drop(1, 0x1000, 0x2000);
    expect(tlb.find(1, 0x1000)).toBeNull();
  });

  it.each([
    ['that touches their last byte', 0x1fff, 0x3000, []],
    ['that ends where they begin', 0, 0x1000, [0x1000, 0x2000]],
    ['that begins where they end', 0x3000, 0x9000, [0x1000, 0x2000]],
    ['of one of them', 0x2000, 0x3000, [0x1000]],
  ])('are dropped by a region %s', (_, start, end, left) => {
    for (const va of [0x1000, 0x2000]) {
      tables.page(va, 0x2_0000_0000 + va);
      fill(1, va);
      fill(2, va);
    }
    tlb.drop(1, start, end);
    expect(tlb.entries.filter(({ as }) => as === 1).map(({ page }) => page)).toEqual(left);
    expect(tlb.entries.filter(({ as }) => as === 2)).toHaveLength(2);
  });

  it('differ by root, address and attributes', () => {
    tables.page(0x1000, 0x2_0000_5000);
    const plain = walk(0x1000, false, false);
    tables.page(0x1000, 0x2_0000_5000, READ_ONLY);
    const readOnly = walk(0x1000, false, false);
    expect(sameTranslation(plain, { ...plain })).toBe(true);
    expect(sameTranslation(plain, readOnly)).toBe(false);
    expect(sameTranslation(plain, { ...plain, root: plain.root + 4096 })).toBe(false);
    expect(sameTranslation(plain, { ...plain, pa: -1 })).toBe(false);
  });
});

describe('descriptors in the L2', () => {
  beforeEach(() => {
    tables.page(0x1000, 0x2_0000_5000);
    walk(0x1000, true, true);
    tables.page(0x1000, 0x2_0000_9000);
  });

  it('answer a walk that uses them, and no other', () => {
    expect(walk(0x1000, true, false).pa).toBe(0x2_0000_5000);
    expect(walk(0x1000, false, false).pa).toBe(0x2_0000_9000);
  });

  it('are read from memory again after a flush', () => {
    tlb.flushDescriptors();
    expect(walk(0x1000, true, false).pa).toBe(0x2_0000_9000);
  });

  it('are replaced by a walk that reads memory and stays in the L2', () => {
    walk(0x1000, false, true);
    expect(walk(0x1000, true, false).pa).toBe(0x2_0000_9000);
  });

  it('stay when translations are dropped, and go with dropAll()', () => {
    tlb.drop(1, 0, 2 ** 64);
    expect(walk(0x1000, true, false).pa).toBe(0x2_0000_5000);
    tlb.dropAll();
    expect(walk(0x1000, true, false).pa).toBe(0x2_0000_9000);
  });
});
