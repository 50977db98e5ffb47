import type { CaptureRecord } from '../capture/record.ts';
import type { UserMemory } from '../driver/base/uaccess.ts';

/** Where the argument is put: above every user address, so that no buffer is there too. */
export const ARGUMENT_ADDRESS = 2 ** 52;

/**
 * Puts a record's argument and buffers, as they were before the call, into user memory. Returns the argument's place in
 * `mem.data`, or 0 for a call without one.
 */
export function loadPayload(record: CaptureRecord, mem: UserMemory): number {
  mem.reset();
  const { argSize, bufferCount } = record;
  let at = 0;
  if (argSize > 0) {
    at = mem.claim(ARGUMENT_ADDRESS, argSize);
    copy(record, record.argInAt, argSize, mem, at);
  }
  for (let i = 0; i < bufferCount; i++) {
    const b = record.buffers[i];
    const { inSize, outSize } = b;
    // A recorder may leave out what a buffer held that the call only writes.
    const place = mem.claim(b.addr, inSize > outSize ? inSize : outSize);
    copy(record, b.inAt, inSize, mem, place);
    if (inSize < outSize) mem.data.fill(0, place + inSize, place + outSize);
  }
  return at;
}

/** For the few bytes that most structs have, a loop over their words beats subarray() and set(). */
function copy(record: CaptureRecord, at: number, size: number, mem: UserMemory, place: number): void {
  if (size > MANY) {
    mem.data.set(record.bytes.subarray(at, at + size), place);
    return;
  }
  const from = record.view;
  const to = mem.view;
  const words = size & ~3;
  for (let i = 0; i < words; i += 4) to.setInt32(place + i, from.getInt32(at + i, true), true);
  for (let i = words; i < size; i++) to.setUint8(place + i, from.getUint8(at + i));
}

const MANY = 256;
