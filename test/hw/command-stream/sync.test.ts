import { describe, expect, test } from 'vitest';
import { run } from '../../../src/coroutine/op.ts';
import { Bench, type Code, DATA, set } from './bench.ts';

const LE = 0;
const GT = 1;
const CSG = 2;
const NUMBERS = [0, 1, 0x7fffffff, 0xffffffff];
const WIDE = [...NUMBERS, 0x100000000, 0x1_00000001, 0x7fff_ffffffff];

describe('SYNC_ADD and SYNC_SET', () => {
  test.each([
    [5, 3, 8],
    [0xffffffff, 1, 0x100000000],
    [0x1_ffffffff, 0x1_00000001, 0x3_00000000],
  ])('SYNC_ADD64 of %d and %d', (from, by, to) => {
    const b = new Bench();
    b.write(DATA, from >>> 0, Math.floor(from / 2 ** 32));
    b.run([set(0, DATA), set(2, by), ['SYNC_ADD64', { address: 0, data: 2 }]]);
    expect(b.read64(DATA)).toBe(to);
  });

  test('SYNC_ADD32 wraps within its word', () => {
    const b = new Bench();
    b.write(DATA, 0xffffffff, 7);
    b.run([set(0, DATA), set(2, 2), ['SYNC_ADD32', { address: 0, data: 2 }]]);
    expect([b.read32(DATA), b.read32(DATA + 4)]).toEqual([1, 7]);
  });

  test('SYNC_SET writes as many words as it is wide', () => {
    const b = new Bench();
    b.write(DATA, 1, 1, 1, 1);
    b.run([
      set(0, DATA),
      set(2, 0x500000006),
      ['SYNC_SET32', { address: 0, data: 2 }],
      set(0, DATA + 8),
      ['SYNC_SET64', { address: 0, data: 2 }],
    ]);
    expect([b.read64(DATA), b.read64(DATA + 8)]).toEqual([0x1_00000006, 0x5_00000006]);
  });

  test.each([
    ['SYNC_ADD32', 4],
    ['SYNC_SET32', 4],
    ['SYNC_ADD64', 8],
    ['SYNC_SET64', 8],
  ])('%s with error propagation writes the status %d bytes on', (name, at) => {
    const b = new Bench();
    b.write(DATA, 0, 9, 9, 9);
    const code = (propagate_error: number): Code[] => [
      set(0, DATA),
      set(2, 1),
      [name, { address: 0, data: 2, propagate_error }],
    ];
    b.queue().error = true;
    b.run(code(0));
    expect(b.read32(DATA + at)).toBe(at === 4 || name.endsWith('64') ? 9 : 0);
    b.run(code(1));
    expect(b.read32(DATA + at)).toBe(1);
    b.run([['ERROR_BARRIER'], ...code(1)]);
    expect(b.read32(DATA + at)).toBe(0);
  });

  test('the driver hears of those with system scope, not of those with the scope of the group', () => {
    const b = new Bench();
    b.run([
      set(0, DATA),
      ['SYNC_ADD32', { address: 0, data: 2, scope: CSG }],
      ['SYNC_SET64', { address: 0, data: 2, scope: CSG }],
    ]);
    expect(b.log).toEqual([]);
    b.run([['SYNC_SET32', { address: 0, data: 2 }]]);
    expect(b.log).toEqual(['sync 0']);
  });

  test.each([
    ['SYNC_ADD32', 2],
    ['SYNC_SET64', 4],
    ['SYNC_WAIT64', 4],
  ])('%s needs an aligned address', (name, off) => {
    const b = new Bench();
    b.run([set(0, DATA + off), [name, { address: 0, data: 2 }]]);
    expect(b.log).toEqual([expect.stringContaining('fatal 0 CS_BUS_FAULT')]);
  });
});

