import { describe, expect, test } from 'vitest';
import { INSTRUCTION_TABLE } from '../../../src/hw/command-stream/instruction-table.ts';
import { Bench, type Code, DATA, HOLE, set } from './bench.ts';

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

describe('everything else', () => {
  test('FLUSH_CACHE2 counts unless there was a flush since the id that it is given', () => {
    const b = new Bench();
    const flush = (id: number): Code[] => [
      ['MOV32', { dst: 0, imm: id }],
      ['FLUSH_CACHE2', { l2: 3, lsc: 3, other: 2, flush_id: 0 }],
    ];
    b.run([...flush(0), ...flush(0), ...flush(1), ['FLUSH_CACHE2', { flush_id: 0 }]]);
    expect(b.log).toEqual(['flush 1', 'flush 2']);
  });

  test('a flush id has 24 bits', () => {
    const b = new Bench();
    b.processor.core.flushId = 0xffffff;
    b.run([
      ['MOV32', { dst: 0, imm: 0xffffff }],
      ['FLUSH_CACHE2', { l2: 1, flush_id: 0 }],
    ]);
    b.run([['FLUSH_CACHE2', { l2: 1, flush_id: 0 }]]);
    expect(b.log).toEqual(['flush 0']);
  });

  test('PROGRESS_STORE, PROGRESS_LOAD, and tasks that ask to be counted', () => {
    const b = new Bench();
    const { regs } = b.run([
      set(0, 0xfffffffe),
      ['PROGRESS_STORE', { src: 0 }],
      ['WAIT', { progress_increment: 1 }],
      ['RUN_COMPUTE', { progress_increment: 1 }],
      ['WAIT', { wait: 0xff }],
      ['PROGRESS_LOAD', { dst: 2 }],
    ]);
    expect([...regs.subarray(2, 4)]).toEqual([0, 1]);
  });

  test('RUN_* and FINISH_TILING retire without touching memory, and say so', () => {
    const b = new Bench();
    const names = ['COMPUTE', 'TILING', 'IDVS', 'FRAGMENT', 'FULLSCREEN', 'COMPUTE_INDIRECT'];
    b.run([...names.map((name): Code => [`RUN_${name}`]), ['FINISH_TILING']]);
    expect(b.log).toEqual([4, 5, 6, 7, 8, 44, 9].map((opcode) => `unshaded ${opcode}`));
  });

  test('HEAP_OPERATION counts in the heap that HEAP_SET named, FINISH_FRAGMENT its render pass', () => {
    const b = new Bench();
    const operation = (n: number): Code => ['HEAP_OPERATION', { operation: n }];
    b.run([
      set(0, DATA),
      ['HEAP_SET', { address: 0 }],
      operation(0),
      operation(0),
      operation(1),
      operation(3),
    ]);
    b.run([['FINISH_FRAGMENT', { frag_end: 1 }], ['FINISH_FRAGMENT']]);
    const counters = b.processor.core.heapCounters(b.queue(), DATA);
    expect(counters).toEqual({ vtStart: 2, vtEnd: 1, fragEnd: 2 });
    b.run([operation(2)]);
    expect(b.log).toEqual([expect.stringContaining('CS_INSTR_INVALID')]);
  });

  test('SET_SB_ENTRY keeps both entries; what needs no hardware passes', () => {
    const b = new Bench();
    const { sbEntry } = b.run([
      ['SET_SB_ENTRY', { endpoint: 5, other: 7 }],
      ['REQ_RESOURCE', { compute: 1, tiler: 1 }],
      ['TRACE_POINT', { base: 3, count: 2 }],
      ['SET_EXCEPTION_HANDLER', { type: 2, address: 0, length: 2 }],
      ['NOP', { ignored: 0x1234 }],
    ]);
    expect([...sbEntry]).toEqual([5, 7]);
    expect([b.queue().ring.extract, b.log]).toEqual([40, []]);
  });

  test('PROT_REGION waits for protected mode, which never comes', () => {
    const b = new Bench();
    b.run([
      ['PROT_REGION', { size: 1 }],
      ['MOV32', { dst: 0, imm: 1 }],
    ]);
    b.processor.wake();
    expect(b.processor.run(100)).toBe(false);
    expect([b.queue().blocked, b.queue().regs[0]]).toEqual(['PROTM', 0]);
  });
});
