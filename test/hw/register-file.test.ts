import { beforeEach, describe, expect, it } from 'vitest';
import { RegisterAccessError, RegisterFile } from '../../src/hw/register-file.ts';
import {
  AS_COMMAND,
  AS_COMMAND_LOCK,
  AS_FAULTADDRESS,
  AS_LOCKADDR,
  AS_STATUS,
  asRegister,
  GPU_CMD,
  GPU_ID,
  GPU_INT_BASE,
  INT_CLEAR,
  INT_MASK,
  INT_RAWSTAT,
  INT_STAT,
  MMU_INT_BASE,
  registerName,
} from '../../src/hw/registers.ts';

let calls: unknown[][];
let status: number;
let regs: RegisterFile;
beforeEach(() => {
  calls = [];
  status = 0;
  regs = new RegisterFile({
    asCommand: (as, command) => calls.push(['AS', as, command]),
    asStatus: (as) => {
      calls.push(['status', as]);
      return status;
    },
    gpuCommand: (command) => calls.push(['GPU', command]),
    pwrCommand: (command) => calls.push(['PWR', command]),
  });
});

describe('plain registers', () => {
  it('hold what was written, 64-bit ones as two words', () => {
    regs.write64(asRegister(2, AS_LOCKADDR), 0x89abcdef, 0x1234);
    expect(regs.read64(asRegister(2, AS_LOCKADDR))).toBe(0x1234_89ab_cdef);
    expect(regs.read32(asRegister(2, AS_LOCKADDR) + 4)).toBe(0x1234);
    expect(regs.read64(asRegister(1, AS_LOCKADDR))).toBe(0);
  });
});

describe('commands', () => {
  it('reach the block behind the register, with the slot', () => {
    regs.write32(asRegister(3, AS_COMMAND), AS_COMMAND_LOCK);
    regs.write32(GPU_CMD, 7);
    expect(calls).toEqual([
      ['AS', 3, AS_COMMAND_LOCK],
      ['GPU', 7],
    ]);
  });

  it('take no time unless AS_STATUS is computed', () => {
    status = 1;
    expect(regs.read32(asRegister(1, AS_STATUS))).toBe(0);
    regs.computesStatus = true;
    expect(regs.read32(asRegister(1, AS_STATUS))).toBe(1);
    expect(calls).toEqual([['status', 1]]);
  });
});

describe('interrupt registers', () => {
  it.each([
    ['GPU', GPU_INT_BASE],
    ['MMU', MMU_INT_BASE],
  ])('of the %s: STAT is RAWSTAT under the mask, CLEAR takes bits away', (_, base) => {
    regs.words[(base + INT_RAWSTAT) >> 2] = 0x80000007;
    regs.write32(base + INT_MASK, 0x80000005);
    expect(regs.read32(base + INT_STAT)).toBe(0x80000005);
    regs.write32(base + INT_CLEAR, 0x80000001);
    expect(regs.read32(base + INT_RAWSTAT)).toBe(6);
    expect(regs.read32(base + INT_STAT)).toBe(4);
  });
});

describe('accesses that no driver may make', () => {
  it.each([
    ['a write to a read-only register', () => regs.write32(GPU_ID, 1), 'bad write of register GPU_ID'],
    ['a read of a write-only one', () => regs.read32(GPU_CMD), 'bad read of register GPU_CMD'],
    [
      'a write to a fault address',
      () => regs.write32(asRegister(0, AS_FAULTADDRESS), 1),
      'bad write of register AS0_FAULTADDRESS_LO',
    ],
    ['a register that is not there', () => regs.read32(0x50), 'bad read of register 0x50'],
    ['an offset between two', () => regs.read32(GPU_ID + 2), 'bad read of register GPU_ID'],
    ['an offset beyond the map', () => regs.read32(0x100000), 'bad read of register 0x100000'],
    ['a 32-bit register as 64 bits', () => regs.read64(GPU_ID), '64-bit read of register GPU_ID'],
    [
      'the high word as 64 bits',
      () => regs.write64(asRegister(0, AS_LOCKADDR) + 4, 0, 0),
      '64-bit write of register AS0_LOCKADDR_HI',
    ],
  ])('%s is an error that names the register', (_, access, message) => {
    expect(access).toThrow(RegisterAccessError);
    expect(access).toThrow(message);
  });

  it('include all of them while the device has no power or is gone', () => {
    regs.reachable = false;
    expect(() => regs.read32(GPU_ID)).toThrow('read while the device is gone or off of register GPU_ID');
    expect(() => regs.write32(GPU_CMD, 1)).toThrow('while the device is gone or off');
    expect(calls).toEqual([]);
    regs.reachable = true;
    expect(regs.read32(GPU_ID)).toBe(0);
  });
});

describe('a trace', () => {
  it('sees every access in order, the computed ones too, and changes none', () => {
    const seen: string[] = [];
    regs.trace = {
      read: (offset, value) => seen.push(`${registerName(offset)} = ${value}`),
      write: (offset, value) => seen.push(`${registerName(offset)} ← ${value}`),
    };
    regs.write32(MMU_INT_BASE + INT_MASK, 0xffffffff | 0);
    regs.words[(MMU_INT_BASE + INT_RAWSTAT) >> 2] = 2;
    regs.read32(MMU_INT_BASE + INT_STAT);
    regs.write32(asRegister(1, AS_COMMAND), AS_COMMAND_LOCK);
    expect(seen).toEqual([
      'MMU_INT_MASK ← 4294967295',
      'MMU_INT_STAT = 2',
      `AS1_COMMAND ← ${AS_COMMAND_LOCK}`,
    ]);
    expect(calls).toEqual([['AS', 1, AS_COMMAND_LOCK]]);
    regs.trace = null;
    regs.read32(GPU_ID);
    expect(seen).toHaveLength(3);
  });
});
