import { describe, expect, it } from 'vitest';
import { kernel } from '../../src/driver/kernels.ts';
import { diagnose } from '../../src/fault/diagnose.ts';
import type { LogLine } from '../../src/fault/dmesg.ts';
import { CaptureHistory } from '../../src/history/capture-history.ts';
import { History } from '../replay/builder.ts';

const VA = 0x1000000;
const MAP = 0;
const UNMAP = 1 << 28;

/** A client that binds an object at VA, unbinds it, and binds another there. Record numbers are times in ns. */
function history(): CaptureHistory {
  const capture = new History({ replies: 'model' })
    .call('VM_CREATE', { user_va_range: '0x800000000000' }, { id: 1 })
    .call('BO_CREATE', { size: 0x2000 }, { handle: 1, size: 0x2000 })
    .call('BO_CREATE', { size: 0x2000 }, { handle: 2, size: 0x2000 })
    .bind(1, 0, [{ flags: MAP, bo_handle: 1, va: VA, size: 0x2000 }])
    .bind(1, 0, [{ flags: UNMAP >>> 0, va: VA, size: 0x2000 }])
    .bind(1, 0, [{ flags: MAP, bo_handle: 2, va: VA, size: 0x2000 }])
    .bind(1, 0, [{ flags: MAP, bo_handle: 1, va: VA, size: 0x2000 }]);
  const played = new CaptureHistory(capture.header, { kernel: kernel('next') });
  for (const record of capture.records) played.step(record);
  return played;
}

const fault: LogLine = { kind: 'page-fault', seconds: null, as: 1, va: BigInt(VA), status: 0x2c3 };

describe('the moment of a fault', () => {
  it.each([
    [2, 'bound-later'],
    [3, 'mapped-then'],
    [4, 'use-after-unmap'],
    [5, 'mapped-then'],
    [6, 'replaced'],
  ])('after record %i: %s', (at, kind) => {
    expect(diagnose([fault], history(), { at })[0].cause?.kind).toBe(kind);
  });

  it('is found by the time stamp where the clocks agree, else it is the end', () => {
    const stamped = diagnose([{ ...fault, seconds: 4e-9 }], history())[0];
    expect([stamped.at, stamped.byTime, stamped.cause?.kind]).toEqual([4, true, 'use-after-unmap']);
    const later = diagnose([{ ...fault, seconds: 1e6 }], history())[0];
    expect([later.at, later.byTime, later.cause?.kind]).toEqual([6, false, 'replaced']);
  });
});
