import { expect, test } from 'vitest';
import type { PanthorQueue } from '../../src/driver/sched/queue.ts';
import { StreamNotices } from '../../src/firmware/stream-notices.ts';
import { CS_BUS_FAULT, CS_INHERIT_FAULT, CS_INSTR_INVALID } from '../../src/hw/command-stream/exceptions.ts';
import { RUN_IDVS } from '../../src/hw/command-stream/opcodes.ts';

/** A queue of a VM, as far as notices look at it. */
function queueOf(lastFault: { address: number; status: number } | null): PanthorQueue {
  const vm = { id: 3, as: 1, lastFault, hasUnhandledFaults: () => lastFault !== null };
  return { index: 2, group: { vm } } as unknown as PanthorQueue;
}

test('notices say what the kernel would log, and what is not done here', () => {
  const lines: string[] = [];
  const notices = new StreamNotices((line) => lines.push(line));
  notices.unshaded(RUN_IDVS);
  notices.fatal(queueOf({ address: 0x7f0000001000, status: 0x3c3 }), CS_BUS_FAULT, 0x7f0000001000);
  notices.fatal(queueOf({ address: 0x1000, status: 0x2c8 }), CS_INSTR_INVALID, 0x2000);
  notices.fatal(queueOf(null), CS_BUS_FAULT, 0x1002);
  notices.fault(queueOf(null), CS_INHERIT_FAULT);
  expect(lines).toEqual([
    'no shader is executed here: RUN_IDVS and the like end at once, without a result',
    'page fault in VM 3 at 0x7f0000001000: TRANSLATION_FAULT_3, WRITE (AS1, raw fault status: 0x000003C3)',
    'CS_FATAL in queue 2: CS_INSTR_INVALID at 0x2000',
    'CS_FATAL in queue 2: CS_BUS_FAULT at 0x1002',
    'CS_FAULT in queue 2: CS_INHERIT_FAULT',
  ]);
});

test('a client that faults for ever does not fill the terminal', () => {
  const lines: string[] = [];
  const notices = new StreamNotices((line) => lines.push(line));
  for (let i = 0; i < 1000; i++) notices.fault(queueOf(null), CS_INHERIT_FAULT);
  expect(lines).toHaveLength(17);
  expect(lines[16]).toBe('further faults are not shown');
});
