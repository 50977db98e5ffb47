/** States at which a part of a space is entered: how to get there, and what tells them apart; and as text, for other machines. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';

export interface Entry {
  /** Fingerprint. */
  lane0: number;
  lane1: number;
  schedule: Uint8Array;
}

/** Short schedules first, then in the order of their steps: states behind a short one are often those of longer ones. */
function byLength(a: Uint8Array, b: Uint8Array): number {
  if (a.length !== b.length) return a.length - b.length;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i] - b[i];
  return 0;
}

/** Entries of one part, each state once, by the first of its schedules in the order of byLength(). */
export class Entries {
  readonly #byPrint = new Map<string, Entry>();

  get size(): number {
    return this.#byPrint.size;
  }

  /** `length` steps of `schedule` lead to the state; they are copied where it is new. */
  add(lane0: number, lane1: number, schedule: Uint8Array, length = schedule.length): void {
    const print = `${lane0} ${lane1}`;
    const known = this.#byPrint.get(print);
    const steps = schedule.subarray(0, length);
    if (known !== undefined && byLength(known.schedule, steps) <= 0) return;
    this.#byPrint.set(print, { lane0, lane1, schedule: steps.slice() });
  }

  sorted(): Entry[] {
    return [...this.#byPrint.values()].sort((a, b) => byLength(a.schedule, b.schedule));
  }
}

/** Bytes of an entry before its steps: fingerprint, steps, and how many of them are those of the entry before. */
const HEAD = 12;
/** No part has as many bytes of entries: text that grows beyond when it is inflated is none of ours. */
const MAX_BYTES = 2 ** 30;

/** Entries as base64: each with the steps in which it differs from the one before, deflated. */
export function encodeEntries(entries: readonly Entry[]): string {
  const chunks: Buffer[] = [];
  let last = new Uint8Array(0);
  for (const { lane0, lane1, schedule } of entries) {
    let shared = 0;
    while (shared < last.length && shared < schedule.length && last[shared] === schedule[shared]) shared++;
    const head = Buffer.alloc(HEAD);
    head.writeInt32LE(lane0, 0);
    head.writeInt32LE(lane1, 4);
    head.writeUInt16LE(schedule.length, 8);
    head.writeUInt16LE(shared, 10);
    chunks.push(head, Buffer.from(schedule.subarray(shared)));
    last = new Uint8Array(schedule);
  }
  return deflateRawSync(Buffer.concat(chunks)).toString('base64');
}

/** @throws RangeError for text that encodeEntries() did not write */
export function decodeEntries(text: string): Entry[] {
  const bytes = inflate(text);
  const entries: Entry[] = [];
  let last = new Uint8Array(0);
  for (let at = 0; at < bytes.length; ) {
    if (at + HEAD > bytes.length) throw new RangeError(`entries end within one, at byte ${at}`);
    const length = bytes.readUInt16LE(at + 8);
    const shared = bytes.readUInt16LE(at + 10);
    const end = at + HEAD + length - shared;
    if (shared > length || shared > last.length || end > bytes.length)
      throw new RangeError(`entries: ${length} steps, ${shared} of them known, at byte ${at}`);
    const schedule = new Uint8Array(length);
    schedule.set(last.subarray(0, shared));
    schedule.set(bytes.subarray(at + HEAD, end), shared);
    entries.push({ lane0: bytes.readInt32LE(at), lane1: bytes.readInt32LE(at + 4), schedule });
    last = schedule;
    at = end;
  }
  return entries;
}

function inflate(text: string): Buffer {
  try {
    return inflateRawSync(Buffer.from(text, 'base64'), { maxOutputLength: MAX_BYTES });
  } catch (error) {
    throw new RangeError(`entries: ${(error as Error).message}`);
  }
}
