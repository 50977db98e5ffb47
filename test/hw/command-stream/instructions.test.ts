import { describe, expect, test } from 'vitest';
import { INSTRUCTION_TABLE } from '../../../src/hw/command-stream/instruction-table.ts';
import {
  decodeInstruction,
  encodeInstruction,
  instructionText,
  parseInstruction,
} from '../../../src/hw/command-stream/instruction-text.ts';

/** Words put together bit by bit from the positions in v10.xml and in the kernel's prepare_job_instrs(). */
const KNOWN: [bits: bigint, name: string, fields: Record<string, number>, text: string][] = [
  [0n, 'NOP', { ignored: 0 }, 'NOP'],
  [
    (1n << 56n) | (68n << 48n) | 0x7f1234567890n,
    'MOV48',
    { dst: 68, imm: 0x7f1234567890 },
    'MOV48 dst=d68 imm=0x7f1234567890',
  ],
  [
    (2n << 56n) | (70n << 48n) | 0xdeadbeefn,
    'MOV32',
    { dst: 70, imm: 0xdeadbeef },
    'MOV32 dst=r70 imm=0xdeadbeef',
  ],
  [
    (3n << 56n) | (1n << 32n) | (0xffn << 16n),
    'WAIT',
    { wait: 0xff, progress_increment: 1 },
    'WAIT wait=0xff progress_increment=1',
  ],
  [
    (16n << 56n) | (5n << 48n) | (6n << 40n) | 0xfffffff8n,
    'ADD_IMM32',
    { dst: 5, src: 6, imm: -8 },
    'ADD_IMM32 dst=r5 src=r6 imm=-8',
  ],
  [
    (21n << 56n) | (70n << 48n) | (68n << 40n) | (1n << 16n) | 0x8000n,
    'STORE_MULTIPLE',
    { src: 70, address: 68, mask: 1, offset: -32768 },
    'STORE_MULTIPLE src=r70 address=d68 mask=1 offset=-32768',
  ],
  [
    (22n << 56n) | (9n << 40n) | (5n << 28n) | 0xfffen,
    'BRANCH',
    { value: 9, condition: 5, offset: -2 },
    'BRANCH value=r9 condition=ge offset=-2',
  ],
  [
    (32n << 56n) | (92n << 40n) | (94n << 32n),
    'CALL',
    { address: 92, length: 94 },
    'CALL address=d92 length=r94',
  ],
  [
    (36n << 56n) | (94n << 40n) | 0x233n,
    'FLUSH_CACHE2',
    { l2: 3, lsc: 3, other: 2, flush_id: 94, wait: 0, signal: 0 },
    'FLUSH_CACHE2 l2=clean_invalidate lsc=clean_invalidate other=invalidate flush_id=r94',
  ],
  [
    (40n << 56n) | (92n << 40n) | (1n << 32n),
    'STORE_STATE',
    { address: 92, offset: 0, state: 1, wait: 0, signal: 0 },
    'STORE_STATE address=d92 state=cycle_count',
  ],
  [
    (51n << 56n) | (92n << 40n) | (94n << 32n) | 1n,
    'SYNC_ADD64',
    { address: 92, data: 94, propagate_error: 1, scope: 0, wait: 0, signal: 0 },
    'SYNC_ADD64 address=d92 data=d94 propagate_error=1 scope=system',
  ],
  [
    (39n << 56n) | (8n << 40n) | (10n << 32n) | (1n << 28n) | 1n,
    'SYNC_WAIT32',
    { address: 8, data: 10, condition: 1, reject_error: 1 },
    'SYNC_WAIT32 address=d8 data=r10 condition=gt reject_error=1',
  ],
  [
    (49n << 56n) | (7n << 48n) | (3n << 32n) | (0x12n << 16n),
    'HEAP_OPERATION',
    { operation: 3, wait: 0x12, signal: 7 },
    'HEAP_OPERATION operation=frag_end wait=0x12 signal=7',
  ],
];

describe.each(KNOWN)('%# %s %s', (bits, name, fields, text) => {
  const lo = Number(bits & 0xffffffffn);
  const hi = Number(bits >> 32n);

  test('is taken apart', () => {
    const decoded = decodeInstruction(lo, hi);
    expect([decoded?.spec.name, decoded?.fields]).toEqual([name, fields]);
    expect(instructionText(lo, hi)).toBe(text);
  });

  test('is put together', () => {
    expect(encodeInstruction(name, fields)).toEqual([lo, hi]);
    expect(parseInstruction(text)).toEqual([lo, hi]);
  });
});

test('every field of every instruction comes back as it was encoded, at both ends of its range', () => {
  let count = 0;
  for (const { name, fields } of INSTRUCTION_TABLE) {
    for (const { name: field, bits, kind } of fields) {
      const low = kind === 'int' ? -(2 ** (bits - 1)) : 0;
      for (const value of [low, low + 2 ** bits - 1]) {
        const decoded = decodeInstruction(...encodeInstruction(name, { [field]: value }));
        for (const one of fields) {
          expect(decoded?.fields[one.name], `${name}.${one.name}`).toBe(one.name === field ? value : 0);
        }
        count++;
      }
    }
  }
  expect(count).toBeGreaterThan(200);
});

test('what does not exist or does not fit is refused', () => {
  expect(decodeInstruction(0, 200 << 24)).toBe(null);
  expect(instructionText(0, (200 << 24) >>> 0)).toBe('unknown 200');
  expect(() => encodeInstruction('MOVE')).toThrow('no instruction MOVE');
  expect(() => encodeInstruction('MOV32', { imm: 2 ** 32 })).toThrow('does not fit');
  expect(() => encodeInstruction('MOV32', { src: 1 })).toThrow('has no field src');
});
