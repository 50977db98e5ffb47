import { closeSync, openSync, writeSync } from 'node:fs';
import type { CaptureForm } from '../capture/reader.ts';
import { CaptureRecord, setIoctl } from '../capture/record.ts';
import { CaptureWriter } from '../capture/writer.ts';
import type { PanthorDevice } from '../driver/device.ts';
import type { Call } from './call.ts';
import type { MmapCall, Observer } from './observer.ts';
import type { OpenFile } from './open-file.ts';

export interface RecordOptions {
  /** A file, or a FIFO that somebody reads. */
  path: string;
  /** What was run, and the machine that it was made for. */
  client: string;
  arch: string;
}

/** Writes the capture of what a server answers, as it happens. Files are known by a number that is never used again. */
export class Recorder implements Observer {
  readonly wantsBefore = true;
  readonly #writer: CaptureWriter;
  readonly #record = new CaptureRecord();
  readonly #device: PanthorDevice;
  readonly #path: string;
  #fd: number;
  #pending = true;

  /** Opens the file; a FIFO waits for its reader. @throws the error of open(2) */
  constructor(options: RecordOptions, device: PanthorDevice) {
    this.#device = device;
    this.#path = options.path;
    this.#fd = openSync(options.path, 'w');
    const form: CaptureForm = options.path.endsWith('.ptcap') ? 'ptcap' : 'jsonl';
    const { major, minor } = device.kernel.uapi;
    this.#writer = new CaptureWriter(form, (bytes) => this.#put(bytes), {
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
    this.#write();
  }

  mmap(file: OpenFile, call: MmapCall, ok: boolean): void {
    const { tid, lengthLo, lengthHi, offsetLo, offsetHi, prot, flags } = call;
    const timeNs = this.#device.now();
    const fields = { type: 'mmap', timeNs, tid, fd: file.id, ok } as const;
    Object.assign(this.#record, fields, { lengthLo, lengthHi, offsetLo, offsetHi, prot, flags });
    this.#write();
  }

  released(file: OpenFile): void {
    Object.assign(this.#record, { type: 'close', timeNs: this.#device.now(), fd: file.id });
    this.#write();
  }

  /** Hands what has gathered to whoever reads. */
  flush(): void {
    if (!this.#pending) return;
    this.#pending = false;
    void this.#writer.flush();
  }

  close(): void {
    this.flush();
    if (this.#fd >= 0) closeSync(this.#fd);
    this.#fd = -1;
  }

  #write(): void {
    if (this.#fd < 0) return;
    this.#writer.write(this.#record);
    this.#pending = true;
  }

  /** A reader that goes away, or a full disk, ends the recording and nothing else. */
  #put(bytes: Uint8Array): void {
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#fd, bytes, at);
    } catch (error) {
      process.stderr.write(`panthor-shim: ${this.#path}: recording ends: ${(error as Error).message}\n`);
      closeSync(this.#fd);
      this.#fd = -1;
    }
  }
}

const EMPTY = new Uint8Array(0);
