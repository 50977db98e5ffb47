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
    | 'reset-timeout'
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
/** Lines of 6.12 to 7.3; where two patterns fit, the first one counts. */
const OTHERS: readonly [OtherLine['kind'], RegExp][] = [
  ['as-active-stuck', /AS_ACTIVE bit stuck/],
  ['flush-timeout', /Flush caches timeout/],
  // 6.12 does not say whose job it was.
  [
    'job-timeout',
    /\[drm\] job timeout|job timeout: pid=|CSG slot \d+ progress timeout|CSG_PROGRESS_TIMER_EVENT/,
  ],
  ['heap-oom', /Failed to extend the tiler heap/],
  ['device-lost', /making device unusable/],
  ['reset-timeout', /Soft reset timeout|\bRESET timed out \(0x/],
  ['reset', /fast reset failed, trying a slow reset/i],
  [
    'fw-timeout',
    /FW ping timeout|update request timedout|Timed out waiting for MCU|CSG suspend failed|FW (?:fast|slow) reset failed|Failed to (?:boot|stop|cleanly suspend) MCU/,
  ],
  ['cs-fault', /\bCS_(?:FATAL|FAULT)(?:_INFO)?\b|CSG slot \d+ CS slot: \d+/],
  ['gpu-fault', /\bGPU Fault (?:0x|in protected mode)/],
];
/** Longest line that is looked at; what is longer is no line of a kernel. */
const MAX_LINE = 4096;
/** Where mails and terminals break the lines in two. */
const BROKEN = /(at VA|raw fault status:|EXCEPTION_TYPE:)[ \t]*\r?\n[>|\s]*(?=0x)/g;

/** The faults of a log in the order of its lines. A raw status belongs to the page fault before it. */
export function parseLog(text: string): LogLine[] {
  const found: LogLine[] = [];
  let fault: PageFaultLine | null = null;
  let stream = null as CsFault | null;
  for (const whole of text.replace(BROKEN, '$1 ').split('\n')) {
    const line = whole.length > MAX_LINE ? whole.slice(0, MAX_LINE) : whole;
    const page = pageFaultIn(line);
    const status = RAW_STATUS.exec(line);
    if (page !== null) {
      fault = { kind: 'page-fault', seconds: stamp(line), ...page, status: null };
      found.push(fault);
    }
    if (status !== null && fault !== null) fault.status ??= Number.parseInt(status[1], 16) >>> 0;
    if (page !== null || status !== null) continue;
    const other = otherLine(line);
    if (other === null) continue;
    if (other.kind !== 'cs-fault') found.push(other);
    else if (stream?.takes(line, other) !== true) {
      stream = new CsFault(line, other);
      found.push(other);
    }
  }
  return found;
}

/**
 * A CS_FATAL or CS_FAULT, which the driver tells in several lines and, since it says whose group it was, in two messages with
 * a stamp each.
 */
class CsFault {
  readonly #first: OtherLine;
  readonly #told = new Set<string>();

  constructor(line: string, first: OtherLine) {
    this.#first = first;
    this.#told.add(partOf(line));
  }

  /** Adds what a further line says; false where that is of another fault, since this one has been told as much. */
  takes(line: string, more: OtherLine): boolean {
    const part = partOf(line);
    if (this.#told.has(part) || (part === 'owner' && this.#told.size > 0)) return false;
    this.#told.add(part);
    this.#first.exception ??= more.exception;
    this.#first.va ??= more.va;
    return true;
  }
}

/** What a line about a command stream's fault tells. */
function partOf(line: string): string {
  if (/CSG slot \d+ CS slot/.test(line)) return 'slot';
  if (/CS_(?:FATAL|FAULT): pid=/.test(line)) return 'owner';
  return /_INFO\b|EXCEPTION_TYPE|EXCEPTION_DATA/.exec(line)?.[0] ?? line;
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
  const va = /(?:_INFO\.\w+|\) at)[:\s]+0x([0-9a-f]+)/i.exec(line);
  return {
    kind,
    seconds: stamp(line),
    text: line.replace(/^.*?(?:\*ERROR\*|\[drm\](?! *\*ERROR))\s*/, '').trim(),
    exception: exception === null ? null : Number.parseInt(exception[1] ?? exception[2], 16),
    va: va === null ? null : BigInt(`0x${va[1]}`),
  };
}

/**
 * Seconds since boot: "[  101.000001]" in front of a line of dmesg, with what it was after the line before (dmesg -d), or in the
 * middle of one of journalctl -o short-monotonic; the microseconds of a line of /dev/kmsg.
 */
function stamp(line: string): number | null {
  const match = /\[\s*(\d+\.\d+)(?: *<[^>]*>)?\]/.exec(line);
  if (match !== null) return Number(match[1]);
  const kmsg = /^\d+,\d+,(\d{1,15}),/.exec(line);
  return kmsg === null ? null : Number(kmsg[1]) / 1e6;
}