describe('SYNC_WAIT', () => {
  function passes(name: string, value: number, ref: number, condition: number): boolean {
    const b = new Bench();
    b.write(DATA, value >>> 0, Math.floor(value / 2 ** 32));
    const { blocked } = b.run([
      set(0, DATA),
      set(2, ref),
      [name, { address: 0, data: 2, condition, reject_error: 1 }],
    ]);
    return blocked === null;
  }

  test('compares 32 bits without a sign', () => {
    for (const value of NUMBERS) {
      for (const ref of NUMBERS) {
        expect([value, ref, passes('SYNC_WAIT32', value, ref, GT)]).toEqual([value, ref, value > ref]);
        expect([value, ref, passes('SYNC_WAIT32', value, ref, LE)]).toEqual([value, ref, value <= ref]);
      }
    }
  });

  test('compares 64 bits without a sign', () => {
    for (const value of WIDE) {
      for (const ref of WIDE) {
        expect([value, ref, passes('SYNC_WAIT64', value, ref, GT)]).toEqual([value, ref, value > ref]);
        expect([value, ref, passes('SYNC_WAIT64', value, ref, LE)]).toEqual([value, ref, value <= ref]);
      }
    }
  });

  test.each([2, 3, 4, 5, 6, 7, 15])('knows no condition %d', (condition) => {
    const b = new Bench();
    b.run([set(0, DATA), ['SYNC_WAIT32', { address: 0, data: 2, condition }]]);
    expect(b.log).toEqual([expect.stringContaining('CS_INSTR_INVALID')]);
  });

  const waitFor = (ref: number): Code[] => [
    set(0, DATA),
    set(2, ref),
    ['SYNC_WAIT64', { address: 0, data: 2, condition: GT }],
    ['ADD_IMM32', { dst: 10, src: 10, imm: 1 }],
  ];
  const add = (by: number, scope = 0): Code[] => [
    set(0, DATA),
    set(2, by),
    ['SYNC_ADD64', { address: 0, data: 2, scope }],
  ];

  test('blocks its queue alone, which goes on when another queue has changed the value', () => {
    const b = new Bench(3);
    b.run(waitFor(1), 0);
    b.run([['MOV32', { dst: 10, imm: 5 }]], 1);
    expect([b.queue(0).regs[10], b.queue(1).regs[10], b.processor.waiting]).toEqual([0, 5, true]);
    b.run(add(1), 1);
    expect([b.queue(0).regs[10], b.queue(0).blocked]).toEqual([0, 'SYNC_WAIT']);
    b.run(add(1, CSG), 2);
    expect([b.queue(0).regs[10], b.queue(0).blocked, b.processor.waiting]).toEqual([1, null, false]);
    expect(b.log).toEqual(['SYNC_WAIT 0', 'sync 1', 'goes on 0']);
  });

  test('sees what is written without any instruction when it is woken', () => {
    const b = new Bench();
    b.run(waitFor(1));
    b.write(DATA, 2);
    expect(run(b.processor.run(100))).toBe(false);
    expect(b.queue().regs[10]).toBe(0);
    b.processor.wake();
    run(b.processor.run(100));
    expect(b.queue().regs[10]).toBe(1);
  });

  test('two queues that hand a turn to each other run in step, within one run', () => {
    const b = new Bench(2);
    const turn = (mine: number, theirs: number): Code[] => [
      set(0, mine),
      set(2, theirs),
      set(4, 0),
      set(6, 1),
      ['MOV32', { dst: 20, imm: 50 }],
      ['SYNC_WAIT64', { address: 0, data: 4, condition: GT }],
      ['ADD_IMM64', { dst: 4, src: 4, imm: 1 }],
      ['SYNC_ADD64', { address: 2, data: 6, scope: CSG }],
      ['ADD_IMM32', { dst: 20, src: 20, imm: -1 }],
      ['BRANCH', { value: 20, condition: 1, offset: -5 }],
    ];
    b.write(DATA, 1);
    b.submit(turn(DATA, DATA + 16), 0);
    b.submit(turn(DATA + 16, DATA), 1);
    expect(run(b.processor.run(10_000))).toBe(false);
    expect([b.read64(DATA), b.read64(DATA + 16)]).toEqual([51, 50]);
    expect([b.queue(0).hasWork, b.queue(1).hasWork]).toEqual([false, false]);
  });

  test('takes an error over, unless it rejects errors: a fault of this queue, until an ERROR_BARRIER', () => {
    const b = new Bench();
    b.write(DATA, 5, 0, 1);
    b.write(DATA + 16, 0, 0, 9);
    const check: Code[] = [
      set(4, DATA + 16),
      set(6, 1),
      ['SYNC_ADD64', { address: 4, data: 6, propagate_error: 1, scope: CSG }],
    ];
    const wait = (reject_error: number): Code[] => [
      set(0, DATA),
      ['SYNC_WAIT64', { address: 0, data: 2, condition: GT, reject_error }],
    ];
    b.run([...wait(1), ...check]);
    expect([b.log, b.read32(DATA + 24)]).toEqual([[], 0]);
    b.run([...wait(0), ...check]);
    expect([b.log, b.read32(DATA + 24)]).toEqual([['fault 0 CS_INHERIT_FAULT'], 1]);
    b.run([['ERROR_BARRIER'], ...check]);
    expect([b.read64(DATA + 16), b.read32(DATA + 24)]).toEqual([3, 0]);
  });
});
