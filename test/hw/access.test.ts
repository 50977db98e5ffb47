import { beforeEach, describe, expect, it } from 'vitest';
import { type AccessKind, gpuAccess, permits } from '../../src/hw/access.ts';
import {
  AS_FAULTADDRESS,
  AS_FAULTSTATUS,
  AS_TRANSCFG_ADRMODE_AARCH64_4K,
  asRegister,
  INT_RAWSTAT,
  MMU_INT_BASE,
} from '../../src/hw/registers.ts';
import { TimedMachine } from '../../src/hw/timed-machine.ts';
import { EXECUTE_NEVER, HandMadeTables, READ_ONLY } from './page-tables.ts';
import { Thread } from './threads.ts';

const AS = 1;
let tables: HandMadeTables;
let machine: TimedMachine;

beforeEach(() => {
  tables = new HandMadeTables();
  machine = new TimedMachine({ slots: 4, vaBits: 48, memory: tables.memory });
  Object.assign(machine.spaces[AS], { transtab: tables.root, transcfg: AS_TRANSCFG_ADRMODE_AARCH64_4K });
});

const begin = (va: number, kind: AccessKind = 'read', choices: number[] = [], source = { turn: 0 }) =>
  new Thread(gpuAccess(machine, AS, va, kind, source), choices);
const faultStatus = () => machine.regs.words[asRegister(AS, AS_FAULTSTATUS) >> 2];

describe('an access', () => {
  it('is under way between its beginning and its end', () => {
    tables.page(0x1000, 0x2_0000_5000);
    const access = begin(0x1abc);
    expect(machine.inFlight).toEqual([]);
    access.step();
    expect(machine.inFlight).toEqual([{ as: AS, va: 0x1abc }]);
    access.step();
    expect(machine.inFlight).toEqual([]);
    expect(access.result).toMatchObject({ pa: 0x2_0000_5000 });
    expect(access.seen).toEqual(['read begins', 'read lands']);
  });

  it('waits while its address is locked', () => {
    tables.page(0x1000, 0x2_0000_5000);
    Object.assign(machine.spaces[AS], { lockStart: 0, lockEnd: 0x8000 });
    const access = begin(0x1000);
    expect(access.ready).toBe(false);
    machine.spaces[AS].lockEnd = 0x1000;
    expect(access.run().done).toBe(true);
  });

  it('fills the TLB', () => {
    tables.page(0x1000, 0x2_0000_5000);
    begin(0x1000).run();
    expect(machine.tlb.find(AS, 0x1000)).toMatchObject({ pa: 0x2_0000_5000 });
  });

  it('is gone when its source is taken off the GPU, locked or under way', () => {
    const source = { turn: 0 };
    Object.assign(machine.spaces[AS], { lockStart: 0x2000, lockEnd: 0x3000 });
    const waiting = begin(0x2000, 'read', [], source);
    tables.page(0x1000, 0x2_0000_5000);
    const landing = begin(0x1000, 'read', [], source).step();
    const other = begin(0x1000).step();
    source.turn++;
    expect(waiting.run()).toMatchObject({ done: true, result: null });
    expect(landing.run()).toMatchObject({ done: true, result: null });
    expect(machine.inFlight).toEqual([{ as: AS, va: 0x1000 }]);
    expect(other.run().result).toMatchObject({ pa: 0x2_0000_5000 });
  });

  it('is gone after a reset, wherever it was', () => {
    tables.page(0x1000, 0x2_0000_5000);
    const waiting = begin(0x1000);
    const landing = begin(0x1000).step();
    machine.reset();
    expect([waiting.run().result, landing.run().result]).toEqual([null, null]);
    expect(machine.inFlight).toEqual([]);
  });
});

describe('a stale translation', () => {
  beforeEach(() => {
    tables.page(0x1000, 0x2_0000_5000);
    begin(0x1000).run();
    tables.page(0x1000, 0x2_0000_9000);
  });

  it('answers where the TLB still has it', () => {
    expect(begin(0x1000, 'read', [0]).run().result).toMatchObject({ pa: 0x2_0000_5000 });
  });

  it('does not where the TLB has lost it and the walk reads memory', () => {
    expect(begin(0x1000, 'read', [1, 1]).run().result).toMatchObject({ pa: 0x2_0000_9000 });
  });

  it('still does where the walk finds the old descriptors in the L2', () => {
    expect(begin(0x1000, 'read', [1, 0]).run().result).toMatchObject({ pa: 0x2_0000_5000 });
  });

  it('is no question where nothing has changed', () => {
    tables.page(0x1000, 0x2_0000_5000);
    expect(begin(0x1000).run().seen).toEqual(['read begins', 'read lands']);
  });
});

describe('a fault', () => {
  it.each([
    ['read', 0x2c3],
    ['write', 0x3c3],
    ['execute', 0x1c3],
    ['atomic', 0x0c3],
  ] as const)('of a %s of nothing is reported with the kind of access and the address', (kind, status) => {
    begin(0x1234, kind).run();
    expect(faultStatus()).toBe(status);
    expect(machine.regs.read64(asRegister(AS, AS_FAULTADDRESS))).toBe(0x1234);
    expect(machine.regs.words[(MMU_INT_BASE + INT_RAWSTAT) >> 2]).toBe(1 << AS);
  });

  it('of a write to a read-only page is a permission fault', () => {
    tables.page(0x1000, 0x2_0000_5000, READ_ONLY);
    const access = begin(0x1000, 'write').run();
    expect(faultStatus()).toBe(0x3cb);
    expect(permits(access.result!, 'write')).toBe(false);
  });

  it('is what an address space without tables gives', () => {
    machine.spaces[AS].transcfg = 0;
    expect(begin(0x1000).run().result).toMatchObject({ pa: -1 });
    expect(faultStatus()).toBe(0x2c3);
  });
});

describe('permits', () => {
  const leaf = (attrLo: number, attrHi: number) => ({ root: 1, pa: 0, attrLo, attrHi });

  it.each([
    ['read', 0, 0, true],
    ['read', READ_ONLY, EXECUTE_NEVER, true],
    ['write', READ_ONLY, 0, false],
    ['atomic', READ_ONLY, 0, false],
    ['write', 0, EXECUTE_NEVER, true],
    ['execute', READ_ONLY, 0, true],
    ['execute', 0, EXECUTE_NEVER, false],
  ] as const)('%s with attributes %i and %i: %s', (kind, lo, hi, allowed) => {
    expect(permits(leaf(lo, hi), kind)).toBe(allowed);
  });

  it('nothing without a translation', () => {
    expect(permits({ root: 1, pa: -1, attrLo: 0, attrHi: 0 }, 'read')).toBe(false);
  });
});
