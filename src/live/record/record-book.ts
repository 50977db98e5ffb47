import { release } from 'node:os';
import { _IOC_SIZE } from '../../../uapi/ioctl.ts';
import { HIGH_WORD } from '../../../uapi/layout.ts';
import {
  WIRE_MAX_REGIONS,
  WIRE_RECORD_CLOSE,
  WIRE_RECORD_FILE,
  WIRE_RECORD_IOCTL,
  WIRE_RECORD_MMAP,
  wire_record_close,
  wire_record_file,
  wire_record_ioctl,
  wire_record_mmap,
  wire_region,
} from '../../../uapi/wire.ts';
import type { Frame } from '../../capture/frame.ts';
import { CaptureRecord, type DeviceNode, nodeOf, setIoctl } from '../../capture/record.ts';
import { getU64 } from '../../driver/base/u64.ts';
import { tell } from '../server/server.ts';
import { CaptureFile } from './capture-file.ts';

export interface RecordBookOptions {
  path: string;
  /** What is run, and the machine that it was made for. */
  client: string;
  arch: string;
  /** Who answers: the kernel, or the model where there is no device. */
  replies: 'kernel' | 'model';
}

/** An open file: its number in the capture, the process that opened it, and its node until that was written down. */
interface RecordedFile {
  readonly fd: number;
  readonly pid: number;
  node: DeviceNode | null;
}

interface Region {
  addr: number;
  bytes: Uint8Array;
}

/** Turns what the recording library reports into a capture. */
export class RecordBook {
  readonly #options: RecordBookOptions;
  readonly #record = new CaptureRecord();
  /** The capture's number of each open file, and the process that it was opened in. */
  readonly #files = new Map<number, RecordedFile>();
  #file: CaptureFile | null = null;
  #nextFd = 0;
  /** Calls written down. */
  count = 0;
  /** The process that the last message came from. */
  lastPid = 0;

  constructor(options: RecordBookOptions) {
    this.#options = options;
  }

  /** Writes one message down; false where it makes no sense. */
  write(frame: Frame, view: DataView, bytes: Uint8Array): boolean {
    const { at, size } = frame;
    switch (frame.kind) {
      case WIRE_RECORD_FILE:
        return size >= wire_record_file.size && this.#open(view, at);
      case WIRE_RECORD_IOCTL:
        return size >= wire_record_ioctl.size && this.#ioctl(view, bytes, at, at + size);
      case WIRE_RECORD_MMAP:
        return size >= wire_record_mmap.size && this.#mmap(view, at);
      case WIRE_RECORD_CLOSE:
        return size >= wire_record_close.size && this.#close(getU64(view, at + wire_record_close.off.file));
      default:
        return false;
    }
  }

  /** Why the recording is not whole, or null. */
  get failed(): string | null {
    return this.#file?.failed ?? null;
  }

  /** A process is gone: the files that it opened are closed with it. */
  processEnded(pid: number): void {
    for (const [key, file] of this.#files) if (file.pid === pid) this.#close(key);
  }

  /** The end. A client that never opened a device leaves a capture without records. */
  close(): void {
    for (const key of [...this.#files.keys()]) this.#close(key);
    this.#file ??= this.#begin(undefined);
    this.#file.close();
  }

  #begin(version: string | undefined): CaptureFile {
    const { path, client, arch, replies } = this.#options;
    return new CaptureFile(
      path,
      {
        arch,
        client,
        replies,
        ...(version === undefined ? {} : { driver_version: version }),
        // uAPI alone does not name a kernel.
        ...(replies === 'kernel' ? { kernel_release: release() } : {}),
      },
      tell,
    );
  }

  #open(view: DataView, at: number): boolean {
    const { off } = wire_record_file;
    const numbers = [off.major, off.minor, off.patchlevel].map((offset) => view.getInt32(at + offset, true));
    this.#file ??= this.#begin(numbers.join('.'));
    this.lastPid = view.getUint32(at + off.pid, true);
    const node = nodeOf(view.getUint32(at + off.node, true));
    this.#files.set(getU64(view, at + off.file), { fd: this.#nextFd++, pid: this.lastPid, node });
    return true;
  }

  /** The number of an open file; one that was not announced (its process was forked off) is announced by its use. */
  #fileOf(key: number): RecordedFile {
    let file = this.#files.get(key);
    if (file === undefined) {
      file = { fd: this.#nextFd++, pid: this.lastPid, node: null };
      this.#files.set(key, file);
    }
    return file;
  }

  /** The file's number, and with its first record its node. */
  #fdAndNode(key: number): { fd: number; node: DeviceNode | null } {
    const file = this.#fileOf(key);
    const { fd, node } = file;
    file.node = null;
    return { fd, node };
  }

