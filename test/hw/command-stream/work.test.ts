import { describe, expect, test } from 'vitest';
import { run } from '../../../src/coroutine/op.ts';
import { Bench, type Code, DATA, set } from './bench.ts';

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
    expect(run(b.processor.run(100))).toBe(false);
    expect([b.queue().blocked, b.queue().regs[0]]).toEqual(['PROTM', 0]);
  });
});
