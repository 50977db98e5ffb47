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
    // As 6.12 says them.
    ['panthor fb000000.gpu: [drm] job timeout', 'job-timeout'],
    ['panthor fb000000.gpu: [drm] *ERROR* FW fast reset failed, trying a slow reset', 'reset'],
    [
      "panthor fb000000.gpu: [drm] *ERROR* FW slow reset failed (couldn't flush FW's AS l2cache)",
      'fw-timeout',
    ],
    // As 7.2 does.
    ['panthor fb000000.gpu: [drm] *ERROR* Fast reset failed, trying a slow reset', 'reset'],
    ['panthor fb000000.gpu: [drm] *ERROR* FW slow reset failed', 'fw-timeout'],
    ['panthor fb000000.gpu: [drm] *ERROR* Failed to boot MCU (status=fatal)', 'fw-timeout'],
    ['panthor fb000000.gpu: [drm] *ERROR* Soft reset timeout', 'reset-timeout'],
    ['panthor fb000000.gpu: [drm] *ERROR* RESET timed out (0x3)', 'reset-timeout'],
    ['panthor fb000000.gpu: [drm] GPU Fault in protected mode', 'gpu-fault'],
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

  it.each([
    ['dmesg -d', '[  101.000001 <    0.004000>] ', 101.000001],
    ['dmesg -x', 'kern  :err   : [  101.000001] ', 101.000001],
    ['PRINTK_CALLER', '[  101.000001][  T123] ', 101.000001],
    ['journalctl -o short-monotonic', '[  101.000001] rock-5b kernel: ', 101.000001],
    ['journalctl', 'Nov 27 17:48:45 rock-5b kernel: ', null],
    ['dmesg -T', '[Fri Nov 27 17:48:45 2026] ', null],
    ['a serial console', '<3>[  101.000001] ', 101.000001],
    ['a mail', '> > [  101.000001] ', 101.000001],
    ['dmesg in colour', '\x1b[32m[  101.000001] \x1b[0m\x1b[33m', 101.000001],
  ])('are found as %s has them', (_, front, seconds) => {
    const page = (as: number, va: string, status: string): string =>
      `${front}panthor fb000000.gpu: [drm] *ERROR* Unhandled Page fault in AS${as} at VA 0x${va}\r\n` +
      `               raw fault status: 0x${status}\r\n               decoded fault status: SLAVE FAULT\r\n`;
    const other = `${front}systemd[1]: Started Session 12 of User root at 0x1234.\n`.repeat(200);
    const text = `${other}${page(1, '00007F1200345AC0', '210002C1')}${other}${page(3, '0000000000001000', '3C3')}`;
    expect(parseLog(text + other)).toEqual([
      { kind: 'page-fault', seconds, as: 1, va: 0x7f1200345ac0n, status: 0x210002c1 },
      { kind: 'page-fault', seconds, as: 3, va: 0x1000n, status: 0x3c3 },
    ]);
  });

  it('are found in a line of /dev/kmsg, and where a mail broke them', () => {
    const fault = { kind: 'page-fault', as: 1, va: 0x1000n, status: 0x2c3 };
    const kmsg =
      '3,1042,101000001,-;panthor fb000000.gpu: [drm] *ERROR* Unhandled Page fault in AS1 at VA 0x0000000000001000' +
      '\\x0araw fault status: 0x2C3\\x0adecoded fault status: SLAVE FAULT\n SUBSYSTEM=platform\n';
    expect(parseLog(kmsg)).toEqual([{ ...fault, seconds: 101.000001 }]);
    const broken =
      '> panthor fb000000.gpu: [drm] *ERROR* Unhandled Page fault in AS1 at VA\n> 0x0000000000001000\n' +
      '>                raw fault status:\n> 0x2C3\n';
    expect(parseLog(broken)).toEqual([{ ...fault, seconds: null }]);
  });

  it('of one CS_FATAL are one, with the exception of a later line, in messages of different stamps', () => {
    const log = [
      '[  7.000000] panthor fb000000.gpu: [drm] CS_FATAL: pid=1, comm=x',
      '[  7.000007] panthor fb000000.gpu: [drm] CSG slot 0 CS slot: 0',
      '             CS_FATAL.EXCEPTION_TYPE: 0x49 (CS_INSTR_INVALID)',
      '             CS_FATAL.EXCEPTION_DATA: 0x7',
      '             CS_FATAL_INFO.EXCEPTION_DATA: 0x1000040',
    ].join('\n');
    const fault = { kind: 'cs-fault', text: 'CS_FATAL: pid=1, comm=x', exception: 0x49, va: 0x1000040n };
    expect(parseLog(log)).toMatchObject([fault]);
    expect(parseLog(`${log}\n${log}`)).toMatchObject([fault, fault]);
    // 6.12 does not say whose group it was.
    const without = log.split('\n').slice(1).join('\n');
    expect(parseLog(`${without}\n${without}\n${log}`)).toMatchObject([
      { ...fault, text: 'CSG slot 0 CS slot: 0' },
      { ...fault, text: 'CSG slot 0 CS slot: 0' },
      fault,
    ]);
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