  #ioctl(view: DataView, bytes: Uint8Array, at: number, end: number): boolean {
    const count = view.getUint32(at + wire_record_ioctl.off.regions, true);
    if (count > WIRE_MAX_REGIONS) return false;
    const regions: Region[] = [];
    let pos = at + wire_record_ioctl.size;
    for (let i = 0; i < 2 * count; i++) {
      const length = end - pos < wire_region.size ? -1 : view.getUint32(pos + wire_region.off.size, true);
      const data = pos + wire_region.size;
      if (length < 0 || length > end - data) return false;
      regions.push({
        addr: getU64(view, pos + wire_region.off.addr),
        bytes: bytes.subarray(data, data + length),
      });
      pos = data + ((length + 7) & ~7);
    }
    this.#write(view, at, regions.slice(0, count), regions.slice(count));
    return true;
  }

  #write(view: DataView, at: number, before: Region[], after: Region[]): void {
    const { off } = wire_record_ioctl;
    const request = view.getUint32(at + off.request, true);
    const argAddr = getU64(view, at + off.arg);
    const size = _IOC_SIZE(request);
    // The argument comes first; what could not even be read of it has nothing to show.
    const hasArg = before.length > 0 && before[0].addr === argAddr && before[0].bytes.length === size;
    if (size > 0 && !hasArg) return;
    const first = size > 0 ? 1 : 0;
    const empty = new Uint8Array(0);
    setIoctl(this.#record, {
      timeNs: Number(process.hrtime.bigint()),
      tid: view.getUint32(at + off.tid, true) & 0x7fffffff,
      ...this.#fdAndNode(getU64(view, at + off.file)),
      request,
      argIn: size > 0 ? before[0].bytes : empty,
      argOut: size > 0 ? after[0].bytes : empty,
      buffers: before.slice(first).map((region, i) => ({
        addr: region.addr,
        in: region.bytes,
        out: Buffer.compare(region.bytes, after[first + i].bytes) === 0 ? null : after[first + i].bytes,
      })),
      ret: view.getInt32(at + off.ret, true),
      errno: view.getInt32(at + off.error, true),
    });
    this.#put();
  }

  #mmap(view: DataView, at: number): boolean {
    const { off } = wire_record_mmap;
    Object.assign(this.#record, {
      type: 'mmap',
      timeNs: Number(process.hrtime.bigint()),
      tid: view.getUint32(at + off.tid, true) & 0x7fffffff,
      ...this.#fdAndNode(getU64(view, at + off.file)),
      lengthLo: view.getUint32(at + off.length, true),
      lengthHi: view.getUint32(at + off.length + HIGH_WORD, true),
      offsetLo: view.getUint32(at + off.offset, true),
      offsetHi: view.getUint32(at + off.offset + HIGH_WORD, true),
      prot: view.getUint32(at + off.prot, true),
      flags: view.getUint32(at + off.flags, true),
      ok: view.getInt32(at + off.ok, true) !== 0,
    });
    this.#put();
    return true;
  }

  #close(key: number): boolean {
    const file = this.#files.get(key);
    if (file === undefined) return true;
    this.#files.delete(key);
    Object.assign(this.#record, { type: 'close', timeNs: Number(process.hrtime.bigint()), fd: file.fd });
    this.#put();
    return true;
  }

  #put(): void {
    this.#file ??= this.#begin(undefined);
    this.#file.write(this.#record);
    this.#file.flush();
    this.count++;
  }
}
