/** The lanes of the timeline: what each is about, and in which of them a record's marks stand. */
import { STATE_EVENT, STATE_FLUSHED, STATE_WARNED } from '../../data.ts';
import type { Capture } from '../capture.ts';

export interface Lane {
  kind: 'thread' | 'queue' | 'slot' | 'group' | 'device';
  name: string;
  /** Place of the thread, VM or group in its list; the slot's number. */
  of: number;
}

/** Lanes that are drawn; a capture of more has the busiest. */
const MOST = 60;

export function lanesOf(capture: Capture): Lane[] {
  const { meta, columns } = capture;
  const lanes: Lane[] = meta.tids.map((tid, of) => {
    return { kind: 'thread', name: tid === 0 ? 'no thread' : `thread ${tid}`, of };
  });
  const binding = new Set(columns.recVm);
  meta.vms.forEach(({ name }, of) => {
    if (binding.has(of + 1)) lanes.push({ kind: 'queue', name: `${name}: binds`, of });
  });
  for (const of of meta.slots) lanes.push({ kind: 'slot', name: `AS ${of}`, of });
  meta.groups.forEach(({ name }, of) => {
    lanes.push({ kind: 'group', name, of });
  });
  lanes.splice(MOST);
  lanes.push({ kind: 'device', name: 'flushes, IRQs, resets', of: 0 });
  return lanes;
}

/** Rows of the records that have a mark in a lane. */
export function rowsOf(capture: Capture, { kind, of }: Lane): Uint32Array {
  const { recTid, recVm, recOps, recLock, recCommand, recState, submitRec, submitGroup } = capture.columns;
  const found: number[] = [];
  if (kind === 'group') {
    submitRec.forEach((record, i) => {
      if (submitGroup[i] === of) found.push(record - capture.first);
    });
    return Uint32Array.from(found);
  }
  const has = {
    thread: (row: number): boolean => recTid[row] === of,
    queue: (row: number): boolean => recVm[row] === of + 1 && recOps[row] > 0,
    slot: (row: number): boolean => ((recLock[row] | recCommand[row]) & (1 << of)) !== 0,
    device: (row: number): boolean => (recState[row] & (STATE_FLUSHED | STATE_EVENT | STATE_WARNED)) !== 0,
  }[kind];
  for (let row = 0; row < recTid.length; row++) if (has(row)) found.push(row);
  return Uint32Array.from(found);
}

/** Place of the first of the ascending `rows` that is not below `row`. */
export function firstFrom(rows: Uint32Array, row: number): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle] < row) low = middle + 1;
    else high = middle;
  }
  return low;
}
