import { EINVAL, ENOMEM } from '../../../uapi/errno.ts';
import type { DmaBuf } from '../../driver/gem/dma-buf.ts';
import {
  type FdObject,
  releaseFdObject,
  type SyncFile,
  type SyncobjFile,
} from '../../driver/ioctl/fd-table.ts';
import { closeAll, Fd } from '../fd.ts';
import { native } from '../native.ts';
import type { Watch } from '../poller.ts';
import { type BoMemories, type BoMemory, inodeOf } from './bo-memory.ts';
import { fenceName, type OpenFile, parseName } from './open-file.ts';

/** A sync_file or syncobj that clients hold as a descriptor: this end of a socket pair whose other end they have. */
interface FenceFile {
  object: SyncFile | SyncobjFile;
  key: number;
  end: Fd;
  watch: Watch | null;
}

/** Calls `ended` when the other side of a socket is closed; null where it cannot be watched. */
export type WatchEnd = (fd: Fd, ended: () => void) => Watch | null;

/** A dma-buf that clients hold as a descriptor of the object's memfd. */
interface ExportedBuf {
  buf: DmaBuf;
  memory: BoMemory;
  /** References that writable descriptors have: one for each time it was handed out. */
  refs: number;
  /** Open files that asked for read-only ones; those cannot be followed, and count until the file is released. */
  readers: OpenFile[];
}

const ends = new Int32Array(2);

/**
 * What the driver gave out as file descriptors. A fence file is readable once its fence has signalled, as a sync_file
 * is; its end is seen as the end of a connection. A dma-buf is memory that can be mapped; whether anybody still has it
 * is asked from time to time (`sweep`).
 */
export class Exports {
  readonly #realm: string;
  readonly #memories: BoMemories;
  readonly #watch: WatchEnd;
  /** Fence files by the key in their name. */
  readonly #fences = new Map<number, FenceFile>();
  readonly #bufs = new Map<string, ExportedBuf>();
  #nextKey = 1;

  constructor(realm: string, memories: BoMemories, watch: WatchEnd) {
    this.#realm = realm;
    this.#memories = memories;
    this.#watch = watch;
  }

  /** How many objects are out there. */
  get count(): number {
    return this.#fences.size + this.#bufs.size;
  }

  /** A descriptor for a client, which takes over the object's reference; -errno (EMFILE, ENOMEM). */
  open(object: FdObject, writable: boolean, by: OpenFile | null): Fd | number {
    if (object.kind === 'dma-buf') return this.#openBuf(object, writable ? null : by);
    return object.kind === 'eventfd' ? -EINVAL : this.#openFence(object);
  }

  /** What a descriptor from a client stands for; null where it is none of ours. */
  identify(fd: Fd): Exclude<FdObject, { kind: 'eventfd' }> | null {
    const name = parseName(native().ownName(fd.number), this.#realm);
    if (name !== undefined) {
      return name.kind === 'fence' ? (this.#fences.get(name.key)?.object ?? null) : null;
    }
    return this.#bufs.get(inodeOf(fd))?.buf ?? null;
  }

  /** Lets go of dma-bufs that nobody has any more. */
  sweep(): void {
    for (const [inode, exported] of this.#bufs) {
      if (exported.refs > 0 && !exported.memory.users()) {
        for (; exported.refs > 0; exported.refs--) releaseFdObject(exported.buf);
      }
      const readers = exported.readers.filter((file) => !file.released);
      for (let i = readers.length; i < exported.readers.length; i++) releaseFdObject(exported.buf);
      exported.readers = readers;
      if (exported.refs === 0 && readers.length === 0) this.#bufs.delete(inode);
    }
  }

  /** The server ends. */
  close(): void {
    for (const file of [...this.#fences.values()]) this.#closed(file);
    for (const { buf, refs, readers } of this.#bufs.values()) {
      for (let i = 0; i < refs + readers.length; i++) releaseFdObject(buf);
    }
    this.#bufs.clear();
  }

  #openBuf(buf: DmaBuf, reader: OpenFile | null): Fd | number {
    const memory = this.#memories.memoryOf(buf.gem);
    if (typeof memory === 'number') return memory;
    const fd = memory.open(reader === null);
    if (typeof fd === 'number') return fd;
    let exported = this.#bufs.get(memory.inode);
    if (exported === undefined) {
      exported = { buf, memory, refs: 0, readers: [] };
      this.#bufs.set(memory.inode, exported);
    }
    if (reader === null) exported.refs++;
    else exported.readers.push(reader);
    return fd;
  }

  /** The last copy of a fence file was closed. */
  #closed(file: FenceFile): void {
    if (!this.#fences.delete(file.key)) return;
    file.watch?.end();
    file.end.close();
    releaseFdObject(file.object);
  }

  #openFence(object: SyncFile | SyncobjFile): Fd | number {
    const key = this.#nextKey++;
    const ret = native().namedPair(fenceName(this.#realm, key), ends);
    if (ret < 0) return ret;
    const file: FenceFile = { object, key, end: new Fd(ends[0]), watch: null };
    const theirs = new Fd(ends[1]);
    this.#fences.set(key, file);
    file.watch = this.#watch(file.end, () => this.#closed(file));
    if (file.watch === null) {
      this.#fences.delete(key);
      closeAll([file.end, theirs]);
      return -ENOMEM;
    }
    if (object.kind === 'sync-file') {
      object.fence.onSignal(() => {
        if (!file.end.closed) native().send(file.end.number, ONE, 0, 1, NONE, 0);
      });
    }
    return theirs;
  }
}

const ONE = new Uint8Array([1]);
const NONE = new Int32Array(0);
