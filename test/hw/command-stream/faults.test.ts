import { describe, expect, test } from 'vitest';
import { run } from '../../../src/coroutine/op.ts';
import { AS_TRANSCFG, AS_TRANSCFG_ADRMODE_UNMAPPED, asRegister } from '../../../src/hw/registers.ts';
import { AS, Bench, type Code, DATA, HOLE, READ_ONLY, RINGS, set } from './bench.ts';

/** Access type, bits 9:8. */
const READ = 0x200;
const WRITE = 0x300;

const load: Code = ['LOAD_MULTIPLE', { dst: 10, address: 0, mask: 1 }];
const store: Code = ['STORE_MULTIPLE', { src: 10, address: 0, mask: 1 }];

describe('an access that the tables do not translate', () => {
  // Levels: DATA's own table, its neighbour in the same level 2 table, and so on.
  test.each([
    ['the last level', DATA + 0x10000, 3],
    ['level 2', DATA - 0x10000000, 2],
    ['level 1', HOLE, 1],
    ['level 0', 0x1000, 0],
  ])('fails at %s', (_where, va, level) => {
    for (const [code, access] of [
      [load, READ],
      [store, WRITE],
    ] as const) {
      const b = new Bench();
      b.run([set(0, va), code, ['MOV32', { dst: 11, imm: 1 }]]);
      expect(b.mmuFault()).toEqual({ status: 0xc0 + level + access, address: va, raised: 1 << AS });
      expect(b.log).toEqual([`fatal 0 CS_BUS_FAULT 0x${va.toString(16)}`]);
      expect(b.queue().regs[11]).toBe(0);
    }
  });

  test('of an address that is too long says so', () => {
    const b = new Bench();
    b.run([set(0, 0xffffffffffff), ['ADD_IMM64', { dst: 0, src: 0, imm: 1 }], load]);
    expect(b.mmuFault()).toEqual({ status: 0xe0 + READ, address: 2 ** 48, raised: 1 << AS });
  });

  test('of an address below 0 has all of its 64 bits in the register', () => {
    const b = new Bench();
    b.run([['STORE_MULTIPLE', { src: 10, address: 0, mask: 1, offset: -4096 }]]);
    const { status, address } = b.mmuFault();
    expect([status, address]).toEqual([0xe0 + WRITE, 2 ** 64 - 4096]);
  });

  test('in an address space without tables fails at level 0', () => {
    const b = new Bench();
    b.submit([set(0, DATA), load]);
    b.machine.regs.write64(asRegister(AS, AS_TRANSCFG), AS_TRANSCFG_ADRMODE_UNMAPPED, 0);
    run(b.processor.run(100));
    expect(b.mmuFault()).toEqual({ status: 0xc0 + READ, address: RINGS, raised: 1 << AS });
  });

  test('is found in the middle of a STORE_MULTIPLE, whose earlier words are written', () => {
    const b = new Bench();
    b.run([
      set(0, DATA + 0xfff8),
      ['MOV32', { dst: 11, imm: 7 }],
      ['STORE_MULTIPLE', { src: 10, address: 0, mask: 0xf }],
    ]);
    expect(b.mmuFault().address).toBe(DATA + 0x10000);
    expect(b.read32(DATA + 0xfffc)).toBe(7);
  });
});

test('what is mapped read-only can be read and not be written', () => {
  const b = new Bench();
  b.write(READ_ONLY, 0x1234);
  b.run([set(0, READ_ONLY), load, store]);
  expect(b.queue().regs[10]).toBe(0x1234);
  expect(b.mmuFault()).toEqual({ status: 0xc8 + 3 + WRITE, address: READ_ONLY, raised: 1 << AS });
  expect(b.log).toEqual([`fatal 0 CS_BUS_FAULT 0x${READ_ONLY.toString(16)}`]);
});

test.each<[string, Code]>([
  ['SYNC_ADD32', ['SYNC_ADD32', { address: 0, data: 2 }]],
  ['SYNC_SET64', ['SYNC_SET64', { address: 0, data: 2 }]],
  ['STORE_STATE', ['STORE_STATE', { address: 0 }]],
])('%s to read-only memory is a permission fault, and changes nothing', (_name, code) => {
  const b = new Bench();
  b.run([set(0, READ_ONLY), set(2, 1), code]);
  expect(b.mmuFault().status).toBe(0xcb + WRITE);
  expect(b.read64(READ_ONLY)).toBe(0);
  expect(b.log).toHaveLength(1);
});

test('SYNC_WAIT may wait in read-only memory', () => {
  const b = new Bench();
  b.run([set(0, READ_ONLY), ['SYNC_WAIT32', { address: 0, data: 2, reject_error: 1 }]]);
  expect([b.log, b.queue().blocked]).toEqual([[], null]);
});

test('a heap context that is not there is found by the operation', () => {
  const b = new Bench();
  b.run([set(0, HOLE), ['HEAP_SET', { address: 0 }], ['MOV32', { dst: 3, imm: 1 }], ['HEAP_OPERATION']]);
  expect(b.queue().regs[3]).toBe(1);
  expect(b.mmuFault().status).toBe(0xc1 + WRITE);
});

test('instructions are fetched as data: a hole is a read that fails, no-execute does not matter', () => {
  const b = new Bench();
  b.run([set(0, HOLE), ['MOV32', { dst: 2, imm: 8 }], ['CALL', { address: 0, length: 2 }]]);
  expect(b.mmuFault()).toEqual({ status: 0xc1 + READ, address: HOLE, raised: 1 << AS });
  expect(b.log).toEqual([`fatal 0 CS_BUS_FAULT 0x${HOLE.toString(16)}`]);
});

test('the first fault stays in the registers until the driver has seen it', () => {
  const b = new Bench(2);
  b.run([set(0, HOLE), load], 0);
  const first = b.mmuFault();
  b.group.halted = false;
  b.run([set(0, READ_ONLY), store], 1);
  expect(b.log).toHaveLength(2);
  expect(b.mmuFault()).toEqual(first);
});

test('a fatal exception ends the queue for good, and holds up the group until the driver ends it', () => {
  const b = new Bench(2);
  b.run([0xffn << 56n, ['MOV32', { dst: 0, imm: 1 }]], 0);
  b.run([['MOV32', { dst: 0, imm: 1 }]], 1);
  b.processor.start(b.queue(0));
  b.processor.wake();
  expect(run(b.processor.run(100))).toBe(false);
  expect([b.queue(0).regs[0], b.queue(1).regs[0]]).toEqual([0, 0]);
});

test('what was unmapped between two runs is gone, what was mapped is there', () => {
  const b = new Bench();
  b.run([set(0, DATA), load]);
  b.unmap(DATA);
  b.map(DATA + 0x10000, 1);
  b.run([set(0, DATA + 0x10000), store, set(0, DATA), load]);
  expect(b.log).toEqual([`fatal 0 CS_BUS_FAULT 0x${DATA.toString(16)}`]);
});

test('an address behind which there is no memory is a bus fault that the MMU knows nothing of', () => {
  const b = new Bench();
  b.noMemoryAt = DATA;
  b.run([set(0, DATA), load]);
  expect([b.log, b.mmuFault().raised]).toEqual([[`fatal 0 CS_BUS_FAULT 0x${DATA.toString(16)}`], 0]);
});
