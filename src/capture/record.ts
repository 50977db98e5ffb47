/** What a capture holds, whichever of its two forms it comes from (docs/formats.md describes both). */
import { _IOC_SIZE } from '../../uapi/ioctl.ts';

/** The format version that both forms carry in front. */
export const CAPTURE_VERSION = 0;

/**
 * Bytes of arguments and buffers that one record may hold. The largest calls of real clients are VM_BINDs with a few
 * hundred operations of 48 bytes; the limit keeps corrupt lengths from being believed.
 */
export const MAX_RECORD_BYTES = 8 << 20;

/** User buffers that one record may hold. */
export const MAX_BUFFERS = 1 << 16;

/** Bytes of one JSON line; everything that the two limits above allow fits. */
export const MAX_LINE_BYTES = 24 << 20;

/** Where the replies of a capture come from: only `kernel` and `model` ones can be compared with. */
export type Replies = 'stand-in' | 'kernel' | 'model';
export const REPLIES: readonly Replies[] = ['stand-in', 'kernel', 'model'];

/** The device node that a file was opened as: card<n> is primary, renderD<n> render. Without it: render. */
export type DeviceNode = 'primary' | 'render';
export const DEVICE_NODES: readonly DeviceNode[] = ['primary', 'render'];

/** What a node with that minor number is: DRM numbers render nodes from 128 on. */
export function nodeOf(minor: number): DeviceNode {
  return minor < 128 ? 'primary' : 'render';
}

/** Whether programs of a machine, as `uname -m` says it, are 32-bit ones (TIF_32BIT on an arm64 kernel). */
export function is32Bit(arch: string): boolean {
  return /^(arm|armhf|armel|armv[5-8]h?l?|i[3-6]86)$/.test(arch);
}

/** The first event of every capture. */
export interface CaptureHeader {
  /** Machine of the client, as `uname -m` says it. */
  arch: string;
  /** What was run, for people. */
  client: string;
  replies: Replies;
  /** panthor's DRM_IOCTL_VERSION as `major.minor.patchlevel`; it picks the kernel that a replay models. */
  driver_version?: string;
  /** The kernel that answered, as `uname -r` says it; it picks better than `driver_version`, which several share. */
  kernel_release?: string;
}

/** A user buffer that a pointer in the argument leads to; its bytes lie in the record's `bytes`. */
export interface BufferSpan {
  /** User address as a Number, rounded above 2^53; the two halves are exact. */
  addr: number;
  addrLo: number;
  addrHi: number;
  inAt: number;
  inSize: number;
  /** -1: the call left the bytes as they were. */
  outAt: number;
  outSize: number;
}

export type RecordType = 'ioctl' | 'mmap' | 'close';

const EMPTY: Uint8Array = new Uint8Array(0);
const EMPTY_VIEW = new DataView(EMPTY.buffer);

/**
 * One event of a capture. Readers fill one object over and over (a stream has millions of records); a caller
 * that keeps a record past the next one takes `clone()`.
 *
 * Argument and buffers are spans of `bytes`, which may be the reader's own window: read them, never write them.
 */
export class CaptureRecord {
  type: RecordType = 'ioctl';
  /** Number in the stream, from 0, header not counted. */
  index = 0;
  /** Where the record starts in the (decompressed) stream. */
  start = 0;
  /** The line as it stood in the file, with its end, where that is not how this project writes it; else null. */
  raw: Uint8Array | null = null;

  timeNs = 0;
  tid = 0;
  fd = 0;
  /** ioctl and mmap: the node that the file was opened as; recorders say it with the first record of a file. */
  node: DeviceNode | null = null;
  /**
   * ioctl and mmap: whether a 32-bit process opened the file; recorders say it with the first record of a file where the
   * header's machine would say otherwise.
   */
  compat: boolean | null = null;

  /** ioctl: request number, as the client passed it. */
  request = 0;
  /** ioctl: 0 or more, or -1 with `errno` set. */
  ret = 0;
  errno = 0;
  bytes: Uint8Array = EMPTY;
  argSize = 0;
  argInAt = 0;
  argOutAt = 0;
  bufferCount = 0;
  readonly buffers: BufferSpan[] = [];
  /** Of the array that `view` was asked for last. */
  #view = EMPTY_VIEW;
  #viewed = EMPTY;

  /** mmap: the call's arguments, the 64-bit ones in two halves, and whether it succeeded. */
  lengthLo = 0;
  lengthHi = 0;
  offsetLo = 0;
  offsetHi = 0;
  prot = 0;
  flags = 0;
  ok = true;

