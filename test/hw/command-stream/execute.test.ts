import { describe, expect, test } from 'vitest';
import { INSTRUCTION_TABLE } from '../../../src/hw/command-stream/instruction-table.ts';
import { Bench, type Code, DATA, HOLE, set } from './bench.ts';

describe('registers', () => {
  test('MOV48 fills a pair, the upper 16 bits with zeros; MOV32 one register', () => {
    const b = new Bench();
    b.queue().regs.fill(0xffffffff);
    const { regs } = b.run([set(68, 0x7f1234567890), ['MOV32', { dst: 70, imm: 0xdeadbeef }]]);
    expect([...regs.subarray(67, 72)]).toEqual([0xffffffff, 0x34567890, 0x7f12, 0xdeadbeef, 0xffffffff]);
  });

  test('ADD_IMM32 wraps, and copies with an immediate of 0', () => {
    const b = new Bench();
    const { regs } = b.run([
      ['MOV32', { dst: 0, imm: 3 }],
      ['ADD_IMM32', { dst: 1, src: 0, imm: -5 }],
      ['ADD_IMM32', { dst: 2, src: 1, imm: 0 }],
      ['ADD_IMM32', { dst: 3, src: 1, imm: 7 }],
    ]);
    expect([...regs.subarray(0, 4)]).toEqual([3, 0xfffffffe, 0xfffffffe, 5]);
  });

  test.each([
    [0xffffffff, 1, 0x100000000],
    [0x100000000, -1, 0xffffffff],
    [0x7fffffffffff, 0x7fffffff, 0x80007ffffffe],
    [0x123400000000, -0x80000000, 0x123380000000],
  ])('ADD_IMM64 carries: %d + %d', (from, imm, to) => {
    const b = new Bench();
    const { regs } = b.run([set(2, from), ['ADD_IMM64', { dst: 4, src: 2, imm }]]);
    expect(regs[5] * 0x100000000 + regs[4]).toBe(to);
  });

  test('ADD_IMM64 below zero is a number of 64 bits', () => {
    const b = new Bench();
    const { regs } = b.run([['ADD_IMM64', { dst: 4, src: 2, imm: -1 }]]);
    expect([...regs.subarray(4, 6)]).toEqual([0xffffffff, 0xffffffff]);
  });

  test('UMIN32 compares without a sign', () => {
    const b = new Bench();
    const { regs } = b.run([
      ['MOV32', { dst: 0, imm: 0xffffffff }],
      ['MOV32', { dst: 1, imm: 5 }],
      ['UMIN32', { dst: 2, src0: 0, src1: 1 }],
      ['UMIN32', { dst: 3, src0: 1, src1: 0 }],
    ]);
    expect([...regs.subarray(2, 4)]).toEqual([5, 5]);
  });

  test.each<Code>([
    ['MOV32', { dst: 96 }],
    ['MOV48', { dst: 95 }],
    ['MOV48', { dst: 69 }],
    ['ADD_IMM64', { dst: 0, src: 97 }],
    ['LOAD_MULTIPLE', { dst: 90, address: 0, mask: 0x40 }],
    ['STORE_MULTIPLE', { src: 95, address: 0, mask: 2 }],
  ])('that do not exist end the queue: %j', (...code) => {
    const b = new Bench();
    b.run([set(0, DATA), code as unknown as Code]);
    expect(b.log).toEqual(['fatal 0 CS_INSTR_INVALID 0xffff00000008']);
  });
});

/** Every operand that is a register, except those that only hardware would look at that is not there. */
const OPERANDS = INSTRUCTION_TABLE.filter(({ name }) => !/^(RUN_|TRACE_POINT)/.test(name)).flatMap(
  ({ name, fields }) =>
    fields
      .filter(({ kind }) => kind === 'reg' || kind === 'pair')
      .map((field) => [name, field.name] as const),
);

test.each(OPERANDS)(
  '%s with a register in %s that does not exist is an invalid instruction',
  (name, field) => {
    for (const register of [96, 128, 254]) {
      const b = new Bench();
      for (let pair = 0; pair < 96; pair += 2)
        b.queue().regs.set([DATA % 2 ** 32, Math.floor(DATA / 2 ** 32)], pair);
      const mask = name.endsWith('MULTIPLE') ? { mask: 1 } : {};
      b.run([[name, { ...mask, [field]: register }]]);
      expect([register, b.log]).toEqual([register, ['fatal 0 CS_INSTR_INVALID 0xffff00000000']]);
    }
  },
);

describe('memory', () => {
  test('STORE_MULTIPLE writes the registers of its mask, LOAD_MULTIPLE reads them back elsewhere', () => {
    const b = new Bench();
    b.write(DATA, ...new Array(32).fill(0x55555555));
    b.queue().regs.set(
      [...Array(16).keys()].map((i) => i + 100),
      70,
    );
    const { regs } = b.run([
      set(0, DATA + 0x40),
      ['STORE_MULTIPLE', { src: 70, address: 0, mask: 0x8005, offset: -0x20 }],
      ['LOAD_MULTIPLE', { dst: 4, address: 0, mask: 0x8007, offset: -0x20 }],
    ]);
    const stored = [...Array(17).keys()].map((i) => b.read32(DATA + 0x1c + 4 * i));
    expect(stored.map((v) => (v === 0x55555555 ? '.' : v))).toEqual([
      '.',
      100,
      '.',
      102,
      ...new Array(12).fill('.'),
      115,
    ]);
    expect([...regs.subarray(4, 8), regs[19]]).toEqual([100, 0x55555555, 102, 0, 115]);
  });

  test('a store over the end of a page goes on in the next', () => {
    const b = new Bench();
    b.run([
      set(0, DATA + 0xffc),
      set(2, 0x123456789abc),
      ['STORE_MULTIPLE', { src: 2, address: 0, mask: 3 }],
    ]);
    expect(b.read64(DATA + 0xffc)).toBe(0x123456789abc);
  });

  test('STORE_STATE stores both clocks, a disjoint count of 0, and the error status', () => {
    const b = new Bench();
    b.write(DATA, ...new Array(10).fill(0xffffffff));
    b.queue().error = true;
    b.run([
      set(0, DATA + 8),
      ['STORE_STATE', { address: 0, state: 0, offset: -8 }],
      ['STORE_STATE', { address: 0, state: 1 }],
      ['STORE_STATE', { address: 0, state: 2, offset: 8 }],
      ['STORE_STATE', { address: 0, state: 3, offset: 16 }],
    ]);
    expect([0, 8, 16, 24].map((at) => b.read64(DATA + at))).toEqual([0x1_23456789, 0x2_abcdef01, 0, 1]);
  });

  test.each<Code>([
    ['STORE_MULTIPLE', { src: 2, address: 0, mask: 1, offset: 2 }],
    ['LOAD_MULTIPLE', { dst: 2, address: 0, mask: 1, offset: 1 }],
    ['STORE_STATE', { address: 0, offset: 4 }],
  ])('an address that is not aligned is a bus fault without an MMU fault: %j', (...code) => {
    const b = new Bench();
    b.run([set(0, DATA), code as unknown as Code]);
    expect(b.log).toEqual([expect.stringContaining('fatal 0 CS_BUS_FAULT')]);
    expect(b.mmuFault().raised).toBe(0);
  });

  test('an empty mask accesses nothing', () => {
    const b = new Bench();
    b.run([
      set(0, HOLE),
      ['STORE_MULTIPLE', { src: 2, address: 0 }],
      ['LOAD_MULTIPLE', { dst: 2, address: 0 }],
    ]);
    expect(b.log).toEqual([]);
  });
});
