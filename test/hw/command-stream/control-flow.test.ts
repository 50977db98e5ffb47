import { describe, expect, test } from 'vitest';
import { Bench, type Code, DATA, set } from './bench.ts';

/** LE and GT for SYNC_WAIT; the others only branch. */
const CONDITIONS: [number, (value: number) => boolean][] = [
  [0, (v) => v <= 0],
  [1, (v) => v > 0],
  [2, (v) => v === 0],
  [3, (v) => v !== 0],
  [4, (v) => v < 0],
  [5, (v) => v >= 0],
  [6, () => true],
];

describe('control flow', () => {
  test.each(CONDITIONS)('BRANCH with condition %d', (condition, holds) => {
    for (const value of [-0x80000000, -1, 0, 1, 0x7fffffff]) {
      const b = new Bench();
      const { regs } = b.run([
        ['MOV32', { dst: 0, imm: value >>> 0 }],
        ['BRANCH', { value: 0, condition, offset: 1 }],
        ['MOV32', { dst: 1, imm: 7 }],
        ['MOV32', { dst: 2, imm: 8 }],
      ]);
      expect([regs[1], regs[2]]).toEqual([holds(value) ? 0 : 7, 8]);
    }
  });

  test('BRANCH back is a loop', () => {
    const b = new Bench();
    const { regs } = b.run([
      ['MOV32', { dst: 0, imm: 10 }],
      ['ADD_IMM32', { dst: 1, src: 1, imm: 3 }],
      ['ADD_IMM32', { dst: 0, src: 0, imm: -1 }],
      ['BRANCH', { value: 0, condition: 1, offset: -3 }],
    ]);
    expect([regs[0], regs[1]]).toEqual([0, 30]);
    expect(b.processor.core.instructions).toBe(31);
  });

  /** A block at DATA + n pages. */
  function block(b: Bench, page: number, code: readonly Code[]): number {
    const va = DATA + page * 0x1000;
    const at = b.queue().ring.insert;
    // Encoded through a ring, then copied.
    b.submit(code);
    const size = code.length * 8;
    for (let i = 0; i < size; i += 4) b.write(va + i, b.read32(b.queue().ringVa + at + i));
    (b.queue().ring as { insert: number }).insert = at;
    return size;
  }

  test('CALL runs a block and returns, blocks can call blocks', () => {
    const b = new Bench();
    const inner = block(b, 2, [['ADD_IMM32', { dst: 20, src: 20, imm: 100 }]]);
    const outer = block(b, 1, [
      ['ADD_IMM32', { dst: 20, src: 20, imm: 1 }],
      set(4, DATA + 0x2000),
      ['MOV32', { dst: 6, imm: inner }],
      ['CALL', { address: 4, length: 6 }],
      ['CALL', { address: 4, length: 6 }],
      ['ADD_IMM32', { dst: 21, src: 20, imm: 0 }],
    ]);
    const { regs, depth, ring } = b.run([
      set(0, DATA + 0x1000),
      ['MOV32', { dst: 2, imm: outer }],
      ['CALL', { address: 0, length: 2 }],
      ['ADD_IMM32', { dst: 22, src: 20, imm: 0 }],
    ]);
    expect([regs[20], regs[21], regs[22]]).toEqual([201, 201, 201]);
    expect([depth, ring.extract]).toEqual([0, 32]);
  });

  test('a CALL as the last instruction of a block returns through both, one of no length does nothing', () => {
    const b = new Bench();
    const inner = block(b, 2, [['ADD_IMM32', { dst: 20, src: 20, imm: 100 }]]);
    const outer = block(b, 1, [
      set(4, DATA + 0x2000),
      ['MOV32', { dst: 6, imm: inner }],
      ['CALL', { address: 4, length: 6 }],
    ]);
    const { regs, depth } = b.run([
      set(0, DATA + 0x1000),
      ['MOV32', { dst: 2, imm: outer }],
      ['CALL', { address: 0, length: 2 }],
      ['MOV32', { dst: 2, imm: 0 }],
      ['CALL', { address: 0, length: 2 }],
      ['ADD_IMM32', { dst: 20, src: 20, imm: 1 }],
    ]);
    expect([regs[20], depth]).toEqual([101, 0]);
  });

  test('a block ends where its length says, whatever follows', () => {
    const b = new Bench();
    const size = block(b, 1, [
      ['ADD_IMM32', { dst: 20, src: 20, imm: 1 }],
      ['ADD_IMM32', { dst: 20, src: 20, imm: 100 }],
    ]);
    const { regs } = b.run([
      set(0, DATA + 0x1000),
      ['MOV32', { dst: 2, imm: size - 8 }],
      ['CALL', { address: 0, length: 2 }],
    ]);
    expect([regs[20], b.log]).toEqual([1, []]);
  });

  test('BRANCH reaches the first instruction of a block, and its end', () => {
    const b = new Bench();
    const size = block(b, 1, [
      ['ADD_IMM32', { dst: 20, src: 20, imm: 1 }],
      ['BRANCH', { value: 20, condition: 4, offset: -2 }],
      ['BRANCH', { condition: 6, offset: 1 }],
      ['MOV32', { dst: 20, imm: 100 }],
    ]);
    const { regs } = b.run([
      set(0, DATA + 0x1000),
      ['MOV32', { dst: 2, imm: size }],
      ['MOV32', { dst: 20, imm: 0xfffffffd }],
      ['CALL', { address: 0, length: 2 }],
      ['BRANCH', { condition: 6, offset: 1 }],
      ['MOV32', { dst: 20, imm: 200 }],
    ]);
    expect([regs[20], b.queue().hasWork, b.log]).toEqual([0, false, []]);
  });

  test('JUMP replaces the block: what would have followed is not executed', () => {
    const b = new Bench();
    const second = block(b, 2, [['ADD_IMM32', { dst: 20, src: 20, imm: 100 }]]);
    const first = block(b, 1, [
      set(4, DATA + 0x2000),
      ['MOV32', { dst: 6, imm: second }],
      ['JUMP', { address: 4, length: 6 }],
      ['MOV32', { dst: 20, imm: 0 }],
    ]);
    const { regs } = b.run([
      set(0, DATA + 0x1000),
      ['MOV32', { dst: 2, imm: first }],
      ['CALL', { address: 0, length: 2 }],
      ['ADD_IMM32', { dst: 20, src: 20, imm: 1 }],
    ]);
    expect(regs[20]).toBe(101);
  });

  /** A block that counts in r20 and calls itself while r21 is above 0. */
  function recursion(b: Bench, calls: number): Code[] {
    const size = block(b, 1, [
      ['ADD_IMM32', { dst: 20, src: 20, imm: 1 }],
      ['ADD_IMM32', { dst: 21, src: 21, imm: -1 }],
      ['BRANCH', { value: 21, condition: 0, offset: 1 }],
      ['CALL', { address: 0, length: 2 }],
    ]);
    return [
      set(0, DATA + 0x1000),
      ['MOV32', { dst: 2, imm: size }],
      ['MOV32', { dst: 21, imm: calls }],
      ['CALL', { address: 0, length: 2 }],
    ];
  }

  test('seven CALLs fit on the stack', () => {
    const b = new Bench();
    const { regs, depth } = b.run(recursion(b, 7));
    expect([regs[20], depth, b.log]).toEqual([7, 0, []]);
  });

  test('the eighth is an overflow', () => {
    const b = new Bench();
    const { regs } = b.run(recursion(b, 8));
    expect(regs[20]).toBe(7);
    expect(b.log).toEqual([`fatal 0 CS_CALL_STACK_OVERFLOW 0x${(DATA + 0x1018).toString(16)}`]);
  });

  test.each<[string, Code[]]>([
    [
      'a length that is no whole instruction',
      [
        ['MOV32', { dst: 2, imm: 12 }],
        ['CALL', { address: 0, length: 2 }],
      ],
    ],
    ['an address that is none', [set(0, DATA + 4), ['CALL', { address: 0, length: 2 }]]],
    ['JUMP out of the ring buffer', [['JUMP', { address: 0, length: 2 }]]],
    ['BRANCH before the ring buffer', [['BRANCH', { condition: 6, offset: -9 }]]],
    ['BRANCH behind what is there', [['BRANCH', { condition: 6, offset: 1 }]]],
    ['BRANCH with condition 7', [['BRANCH', { condition: 7 }]]],
    ['an unknown opcode', [0xc8n << 56n]],
    ['opcode 255', [0xffn << 56n]],
    ['the opcode between FINISH_TILING and FINISH_FRAGMENT', [10n << 56n]],
  ])('%s is an invalid instruction', (_what, code) => {
    const b = new Bench();
    b.run([set(0, DATA), ['MOV32', { dst: 2, imm: 8 }], ...code]);
    expect(b.log).toHaveLength(1);
    expect(b.log[0]).toMatch(/^fatal 0 CS_INSTR_INVALID 0xffff000000/);
  });

  test('BRANCH out of a called block is an invalid instruction', () => {
    const b = new Bench();
    const size = block(b, 1, [['BRANCH', { condition: 6, offset: -2 }]]);
    b.run([set(0, DATA + 0x1000), ['MOV32', { dst: 2, imm: size }], ['CALL', { address: 0, length: 2 }]]);
    expect(b.log).toEqual([`fatal 0 CS_INSTR_INVALID 0x${(DATA + 0x1000).toString(16)}`]);
  });

  test('the ring goes round', () => {
    const b = new Bench();
    for (let i = 0; i < 5; i++) {
      const code: Code[] = new Array(400).fill(['ADD_IMM32', { dst: 0, src: 0, imm: 1 }]);
      expect(b.run(code).regs[0]).toBe(400 * (i + 1));
    }
    expect(b.queue().ring.extract).toBe(16000);
  });
});
