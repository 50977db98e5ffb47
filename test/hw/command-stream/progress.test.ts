import { describe, expect, test } from 'vitest';
import { Bench, set } from './bench.ts';

describe('PROGRESS_WAIT', () => {
  test('waits for another queue of the group to count that far', () => {
    const b = new Bench(2);
    b.run([set(0, 2), ['PROGRESS_WAIT', { src: 0, queue: 1 }], ['MOV32', { dst: 5, imm: 1 }]], 0);
    b.run([['WAIT', { progress_increment: 1 }]], 1);
    expect([b.queue(0).regs[5], b.queue(0).blocked]).toEqual([0, 'PROGRESS_WAIT']);
    b.run([['WAIT', { progress_increment: 1 }]], 1);
    expect([b.queue(0).regs[5], b.queue(0).blocked]).toEqual([1, null]);
  });

  test('compares the upper half too', () => {
    const b = new Bench(2);
    b.run([set(0, 0x1_00000000), ['PROGRESS_WAIT', { src: 0, queue: 1 }], ['MOV32', { dst: 5, imm: 1 }]], 0);
    b.run([set(0, 0xffffffff), ['PROGRESS_STORE', { src: 0 }]], 1);
    expect(b.queue(0).regs[5]).toBe(0);
    b.run([['WAIT', { progress_increment: 1 }]], 1);
    expect(b.queue(0).regs[5]).toBe(1);
  });

  test('of a queue that does not exist is an invalid instruction', () => {
    const b = new Bench();
    b.run([['PROGRESS_WAIT', { src: 0, queue: 1 }]]);
    expect(b.log).toEqual(['fatal 0 CS_INSTR_INVALID 0xffff00000000']);
  });
});
