import { closeSync } from 'node:fs';
import { EINVAL } from '../../../uapi/errno.ts';
import type { DmaBuf } from '../../driver/gem/dma-buf.ts';
import {
  type FdObject,
  releaseFdObject,
  type SyncFile,
  type SyncobjFile,
} from '../../driver/ioctl/fd-table.ts';
import { native } from '../native.ts';
import { type BoMemories, type BoMemory, inodeOf } from './bo-memory.ts';
import { fenceName, type OpenFile, parseName } from './open-file.ts';

/** A sync_file or syncobj that clients hold as a descriptor: this end of a socket pair whose other end they have. */
interface FenceFile {
  object: SyncFile | SyncobjFile;
  key: number;
}

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
  readonly #watch: (fd: number) => void;
  readonly #fences = new Map<number, FenceFile>();
  readonly #keys = new Map<number, number>();
  readonly #bufs = new Map<string, ExportedBuf>();
  #nextKey = 1;

  /** `watch` is told of each descriptor whose end is to be reported to `closed()`. */
  constructor(realm: string, memories: BoMemories, watch: (fd: number) => void) {
    this.#realm = realm;
    this.#memories = memories;
    this.#watch = watch;
  }

  /** How many objects are out there. */
  get count(): number {
    return this.#fences.size + this.#bufs.size;
  }

  /** A descriptor for a client, which takes over the object's reference; -errno (EMFILE, ENOMEM). */
  open(object: FdObject, writable: boolean, by: OpenFile | null): number {
    if (object.kind === 'dma-buf') return this.#openBuf(object, writable ? null : by);
    return object.kind === 'eventfd' ? -EINVAL : this.#openFence(object);
  }

  /** What a descriptor from a client stands for; null where it is none of ours. */
  identify(fd: number): Exclude<FdObject, { kind: 'eventfd' }> | null {
    const name = parseName(native().ownName(fd), this.#realm);
    if (name !== undefined) {
      const end = name.kind === 'fence' ? this.#keys.get(name.key) : undefined;
      return end === undefined ? null : (this.#fences.get(end)?.object ?? null);
    }
    return this.#bufs.get(inodeOf(fd))?.buf ?? null;
  }

  /** The last copy of a fence file was closed. */
  closed(end: number): void {
    const file = this.#fences.get(end);
    if (file === undefined) return;
    this.#fences.delete(end);
    this.#keys.delete(file.key);
    closeSync(end);
    releaseFdObject(file.object);
  }

  isFence(end: number): boolean {
    return this.#fences.has(end);
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
    for (const end of [...this.#fences.keys()]) this.closed(end);
    for (const { buf, refs, readers } of this.#bufs.values()) {
      for (let i = 0; i < refs + readers.length; i++) releaseFdObject(buf);
    }
    this.#bufs.clear();
  }

  #openBuf(buf: DmaBuf, reader: OpenFile | null): number {
    const memory = this.#memories.memoryOf(buf.gem);
    if (typeof memory === 'number') return memory;
    const fd = memory.open(reader === null);
    if (fd < 0) return fd;
    let exported = this.#bufs.get(memory.inode);
    if (exported === undefined) {
      exported = { buf, memory, refs: 0, readers: [] };
      this.#bufs.set(memory.inode, exported);
    }
    if (reader === null) exported.refs++;
    else exported.readers.push(reader);
    return fd;
  }

  #openFence(object: SyncFile | SyncobjFile): number {
    const key = this.#nextKey++;
    const ret = native().namedPair(fenceName(this.#realm, key), ends);
    if (ret < 0) return ret;
    const [own, theirs] = ends;
    this.#fences.set(own, { object, key });
    this.#keys.set(key, own);
    this.#watch(own);
    if (object.kind === 'sync-file') {
      object.fence.onSignal(() => {
        if (this.#fences.get(own)?.object === object) native().send(own, ONE, 0, 1, NONE, 0);
      });
    }
    return theirs;
  }
}

const ONE = new Uint8Array([1]);
const NONE = new Int32Array(0);
