import { CaptureRecord, setIoctl } from '../capture/record.ts';
import type { PanthorDevice } from '../driver/device.ts';
import type { Call } from './call.ts';
import { CaptureFile } from './capture-file.ts';
import type { MmapCall, Observer } from './observer.ts';
import type { OpenFile } from './open-file.ts';

export interface RecordOptions {
  /** A file, or a FIFO that somebody reads. */
  path: string;
  /** What was run, and the machine that it was made for. */
  client: string;
  arch: string;
}

/** Writes the capture of what a server answers. Files are known by a number that is never used again. */
export class Recorder implements Observer {
  readonly wantsBefore = true;
  readonly #file: CaptureFile;
  readonly #record = new CaptureRecord();
  readonly #device: PanthorDevice;

  /** @throws StartError */
  constructor(options: RecordOptions, device: PanthorDevice) {
    this.#device = device;
    const { major, minor } = device.kernel.uapi;
    this.#file = new CaptureFile(options.path, {
      arch: options.arch,
      client: options.client,
      replies: 'model',
      driver_version: `${major}.${minor}.0`,
    });
  }

  opened(): void {}

  ioctl(file: OpenFile, call: Call, ret: number): void {
    const { mem, before, request } = call;
    const size = (request >>> 16) & 0x3fff;
    if (before === null) return;
    const at = size === 0 ? -1 : mem.locate(call.argAddr, size);
    // A call whose argument could not even be read has nothing to show.
    if (at < 0 && size > 0) return;
    const buffers = [];
    for (let i = 0; i < mem.count; i++) {
      const from = mem.offsets[i];
      const end = from + mem.sizes[i];
      if (from === at && mem.sizes[i] === size) continue;
      buffers.push({
        addr: mem.addrs[i],
        in: before.subarray(from, end),
        out: mem.dirty[i] ? mem.data.subarray(from, end) : null,
      });
    }
    setIoctl(this.#record, {
      timeNs: this.#device.now(),
      tid: call.tid,
      fd: file.id,
      request,
      argIn: size === 0 ? EMPTY : before.subarray(at, at + size),
      argOut: size === 0 ? EMPTY : mem.data.subarray(at, at + size),
      buffers,
      ret: ret < 0 ? -1 : ret,
      errno: ret < 0 ? -ret : 0,
    });
    this.#file.write(this.#record);
  }

  mmap(file: OpenFile, call: MmapCall, ok: boolean): void {
    const { tid, lengthLo, lengthHi, offsetLo, offsetHi, prot, flags } = call;
    const timeNs = this.#device.now();
    const fields = { type: 'mmap', timeNs, tid, fd: file.id, ok } as const;
    Object.assign(this.#record, fields, { lengthLo, lengthHi, offsetLo, offsetHi, prot, flags });
    this.#file.write(this.#record);
  }

  released(file: OpenFile): void {
    Object.assign(this.#record, { type: 'close', timeNs: this.#device.now(), fd: file.id });
    this.#file.write(this.#record);
  }

  /** Hands what has gathered to whoever reads. */
  flush(): void {
    this.#file.flush();
  }

  close(): void {
    this.#file.close();
  }
}

const EMPTY = new Uint8Array(0);
