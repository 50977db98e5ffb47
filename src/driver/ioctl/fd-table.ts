import { EBADF } from '../../../uapi/errno.ts';
import type { DmaBuf } from '../gem/dma-buf.ts';
import type { Fence } from '../sync/fence.ts';
import type { Syncobj } from '../sync/syncobj.ts';

/** A file that holds one fence (struct sync_file). */
export interface SyncFile {
  readonly kind: 'sync-file';
  readonly fence: Fence;
  /** What SYNC_IOC_MERGE called it. */
  readonly name?: string;
}

/** A file that holds a syncobj (anon inode "syncobj_file"). */
export interface SyncobjFile {
  readonly kind: 'syncobj-file';
  readonly syncobj: Syncobj;
}

/** An eventfd of the client's; only the host can write to the real one. */
export interface EventFd {
  readonly kind: 'eventfd';
  /** eventfd_signal() */
  signal(): void;
  /** eventfd_ctx_get(): the driver keeps it; false where that is refused (ENOMEM). */
  get?(): boolean;
  /** eventfd_ctx_put() */
  put?(): void;
}

/** What a file descriptor stands for, as far as the driver cares. */
export type FdObject = DmaBuf | SyncFile | SyncobjFile | EventFd;

/**
 * The file descriptors of the process that makes a call. A server of real clients puts real descriptors behind it.
 * A descriptor owns one reference to its object; `releaseFdObject` gives that back when the last copy is closed.
 */
export interface FdTable {
  /** get_unused_fd_flags() and fd_install(): a new descriptor for `object`, or -errno (EMFILE). */
  install(object: FdObject): number;
  /** fdget(): null for a descriptor of something else, undefined when it is not open (EBADF). */
  lookup(fd: number): FdObject | null | undefined;
}

/** The last descriptor of `object` was closed. */
export function releaseFdObject(object: FdObject): void {
  if (object.kind === 'dma-buf') object.put();
  else if (object.kind === 'syncobj-file') object.syncobj.put();
}

/** Descriptors without a process: lowest free number from 3. */
export class ModelFdTable implements FdTable {
  readonly #files = new Map<number, FdObject | null>();

  install(object: FdObject | null): number {
    let fd = 3;
    while (this.#files.has(fd)) fd++;
    this.#files.set(fd, object);
    return fd;
  }

  lookup(fd: number): FdObject | null | undefined {
    return this.#files.get(fd);
  }

  /** close(2): 0 or -EBADF. */
  close(fd: number): number {
    const object = this.#files.get(fd);
    if (object === undefined) return -EBADF;
    this.#files.delete(fd);
    if (object !== null) releaseFdObject(object);
    return 0;
  }
}
