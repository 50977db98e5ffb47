import { EINVAL, EMFILE, ENFILE } from '../../../uapi/errno.ts';
import { RenewedMap } from '../../driver/base/renewed-map.ts';
import type { DmaBuf } from '../../driver/gem/dma-buf.ts';
import {
  type FdObject,
  releaseFdObject,
  type SyncFile,
  type SyncobjFile,
} from '../../driver/ioctl/fd-table.ts';
import type { Fd } from '../fd.ts';
import { native } from '../native.ts';
import { type BoMemories, type BoMemory, inodeOf } from './bo-memory.ts';
import type { GivenFiles } from './files/given-files.ts';
import type { OpenFile } from './open-file.ts';
import type { Shares } from './shares.ts';
import { Signals } from './turns/signals.ts';

/** A dma-buf that clients hold as a descriptor of the object's memfd. */
interface ExportedBuf {
  buf: DmaBuf;
  memory: BoMemory;
  /** References that writable descriptors have: one for each time it was handed out. */
  refs: number;
  /** Open files that asked for read-only ones; those cannot be followed, and count until the file is released. */
  readers: OpenFile[];
}

/** dma-bufs beyond what the last sweep has left twice. */
const MIN_BOUND = 256;

/**
 * What the driver gave out as file descriptors. A fence file is readable once its fence has signalled, as a sync_file
 * is; its end is seen as the end of a connection. A dma-buf is memory that can be mapped; whether a client still has it
 * is asked from time to time (`sweep`).
 */
export class Exports {
  readonly #given: GivenFiles;
  readonly #memories: BoMemories;
  /** Of descriptors, by process. */
  readonly shares: Shares;
  readonly signals = new Signals();
  /** Fences by the key of the socket that stands for them. */
  readonly #fences = new RenewedMap<number, SyncFile | SyncobjFile>();
  readonly #bufs = new RenewedMap<string, ExportedBuf>();
  /** With more dma-bufs than that they are swept at once: not so many stay that no client has any more. */
  #bound = MIN_BOUND;
  /** How far a sweep has come; null: there is none. */
  #swept: IterableIterator<string> | null = null;

  /** `shares`: of descriptors, by process. */
  constructor(given: GivenFiles, memories: BoMemories, shares: Shares) {
    this.#given = given;
    this.#memories = memories;
    this.shares = shares;
  }

  /** How many objects are out there. */
  get count(): number {
    return this.#fences.size + this.#bufs.size;
  }

  /** A descriptor for a client (process `pid`), which takes over the object's reference; -errno (ENFILE, ENOMEM). */
  open(object: FdObject, writable: boolean, by: OpenFile | null, pid: number): Fd | number {
    if (object.kind === 'dma-buf') return this.#openBuf(object, writable ? null : by, pid);
    return object.kind === 'eventfd' ? -EINVAL : this.#openFence(object, pid);
  }

  /** What a descriptor from a client stands for; null where it is none of ours. */
  identify(fd: Fd): Exclude<FdObject, { kind: 'eventfd' }> | null {
    const given = this.#given.identify(fd);
    if (given !== undefined) return this.#fences.get(given.key) ?? null;
    // Asking a file system that does not answer would take for ever.
    if (fd.foreign) return null;
    return this.#bufs.get(inodeOf(fd))?.buf ?? null;
  }

  /** Has sweep() look at all of them, unless it is about to. */
  sweepSoon(): void {
    if (this.#bufs.size > 0) this.#swept ??= this.#bufs.keys();
  }

  /** Whether there is something for sweep(). */
  get toSweep(): boolean {
    return this.#swept !== null;
  }

  /** Lets go of dma-bufs that no client has any more, one after the other until `isOver`. */
  sweep(isOver: () => boolean): void {
    while (this.#swept !== null) {
      const { value, done } = this.#swept.next();
      const exported = value === undefined ? undefined : this.#bufs.get(value);
      if (exported !== undefined) this.#look(value, exported);
      if (done === true) {
        this.#swept = null;
        this.#bound = 2 * this.#bufs.size + MIN_BOUND;
      } else if (isOver()) return;
    }
  }

  #look(inode: string, exported: ExportedBuf): void {
    if (exported.refs > 0 && !exported.memory.users()) {
      for (; exported.refs > 0; exported.refs--) releaseFdObject(exported.buf);
    }
    const readers = exported.readers.filter((file) => !file.released);
    for (let i = readers.length; i < exported.readers.length; i++) releaseFdObject(exported.buf);
    exported.readers = readers;
    if (exported.refs === 0 && readers.length === 0) this.#bufs.delete(inode);
  }

  /** The server ends. */
  close(): void {
    for (const { buf, refs, readers } of this.#bufs.values()) {
      for (let i = 0; i < refs + readers.length; i++) releaseFdObject(buf);
    }
    this.#bufs.clear();
  }

  #openBuf(buf: DmaBuf, reader: OpenFile | null, pid: number): Fd | number {
    const memory = this.#memories.memoryOf(buf.gem);
    const shared = memory.share(pid);
    if (typeof shared === 'number') return shared;
    const fd = memory.open(reader === null, pid);
    if (typeof fd === 'number') return fd === -EMFILE ? -ENFILE : fd;
    let exported = this.#bufs.get(shared.inode);
    if (exported === undefined) {
      exported = { buf, memory, refs: 0, readers: [] };
      this.#bufs.set(shared.inode, exported);
      if (this.#bufs.size > this.#bound) this.sweepSoon();
    }
    if (reader === null) exported.refs++;
    else exported.readers.push(reader);
    return fd;
  }

  #openFence(object: SyncFile | SyncobjFile, pid: number): Fd | number {
    const kind = object.kind === 'sync-file' ? 'sync' : 'syncobj';
    if (!this.shares.take(pid, 1)) return -ENFILE;
    const made = this.#given.create(kind, 0, O_RDWR, () => {
      this.shares.giveBack(pid, 1);
      this.#fences.delete(file.key);
      releaseFdObject(object);
    });
    if (typeof made === 'number') {
      this.shares.giveBack(pid, 1);
      return made;
    }
    const { file } = made;
    this.#fences.set(file.key, object);
    if (object.kind === 'syncobj-file') send(file.end);
    // sync_file_poll()
    else object.fence.onSignal(() => this.signals.add(() => send(file.end)));
    return made.fd;
  }
}

const ONE = new Uint8Array([1]);
const NONE = new Int32Array(0);
const O_RDWR = 2;

/** Makes the clients' end of a socket readable. */
function send(end: Fd): void {
  if (!end.closed) native().send(end.number, ONE, 0, 1, NONE, 0);
}
