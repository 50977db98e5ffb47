/** The lines of a kernel log, each explained; with a capture beside it, each with its cause. */
import { hex } from '../../uapi/hex.ts';
import type { CaptureHistory } from '../history/capture-history.ts';
import { EXCEPTION_TYPES } from '../hw/exception-types.ts';
import { decodeFaultStatus, type FaultStatus } from '../hw/fault-status.ts';
import { type Cause, likelyCause } from './cause.ts';
import type { LogLine, OtherLine, PageFaultLine } from './dmesg.ts';
import { momentAt, pickVm, type Suspects, suspectsOf } from './suspects.ts';

export interface Diagnosis {
  line: LogLine;
  /** Of a page fault whose raw status is known. */
  status: FaultStatus | null;
  /** Record after which the fault happened, as far as the stamps tell; null without a capture. */
  at: number | null;
  /** Whether `at` was found by the line's time stamp; else it is the capture's end, or what was asked for. */
  byTime: boolean;
  suspects: Suspects | null;
  cause: Cause | null;
  /** What the line means by itself. */
  meaning: string;
}

export interface DiagnoseOptions {
  /** Look at the moment after this record. */
  at?: number;
}

const MEANINGS: Readonly<Record<OtherLine['kind'], string>> = {
  'as-active-stuck':
    'A command to an address space slot did not end within 100 ms: wait_ready() gives up and schedules a reset. A LOCK waits for accesses in flight, so one that never ends holds it up.',
  'flush-timeout':
    'A flush of the GPU caches did not end within 100 ms; since 7.1 the driver schedules a reset, before it every later flush times out too.',
  'job-timeout':
    'A queue made no progress for its time limit: its group is stopped, and its fence carries an error.',
  'cs-fault': 'A command stream raised an exception; after CS_FATAL its group is lost.',
  'gpu-fault': 'The GPU reports a fault of its own, outside of any address space.',
  'fw-timeout':
    'The firmware did not answer a request in time: the driver resets the GPU, running groups may be lost.',
  'heap-oom':
    'A tiler heap could not get another chunk: the group renders what it has, or fails with an OOM fault.',
  reset: 'The driver resets the GPU: all address spaces are disabled, running jobs fail.',
  'reset-timeout':
    'The GPU did not say within the time limit that it was reset. The driver goes on; it unplugs the device only where the firmware does not boot then.',
  'device-lost':
    'The firmware did not boot after a reset: the driver unplugs the device, every call returns ENODEV from then on.',
};

/** Explains the lines of a log; `history` is a capture played to its end, or null. */
export function diagnose(
  lines: readonly LogLine[],
  history: CaptureHistory | null,
  options: DiagnoseOptions = {},
): Diagnosis[] {
  return lines.map((line) => (line.kind === 'page-fault' ? pageFault(line, history, options) : other(line)));
}

function pageFault(line: PageFaultLine, history: CaptureHistory | null, options: DiagnoseOptions): Diagnosis {
  const status = line.status === null ? null : decodeFaultStatus(line.status);
  const meaning =
    status === null ? 'A page fault whose raw status the log does not show.' : statusMeaning(status);
  const alone = { line, status, at: null, byTime: false, suspects: null, cause: null, meaning };
  if (history === null) return alone;
  const stamped =
    line.seconds === null || line.seconds * 1e9 > history.last.timeNs + 1e9
      ? null
      : momentAt(history.moments, line.seconds * 1e9);
  const byTime = options.at === undefined && stamped !== null;
  // An address beyond 48 bits needs no exact number: no mapping reaches there.
  const va = Number(line.va);
  let at = options.at ?? stamped?.record ?? history.last.record;
  const picked = pickVm(history, line.as, va, at, history.exactSlots);
  if (picked === null) return { ...alone, at, byTime };
  // Where nothing says when, it was while the VM lived: clients destroy everything at their end.
  if (options.at === undefined && !byTime && picked.vm.destroyed !== null)
    at = picked.vm.destroyed.record - 1;
  const suspects = suspectsOf(history, picked.vm, picked.why, va, at);
  return { line, status, at, byTime, suspects, cause: likelyCause(status, va, at, suspects), meaning };
}

/** "TRANSLATION_FAULT_1, READ, source 0x2100: no valid descriptor in the level 1 table". */
export function statusMeaning(status: FaultStatus): string {
  const rest = status.rest === 0 ? '' : `, bits 15:10 ${hex(status.rest)}`;
  return `${status.name}, ${status.access}, source ${hex(status.sourceId)}${rest}: ${status.meaning}`;
}

function other(line: OtherLine): Diagnosis {
  const type = line.exception === null ? undefined : EXCEPTION_TYPES[line.exception & 0xff];
  const exception = type === undefined ? '' : ` ${type[0]}: ${type[1]}.`;
  const base = { status: null, at: null, byTime: false, suspects: null, cause: null };
  return { line, ...base, meaning: `${MEANINGS[line.kind]}${exception}` };
}
