/** Records of captures as a program has them: plain objects that own their bytes. */
import { _IOC_SIZE } from '../../uapi/ioctl.ts';
import { CaptureRecord as RecordSlot, setIoctl } from '../capture/record.ts';

/** User memory that a pointer in an ioctl's argument leads to. */
export interface UserBuffer {
  /** User address, 64 bits. */
  readonly address: bigint;
  /** The bytes before the call. */
  readonly in: Uint8Array;
  /** The bytes after the call; null where the call left them alone. */
  readonly out: Uint8Array | null;
}

/** What all records have. */
export interface AnyRecord {
  /** Number in the capture, from 0. Ignored when records are written: they are numbered in their order. */
  readonly index: number;
  /** When the call was made, in ns of the client's monotonic clock. */
  readonly timeNs: number;
  /** The client's descriptor of the device, or of what the device gave out (a dma-buf). */
  readonly fd: number;
}

/** An ioctl with the memory that it read and wrote. */
export interface IoctlRecord extends AnyRecord {
  readonly type: 'ioctl';
  /** The thread that made it. */
  readonly tid: number;
  /** Request number as the client passed it; its size field says how long the argument is. */
  readonly request: number;
  /** The argument before the call. */
  readonly argIn: Uint8Array;
  /** The argument after the call. */
  readonly argOut: Uint8Array;
  readonly buffers: readonly UserBuffer[];
  /** 0 or more, or -1 with `errno` set. */
  readonly ret: number;
  readonly errno: number;
}

/** An mmap() of the device. */
export interface MmapRecord extends AnyRecord {
  readonly type: 'mmap';
  /** Bytes. */
  readonly length: bigint;
  /** PROT_ flags. */
  readonly prot: number;
  /** MAP_ flags. */
  readonly flags: number;
  /** File offset in bytes. */
  readonly offset: bigint;
  /** Whether it succeeded. */
  readonly ok: boolean;
}

/** The client's last descriptor of an open file went away. */
export interface CloseRecord extends AnyRecord {
  readonly type: 'close';
}

/** One event of a capture. */
export type CaptureRecord = IoctlRecord | MmapRecord | CloseRecord;

const join = (lo: number, hi: number): bigint => (BigInt(hi) << 32n) | BigInt(lo);
const low = (value: bigint): number => Number(value & 0xffffffffn);
const high = (value: bigint): number => Number(value >> 32n);

/** Copies what a reader holds for the moment. */
export function toPublicRecord(record: RecordSlot): CaptureRecord {
  const { index, timeNs, fd, type } = record;
  const head = { index, timeNs, fd };
  if (type === 'close') return { type, ...head };
  if (type === 'mmap') {
    const { lengthLo, lengthHi, offsetLo, offsetHi, prot, flags, ok } = record;
    return {
      type,
      ...head,
      length: join(lengthLo, lengthHi),
      prot,
      flags,
      offset: join(offsetLo, offsetHi),
      ok,
    };
  }
  const buffers = Array.from({ length: record.bufferCount }, (_, i): UserBuffer => {
    const { addrLo, addrHi } = record.buffers[i];
    return {
      address: join(addrLo, addrHi),
      in: record.bufferIn(i).slice(),
      out: record.bufferOut(i)?.slice() ?? null,
    };
  });
  const { tid, request, ret, errno } = record;
  return {
    type,
    ...head,
    tid,
    request,
    argIn: record.argIn.slice(),
    argOut: record.argOut.slice(),
    buffers,
    ret,
    errno,
  };
}

/**
 * The record that readers and writers work on.
 *
 * @throws RangeError where an argument is not as long as its request number says, or a number does not fit its field
 */
export function fromPublicRecord(recorded: CaptureRecord, index: number = recorded.index): RecordSlot {
  const record = new RecordSlot();
  checkNumbers(recorded);
  const { type, timeNs, fd } = recorded;
  Object.assign(record, { type, timeNs, fd, index });
  if (recorded.type === 'ioctl') {
    checkSize(recorded);
    const buffers = recorded.buffers.map(({ address, ...bytes }) => ({
      addr: checkWide(address, 'address'),
      ...bytes,
    }));
    setIoctl(record, { ...recorded, buffers });
  } else if (recorded.type === 'mmap') {
    const { prot, flags, ok } = recorded;
    const length = checkWide(recorded.length, 'length');
    const offset = checkWide(recorded.offset, 'offset');
    const halves = {
      lengthLo: low(length),
      lengthHi: high(length),
      offsetLo: low(offset),
      offsetHi: high(offset),
    };
    Object.assign(record, { prot, flags, ok }, halves);
  }
  return record;
}

/** The largest value of each number; docs/formats.md has the same table. */
const LIMITS: { readonly [field: string]: number } = {
  timeNs: Number.MAX_SAFE_INTEGER,
  tid: 0x7fffffff,
  fd: 0x7fffffff,
  request: 0xffffffff,
  ret: Number.MAX_SAFE_INTEGER,
  errno: 4095,
  prot: 0xffffffff,
  flags: 0xffffffff,
};

function checkNumbers(recorded: CaptureRecord): void {
  for (const [field, value] of Object.entries(recorded)) {
    const limit = LIMITS[field];
    if (limit === undefined) continue;
    const least = field === 'ret' ? -1 : 0;
    if (Number.isInteger(value) && value >= least && value <= limit) continue;
    throw new RangeError(`${field}: found ${value}, expected an integer from ${least} to ${limit}`);
  }
}

function checkSize({ request, argIn, argOut }: IoctlRecord): void {
  const size = _IOC_SIZE(request);
  if (argIn.length === size && argOut.length === size) return;
  const found = `argIn of ${argIn.length} and argOut of ${argOut.length} bytes`;
  throw new RangeError(`found ${found}, expected ${size} as request 0x${(request >>> 0).toString(16)} says`);
}

function checkWide(value: bigint, what: string): bigint {
  if (value >= 0n && value >> 64n === 0n) return value;
  throw new RangeError(`${what}: found ${value}, expected an unsigned integer of 64 bits`);
}