  /** Appends a buffer slot and returns it; slots are reused from record to record. */
  addBuffer(): BufferSpan {
    let span = this.buffers[this.bufferCount];
    if (span === undefined) {
      span = { addr: 0, addrLo: 0, addrHi: 0, inAt: 0, inSize: 0, outAt: -1, outSize: 0 };
      this.buffers.push(span);
    }
    this.bufferCount++;
    return span;
  }

  /** `bytes`, to read numbers from at the places of its spans. */
  get view(): DataView {
    const { bytes } = this;
    if (bytes !== this.#viewed) {
      this.#viewed = bytes;
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    return this.#view;
  }

  /** Whether it says how its file was opened. */
  get tellsOpen(): boolean {
    return this.node !== null || this.compat !== null;
  }

  get argIn(): Uint8Array {
    return this.bytes.subarray(this.argInAt, this.argInAt + this.argSize);
  }

  get argOut(): Uint8Array {
    return this.bytes.subarray(this.argOutAt, this.argOutAt + this.argSize);
  }

  /** mmap: length in bytes, rounded above 2^53. */
  get length(): number {
    return this.lengthHi * 0x100000000 + this.lengthLo;
  }

  /** mmap: offset in bytes, rounded above 2^53 (DRM_PANTHOR_USER_FLUSH_ID_MMIO_OFFSET, 1 << 56, is exact). */
  get offset(): number {
    return this.offsetHi * 0x100000000 + this.offsetLo;
  }

  bufferIn(i: number): Uint8Array {
    const b = this.buffers[i];
    return this.bytes.subarray(b.inAt, b.inAt + b.inSize);
  }

  /** The bytes after the call, or null where the call left them alone. */
  bufferOut(i: number): Uint8Array | null {
    const b = this.buffers[i];
    return b.outAt < 0 ? null : this.bytes.subarray(b.outAt, b.outAt + b.outSize);
  }

  /** A copy that owns its bytes and nothing else of the reader's window. */
  clone(): CaptureRecord {
    const copy = new CaptureRecord();
    const { buffers: _, ...own } = this;
    Object.assign(copy, own);
    copy.raw = this.raw?.slice() ?? null;
    if (this.type !== 'ioctl') return copy;
    return setIoctl(copy, {
      ...own,
      argIn: this.argIn,
      argOut: this.argOut,
      buffers: Array.from({ length: this.bufferCount }, (_, i) => ({
        addr: (BigInt(this.buffers[i].addrHi) << 32n) | BigInt(this.buffers[i].addrLo),
        in: this.bufferIn(i),
        out: this.bufferOut(i),
      })),
    });
  }
}

/** An ioctl to be written, for those who make records rather than read them. */
export interface IoctlInit {
  timeNs: number;
  tid: number;
  fd: number;
  node?: DeviceNode | null;
  compat?: boolean | null;
  request: number;
  argIn: Uint8Array;
  argOut: Uint8Array;
  buffers: readonly { addr: number | bigint; in: Uint8Array; out?: Uint8Array | null }[];
  ret: number;
  errno: number;
}

/** Fills `record` with an ioctl. `argIn` and `argOut` must be as long as the request number says. */
export function setIoctl(record: CaptureRecord, init: IoctlInit): CaptureRecord {
  const size = _IOC_SIZE(init.request);
  if (init.argIn.length !== size || init.argOut.length !== size) {
    throw new RangeError(`argument of ${init.argIn.length} and ${init.argOut.length} bytes, not ${size}`);
  }
  record.type = 'ioctl';
  record.timeNs = init.timeNs;
  record.tid = init.tid;
  record.fd = init.fd;
  record.node = init.node ?? null;
  record.compat = init.compat ?? null;
  record.request = init.request >>> 0;
  record.ret = init.ret;
  record.errno = init.errno;
  record.argSize = size;
  let total = 2 * size;
  for (const b of init.buffers) total += b.in.length + (b.out?.length ?? 0);
  const bytes = new Uint8Array(total);
  record.bytes = bytes;
  let at = 0;
  const put = (part: Uint8Array): number => {
    bytes.set(part, at);
    at += part.length;
    return at - part.length;
  };
  record.argInAt = put(init.argIn);
  record.argOutAt = put(init.argOut);
  record.bufferCount = 0;
  for (const b of init.buffers) {
    const span = record.addBuffer();
    const addr = BigInt(b.addr);
    span.addr = Number(addr);
    span.addrLo = Number(addr & 0xffffffffn);
    span.addrHi = Number(addr >> 32n);
    span.inAt = put(b.in);
    span.inSize = b.in.length;
    span.outAt = b.out ? put(b.out) : -1;
    span.outSize = b.out?.length ?? 0;
  }
  return record;
}
