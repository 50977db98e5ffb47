/** The kernel's own lines about faults and hangs, as panthor prints them, found in whatever surrounds them. */

export interface PageFaultLine {
  kind: 'page-fault';
  /** Seconds since boot of the line's stamp; null without one. */
  seconds: number | null;
  as: number;
  /** Bytes. */
  va: bigint;
  /** AS_FAULTSTATUS; null where the line with it is missing. */
  status: number | null;
}

/** A line that is about the GPU without an address. */
export interface OtherLine {
  kind:
    | 'as-active-stuck'
    | 'flush-timeout'
    | 'job-timeout'
    | 'fw-timeout'
    | 'heap-oom'
    | 'cs-fault'
    | 'gpu-fault'
    | 'reset'
    | 'device-lost';
  seconds: number | null;
  text: string;
  /** CS_FATAL and CS_FAULT: the exception type; GPU faults: the status. */
  exception: number | null;
  /** The address that the line gives, or null. */
  va: bigint | null;
}

export type LogLine = PageFaultLine | OtherLine;

const PAGE_FAULT = /Unhandled Page fault in AS(\d+) at VA 0x([0-9a-f]+)/i;
/** The same as `panthor-shim run` says it. */
const OWN_PAGE_FAULT = /page fault in VM \d+ at 0x([0-9a-f]+): \w+, \w+ \(AS(\d+)/;
const RAW_STATUS = /raw fault status:\s*0x([0-9a-f]+)/i;
const OTHERS: readonly [OtherLine['kind'], RegExp][] = [
  ['as-active-stuck', /AS_ACTIVE bit stuck/],
  ['flush-timeout', /Flush caches timeout/],
  ['job-timeout', /job timeout: pid=|CSG slot \d+ progress timeout|CSG_PROGRESS_TIMER_EVENT/],
  ['fw-timeout', /FW ping timeout|update request timedout|Timed out waiting for MCU|CSG suspend failed/],
  ['heap-oom', /Failed to extend the tiler heap/],
  ['device-lost', /making device unusable|Soft reset timeout/],
  ['reset', /Fast reset failed, trying a slow reset/],
  ['cs-fault', /CS_(?:FATAL|FAULT)/],
  ['gpu-fault', /GPU Fault/],
];
/** Longest line that is looked at; what is longer is no line of a kernel. */
const MAX_LINE = 4096;

/** The faults of a log in the order of its lines. A raw status belongs to the page fault before it. */
export function parseLog(text: string): LogLine[] {
  const found: LogLine[] = [];
  let fault: PageFaultLine | null = null;
  for (const whole of text.split('\n')) {
    const line = whole.length > MAX_LINE ? whole.slice(0, MAX_LINE) : whole;
    const page = pageFaultIn(line);
    const status = RAW_STATUS.exec(line);
    if (page !== null) {
      fault = { kind: 'page-fault', seconds: stamp(line), ...page, status: null };
      found.push(fault);
    }
    if (status !== null && fault !== null) fault.status ??= Number.parseInt(status[1], 16) >>> 0;
    if (page === null && status === null) {
      const other = otherLine(line);
      // A CS_FATAL is told in several lines; the first one counts.
      if (other !== null && !(other.kind === 'cs-fault' && merge(found.at(-1), other))) found.push(other);
    }
  }
  return found;
}

function pageFaultIn(line: string): { as: number; va: bigint } | null {
  const kernel = PAGE_FAULT.exec(line);
  if (kernel !== null) return { as: Number(kernel[1]), va: BigInt(`0x${kernel[2]}`) };
  const own = OWN_PAGE_FAULT.exec(line);
  return own === null ? null : { as: Number(own[2]), va: BigInt(`0x${own[1]}`) };
}

function otherLine(line: string): OtherLine | null {
  const kind = OTHERS.find(([, pattern]) => pattern.test(line))?.[0];
  if (kind === undefined) return null;
  const exception = /EXCEPTION_TYPE:?\s*0x([0-9a-f]+)|GPU Fault 0x([0-9a-f]+)/i.exec(line);
  const va = /(?:EXCEPTION_DATA|_INFO\.DATA|at)[:\s]+0x([0-9a-f]+)/i.exec(line);
  return {
    kind,
    seconds: stamp(line),
    text: line.replace(/^.*?\*ERROR\*\s*/, '').trim(),
    exception: exception === null ? null : Number.parseInt(exception[1] ?? exception[2], 16),
    va: va === null ? null : BigInt(`0x${va[1]}`),
  };
}

/** Adds what a further line of the same CS fault says to the first; false where there is none. */
function merge(before: LogLine | undefined, line: OtherLine): boolean {
  if (before?.kind !== 'cs-fault' || before.seconds !== line.seconds) return false;
  before.exception ??= line.exception;
  before.va ??= line.va;
  return true;
}

/** "[  101.000001]" in front of a line of dmesg, or in the middle of one of journalctl -o short-monotonic. */
function stamp(line: string): number | null {
  const match = /\[\s*(\d+\.\d+)\]/.exec(line);
  return match === null ? null : Number(match[1]);
}
