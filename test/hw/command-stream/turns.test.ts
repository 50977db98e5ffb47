import { describe, expect, test } from 'vitest';
import { run } from '../../../src/coroutine/op.ts';
import { Bench, type Code, DATA, set } from './bench.ts';

describe('turns', () => {
  const FOREVER: Code = ['BRANCH', { condition: 6, offset: -1 }];

  test('a stream that goes on for ever stays within its budget', () => {
    const b = new Bench();
    b.submit([FOREVER]);
    expect(run(b.processor.run(1000))).toBe(true);
    const { instructions } = b.processor.core;
    expect(instructions).toBeGreaterThanOrEqual(1000);
    expect(instructions).toBeLessThan(1000 + 256);
  });

  test('it does not keep others from their turn', () => {
    const b = new Bench(2, [15, 0]);
    b.submit([FOREVER], 0);
    b.submit(new Array(500).fill(['ADD_IMM32', { dst: 0, src: 0, imm: 1 }]), 1);
    expect(run(b.processor.run(2000))).toBe(true);
    expect(b.queue(1).regs[0]).toBe(500);
  });

  test('the queue with the higher priority goes first', () => {
    for (const priorities of [
      [1, 14],
      [14, 1],
    ]) {
      const b = new Bench(2, priorities);
      // Who comes second finds the other's mark.
      for (const [i, mark] of [1, 2].entries()) {
        b.submit(
          [
            set(0, DATA),
            ['LOAD_MULTIPLE', { dst: 5, address: 0, mask: 1 }],
            ['MOV32', { dst: 2, imm: mark }],
            ['STORE_MULTIPLE', { src: 2, address: 0, mask: 1 }],
          ],
          i,
        );
      }
      run(b.processor.run(1000));
      expect([b.queue(0).regs[5], b.queue(1).regs[5]]).toEqual(
        priorities[0] > priorities[1] ? [0, 1] : [2, 0],
      );
    }
  });

  test('a queue that is started twice has one turn at a time', () => {
    const b = new Bench();
    b.submit([FOREVER]);
    b.submit([['NOP']]);
    run(b.processor.run(1));
    expect(b.processor.core.instructions).toBe(256);
  });

  test('a queue that stops does not stop others', () => {
    const b = new Bench(2);
    b.submit([FOREVER], 0);
    b.submit([['MOV32', { dst: 0, imm: 1 }]], 1);
    b.processor.stop(b.queue(0));
    expect(run(b.processor.run(1000))).toBe(false);
    expect(b.queue(1).regs[0]).toBe(1);
  });

  test('a queue that has lost its slot stops, and goes on where it was', () => {
    const b = new Bench();
    b.submit([...new Array(300).fill(['ADD_IMM32', { dst: 0, src: 0, imm: 1 }])]);
    run(b.processor.run(1));
    expect(b.queue().regs[0]).toBe(256);
    b.processor.stop(b.queue());
    expect(run(b.processor.run(1000))).toBe(false);
    expect(b.queue().regs[0]).toBe(256);
    b.processor.start(b.queue());
    run(b.processor.run(1000));
    expect(b.queue().regs[0]).toBe(300);
  });
});
