import { fstatSync } from 'node:fs';
import { EMFILE, ENFILE, ENOMEM } from '../../../uapi/errno.ts';
import { PAGE_SIZE } from '../../../uapi/sizes.ts';
import { RenewedMap } from '../../driver/base/renewed-map.ts';
import type { GemObject } from '../../driver/gem/gem.ts';
import { type Fd, owned } from '../fd.ts';
import { native } from '../native.ts';
import type { Shares } from './shares.ts';

/** Name of every memfd: the preload library knows our dma-bufs by it (native-stubs/preload/fds/ioctl.c). */
const MEMFD_NAME = 'panthor-shim-bo';

/** Device and inode of an open file: the same for every descriptor of it. */
export function inodeOf(fd: Fd): string {
  const { dev, ino } = fstatSync(fd.number, { bigint: true });
  return `${dev}:${ino}`;
}

/** Bytes whose pages are given back in some microseconds. */
const SMALL = 0x40000;
/** Bytes that are mapped at a time: an object may be larger than an ArrayBuffer can be. */
const WINDOW = 256 << 20;

/** What a client can map: the memfd of an object. */
interface SharedMemory {
  readonly fd: Fd;
  /** What a descriptor that comes back is known by. */
  readonly inode: string;
  /** A read-only descriptor, for users(). */
  readOnly: Fd | null;
  /** The process that it counts for. */
  readonly pid: number;
}

/**
 * The memory of one buffer object. It is the server's own until a client wants to map it, then a memfd whose pages are
 * the client's mapping and the model's; so only what clients map costs a descriptor.
 */
export class BoMemory {
  readonly size: number;
  /** What the model has mapped, by which window of the object it is. */
  readonly #windows = new Map<number, ArrayBuffer>();
  /** Pages that the model has asked for, by their offsets, as long as the memory is not shared. */
  readonly #asked = new Set<number>();
  #shared: SharedMemory | null = null;
  readonly #shares: Shares | null;
  #sealed = true;

  /** Zeroed memory of `size` bytes; nothing is used before it is touched. `shares`: of descriptors, by process. */
  constructor(size: number, shares: Shares | null = null) {
    this.size = size;
    this.#shares = shares;
  }

  /**
   * A page of the model's that clients see and cannot write to, however they open it.
   *
   * @throws Error where there is not even memory for that
   */
  static shown(): BoMemory {
    const memory = new BoMemory(PAGE_SIZE);
    memory.#sealed = false;
    const shared = memory.share(0);
    if (typeof shared === 'number' || memory.page(0) === null) throw new Error('no memory for a page');
    native().memoryFix(shared.fd.number);
    return memory;
  }

  /** The page at byte `offset` (below the size, a multiple of 4096), or null where there is no room for a mapping. */
  page(offset: number): DataView | null {
    const index = Math.floor(offset / WINDOW);
    const start = index * WINDOW;
    let window = this.#windows.get(index);
    if (window === undefined) {
      const mapped = this.#map(this.#shared?.fd ?? null, index);
      if (typeof mapped === 'number') return null;
      window = mapped;
      this.#windows.set(index, window);
    }
    if (this.#shared === null) this.#asked.add(offset);
    return new DataView(window, offset - start, PAGE_SIZE);
  }

  /**
   * Makes it memory that clients can map, for process `pid`.
   *
   * @returns the memfd; -ENOMEM where there is none, or the process has its share of descriptors already
   */
  share(pid: number): SharedMemory | number {
    if (this.#shared !== null) return this.#shared;
    if (this.#shares?.take(pid, 1) === false) return -ENOMEM;
    const shared = this.#makeShared(pid);
    if (typeof shared === 'number') this.#shares?.giveBack(pid, 1);
    else this.#shared = shared;
    return shared;
  }

  /** A descriptor for other processes (a dma-buf), or -errno; `users()` counts them while it is writable. */
  open(writable: boolean, pid: number): Fd | number {
    const shared = this.share(pid);
    return typeof shared === 'number'
      ? shared
      : owned(native().memoryOpen(shared.fd.number, writable ? 1 : 0));
  }

  /** Whether a writable descriptor from open(), or a mapping of it, is alive anywhere. */
  users(): boolean {
    const shared = this.#shared;
    if (shared === null) return false;
    if (shared.readOnly === null) {
      const fd = owned(native().memoryOpen(shared.fd.number, 0));
      // Where leases are not to be had, or descriptors, it cannot be told: then it counts as used.
      if (typeof fd === 'number') return true;
      shared.readOnly = fd;
    }
    return native().memoryWriters(shared.readOnly.number) !== 0;
  }

  /** The object is gone. Clients keep the mappings that they have. */
  close(): void {
    for (const window of this.#windows.values()) native().memoryUnmap(window);
    this.#windows.clear();
    const shared = this.#shared;
    if (shared === null) return;
    this.#shared = null;
    shared.readOnly?.close();
    if (this.size > SMALL) shared.fd.closeMemory();
    else shared.fd.close();
    this.#shares?.giveBack(shared.pid, 1);
  }

  #map(fd: Fd | null, index: number): ArrayBuffer | number {
    const start = index * WINDOW;
    return native().memoryMap(fd?.number ?? -1, start, Math.min(WINDOW, this.size - start));
  }

  /** Copies what the model may have written in one window: the rest is zero, and to look at it would take a while. */
  #copy(start: number, from: ArrayBuffer, to: ArrayBuffer): void {
    const source = new Uint8Array(from);
    const target = new Uint8Array(to);
    for (const offset of this.#asked) {
      const at = offset - start;
      if (at >= 0 && at < target.length) target.set(source.subarray(at, at + PAGE_SIZE), at);
    }
  }

  /** What the model has written so far goes along. */
  #makeShared(pid: number): SharedMemory | number {
    const fd = owned(native().memoryCreate(MEMFD_NAME, this.size, this.#sealed ? 1 : 0));
    if (typeof fd === 'number') return fd === -EMFILE || fd === -ENFILE ? -ENOMEM : fd;
    for (const [index, own] of [...this.#windows]) {
      const window = this.#map(fd, index);
      if (typeof window === 'number') {
        fd.close();
        return -ENOMEM;
      }
      this.#copy(index * WINDOW, own, window);
      native().memoryUnmap(own);
      this.#windows.set(index, window);
    }
    this.#asked.clear();
    return { fd, inode: inodeOf(fd), readOnly: null, pid };
  }
}

/** The memory of all buffer objects that a client or the model has looked into. */
export class BoMemories {
  readonly #of = new RenewedMap<GemObject, BoMemory>();
  readonly #shares: Shares | null;

  /** `shares`: of descriptors, by process. */
  constructor(shares: Shares | null = null) {
    this.#shares = shares;
  }

  /** How many there are. */
  get count(): number {
    return this.#of.size;
  }

  /** The object's memory, made on first use. */
  memoryOf(bo: GemObject): BoMemory {
    let memory = this.#of.get(bo);
    if (memory === undefined) {
      memory = new BoMemory(bo.size, this.#shares);
      this.#of.set(bo, memory);
    }
    return memory;
  }

  /** A page of the object for the model, shared with all who map it; null where it cannot be mapped. */
  readonly pageOf = (bo: GemObject, offset: number): DataView | null => this.memoryOf(bo).page(offset);

  /** The last reference to the object is gone. */
  forget(bo: GemObject): void {
    const memory = this.#of.get(bo);
    if (memory === undefined) return;
    this.#of.delete(bo);
    memory.close();
  }
}
