import { beforeEach, describe, expect, it } from 'vitest';
import { startLevel } from '../../src/hw/vmsa.ts';
import { type WalkStep, walk } from '../../src/hw/walker.ts';
import { EXECUTE_NEVER, HandMadeTables, READ_ONLY } from './page-tables.ts';

let tables: HandMadeTables;
beforeEach(() => {
  tables = new HandMadeTables();
});
const at = (va: number, steps?: WalkStep[]) => walk(tables.memory, tables.root, 48, va, steps);

describe('the walker', () => {
  it('finds the page and keeps the offset in it', () => {
    tables.page(0x3000, 0x2_0000_5000);
    expect(at(0x3abc)).toMatchObject({ pa: 0x2_0000_5abc, log2: 12, level: 3 });
  });

  it('stops at a block one level higher', () => {
    tables.block(0x400000, 0x2_0020_0000);
    expect(at(0x5f0001)).toMatchObject({ pa: 0x2_003f_0001, log2: 21, level: 2 });
  });

  it('reports the attributes of the leaf without its address', () => {
    tables.page(0x1000, 0x2_0000_0000, READ_ONLY, EXECUTE_NEVER);
    const { attrLo, attrHi } = at(0x1000);
    expect([attrLo & READ_ONLY, attrHi]).toEqual([READ_ONLY, EXECUTE_NEVER]);
  });

  it('says at which level it ended where nothing is mapped', () => {
    expect(at(0x40000000)).toMatchObject({ pa: -1, level: 1 });
    expect(at(0x200000)).toMatchObject({ pa: -1, level: 2 });
    tables.page(0x1000, 0x2_0000_0000);
    expect(at(0x2000)).toMatchObject({ pa: -1, level: 3 });
  });

  it('lists each descriptor that it read, with its address', () => {
    tables.page(0x1000, 0x2_0000_0000);
    const steps: WalkStep[] = [];
    at(0x1000, steps);
    expect(steps.map(({ level, index }) => [level, index])).toEqual([
      [0, 0],
      [1, 0],
      [2, 0],
      [3, 1],
    ]);
    expect(steps[0].pa).toBe(tables.root);
    expect(steps[3].pa % 4096).toBe(8);
  });

  it('starts at the level that the number of input bits asks for', () => {
    expect([48, 40, 39, 31, 30].map(startLevel)).toEqual([0, 0, 1, 1, 2]);
  });
});
