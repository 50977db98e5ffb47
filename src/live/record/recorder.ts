import { _IOC_SIZE } from '../../../uapi/ioctl.ts';
import { CaptureRecord, type DeviceNode, is32Bit, nodeOf, setIoctl } from '../../capture/record.ts';
import type { PanthorDevice } from '../../driver/device.ts';
import type { DmaBuf } from '../../driver/gem/dma-buf.ts';
import type { FdObject, SyncFile } from '../../driver/ioctl/fd-table.ts';
import type { Kernel } from '../../driver/kernels.ts';
import type { Call } from '../server/call.ts';
import type { CallFds } from '../server/call-fds.ts';
import type { MmapCall, Observer } from '../server/observer.ts';
import type { OpenFile } from '../server/open-file.ts';
import { CaptureFile } from './capture-file.ts';

export interface RecordOptions {
  /** A file, or a FIFO with a reader. */
  path: string;
  /** What was run, and the machine that it was made for. */
  client: string;
  arch: string;
}

const NOT_AGAIN = { node: null, compat: null };

/** The release that the model stands for, as `uname -r` would say it; a patched or switched kernel has none. */
function releaseOf({ name, release, switched }: Kernel): { kernel_release?: string } {
  return name === 'atomic-v4' || switched.length > 0 ? {} : { kernel_release: release };
}

/** Where the numbers of what is no open file of the device begin. */
const FIRST_OTHER = 1 << 20;

/**
 * Writes the capture of what a server answers. Files are known by a number that is never used again, and so is what
 * other descriptors stand for (dma-bufs, sync files, syncobjs, eventfds), whichever client has it as which descriptor.
 */
export class Recorder implements Observer {
  readonly wantsBefore = true;
  readonly #file: CaptureFile;
  readonly #record = new CaptureRecord();
  readonly #device: PanthorDevice;
  readonly #others = new WeakMap<FdObject, number>();
  #nextOther = FIRST_OTHER;
  /** Whether the header says that programs are 32-bit ones. */
  readonly #compat: boolean;
  /** Files of which was written down how they were opened. */
  readonly #told = new WeakSet<OpenFile>();

  /** `tell` gets a line when the recording ends before its time. @throws StartError */
  constructor(options: RecordOptions, device: PanthorDevice, tell: (line: string) => void) {
    this.#device = device;
    this.#compat = is32Bit(options.arch);
    const { major, minor } = device.kernel.uapi;
    this.#file = new CaptureFile(
      options.path,
      {
        arch: options.arch,
        client: options.client,
        replies: 'model',
        driver_version: `${major}.${minor}.0`,
        ...releaseOf(device.kernel),
      },
      tell,
    );
  }

  opened(): void {}

  ioctl(on: OpenFile | DmaBuf | SyncFile, call: Call, ret: number, fds: CallFds | null): void {
    const { mem, before, request } = call;
    const size = _IOC_SIZE(request);
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
    const argIn = size === 0 ? EMPTY : before.subarray(at, at + size);
    const argOut = size === 0 ? EMPTY : mem.data.slice(at, at + size);
    if (fds !== null) {
      const { taken, made } = fds.fields;
      if (taken !== undefined && fds.given !== null) {
        this.#number(argIn, taken.offset, fds.given);
        this.#number(argOut, taken.offset, fds.given);
      }
      if (made !== undefined && fds.result !== null) this.#number(argOut, made.offset, fds.result);
    }
    setIoctl(this.#record, {
      timeNs: this.#device.now(),
      tid: call.tid,
      fd: 'kind' in on ? this.#numberOf(on) : on.id,
      ...('kind' in on ? null : this.#openOf(on)),
      request,
      argIn,
      argOut,
      buffers,
      ret: ret < 0 ? -1 : ret,
      errno: ret < 0 ? -ret : 0,
    });
    this.#write();
  }

  /** How a file was opened, with its first record. */
  #openOf(file: OpenFile): { node: DeviceNode | null; compat: boolean | null } {
    if (this.#told.has(file)) return NOT_AGAIN;
    this.#told.add(file);
    const { compat } = file.drm;
    return { node: nodeOf(file.minor), compat: compat === this.#compat ? null : compat };
  }

  #number(argument: Uint8Array, offset: number, object: FdObject): void {
    if (offset + 4 > argument.length) return;
    new DataView(argument.buffer, argument.byteOffset).setInt32(offset, this.#numberOf(object), true);
  }

  #numberOf(object: FdObject): number {
    let number = this.#others.get(object);
    if (number === undefined) {
      number = this.#nextOther++;
      this.#others.set(object, number);
    }
    return number;
  }

  mmap(file: OpenFile, call: MmapCall, ok: boolean): void {
    const { tid, lengthLo, lengthHi, offsetLo, offsetHi, prot, flags } = call;
    const timeNs = this.#device.now();
    const fields = { type: 'mmap', timeNs, tid, fd: file.id, ...this.#openOf(file), ok } as const;
    Object.assign(this.#record, fields, { lengthLo, lengthHi, offsetLo, offsetHi, prot, flags });
    this.#write();
  }

  released(file: OpenFile): void {
    Object.assign(this.#record, { type: 'close', timeNs: this.#device.now(), fd: file.id });
    this.#write();
  }

  /** Why the recording is not whole, or null. */
  get failed(): string | null {
    return this.#file.failed;
  }

  /** Something waits for a slow reader: flush() tries again. */
  get behind(): boolean {
    return this.#file.behind;
  }

  /** Before the client is answered: whatever ends the server, no call that it saw return is missing. */
  #write(): void {
    this.#file.write(this.#record);
    this.#file.flush();
  }

  /** Hands what has gathered to the reader. */
  flush(): void {
    this.#file.flush();
  }

  close(): void {
    this.#file.close();
  }
}

const EMPTY = new Uint8Array(0);
