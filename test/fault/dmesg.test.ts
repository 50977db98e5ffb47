import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { diagnose } from '../../src/fault/diagnose.ts';
import { parseLog } from '../../src/fault/dmesg.ts';
import { diagnosesText } from '../../src/fault/report.ts';
import { decodeFaultStatus } from '../../src/hw/fault-status.ts';

const BOARD = readFileSync(resolve(import.meta.dirname, '../fixtures/cases/dmesg-fault.txt'), 'utf8');

describe('the kernel’s lines', () => {
  it('are found with slot, address and raw status', () => {
    expect(parseLog(BOARD)).toEqual([
      { kind: 'page-fault', seconds: 101.000001, as: 2, va: 0x7f1200345ac0n, status: 0x210002c1 },
    ]);
  });

  it('are explained without a capture', () => {
    expect(diagnosesText(diagnose(parseLog(BOARD), null), false)).toBe(
      'page fault in AS 2 at VA 0x7f1200345ac0 at 101.000001 s\n' +
        '  TRANSLATION_FAULT_1, READ, source 0x2100: no valid descriptor in the level 1 table\n',
    );
  });

  it.each([
    ['panthor fb000000.gpu: [drm] *ERROR* AS_ACTIVE bit stuck', 'as-active-stuck'],
    ['panthor fb000000.gpu: [drm] *ERROR* Flush caches timeout', 'flush-timeout'],
    ['panthor fb000000.gpu: [drm] CSG slot 3 progress timeout', 'job-timeout'],
    ['panthor fb000000.gpu: [drm] job timeout: pid=12, comm=vkcube, seqno=5', 'job-timeout'],
    ['panthor fb000000.gpu: [drm] *ERROR* FW ping timeout, scheduling a reset', 'fw-timeout'],
    ['panthor fb000000.gpu: [drm] Failed to extend the tiler heap', 'heap-oom'],
    [
      'panthor fb000000.gpu: [drm] *ERROR* Failed to boot MCU after reset, making device unusable.',
      'device-lost',
    ],
    [
      'panthor fb000000.gpu: [drm] GPU Fault 0x00000088 (GPU_SHAREABILITY_FAULT) at 0x0000000001000000',
      'gpu-fault',
    ],
  ])('%s: %s', (line, kind) => {
    expect(parseLog(`[  5.000000] ${line}`)).toMatchObject([{ kind, seconds: 5 }]);
  });

  it('of one CS_FATAL are one, with the exception of a later line', () => {
    const log = [
      '[  7.000000] panthor fb000000.gpu: [drm] CS_FATAL: pid=1, comm=x',
      '[  7.000000] CSG slot 0 CS slot: 0',
      '[  7.000000] CS_FATAL.EXCEPTION_TYPE: 0x49 (CS_INSTR_INVALID)',
      '[  7.000000] CS_FATAL_INFO.DATA: 0x1000040',
    ].join('\n');
    expect(parseLog(log)).toMatchObject([{ kind: 'cs-fault', exception: 0x49, va: 0x1000040n }]);
  });

  it('take strangers’ bytes for what they are', () => {
    expect(parseLog('\x1b[2J AS_ACTIVE bit stuck')).toHaveLength(1);
    expect(diagnosesText(diagnose(parseLog('\x1b[2J AS_ACTIVE bit stuck'), null), false)).not.toContain(
      '\x1b',
    );
    expect(parseLog('x'.repeat(1 << 20))).toEqual([]);
  });
});

describe('AS_FAULTSTATUS', () => {
  it('has type, level, access and source', () => {
    expect(decodeFaultStatus(0x210002c1)).toMatchObject({
      name: 'TRANSLATION_FAULT_1',
      faultClass: 'translation',
      level: 1,
      access: 'READ',
      sourceId: 0x2100,
    });
    expect(decodeFaultStatus(0x3cb)).toMatchObject({ faultClass: 'permission', level: 3, access: 'WRITE' });
    expect(decodeFaultStatus(0x1e5)).toMatchObject({
      faultClass: 'address-size',
      level: 1,
      access: 'EXECUTE',
    });
    expect(decodeFaultStatus(0xff)).toMatchObject({ name: '0xff', faultClass: 'other', level: null });
  });
});
