import { EACCES, EBADF, EMFILE, ENFILE, ENOMEM } from '../../../uapi/errno.ts';
import type { Frame } from '../../capture/frame.ts';
import { FLUSH_ID_PAGE } from '../../driver/ioctl/file.ts';
import type { Fd } from '../fd.ts';
import { MMAP_BYTES, readU64, WIRE_ATTACH } from '../wire.ts';
import type { BoMemories, BoMemory } from './bo-memory.ts';
import type { Connection } from './connection.ts';
import type { Observer } from './observer.ts';
import type { OpenFile } from './open-file.ts';
import type { OpenFiles } from './open-files.ts';
import type { Replies } from './replies.ts';

export interface MmapsOptions {
  files: OpenFiles;
  memories: BoMemories;
  flushIdPage: BoMemory;
  replies: Replies;
  observers: readonly Observer[];
}

const PROT_WRITE = 2;

/** Where WIRE_MMAP becomes memory. */
export class Mmaps {
  readonly #options: MmapsOptions;

  constructor(options: MmapsOptions) {
    this.#options = options;
  }

  /** Handles one request; `fds` as for Ioctls. @returns false for what is no request */
  handle(from: Connection, frame: Frame, view: DataView, fds: Fd[]): boolean {
    const { at, size, id, flags: frameFlags } = frame;
    if (size < MMAP_BYTES) return false;
    const { files, replies, observers } = this.#options;
    const shown = (frameFlags & WIRE_ATTACH) !== 0 ? fds.shift() : undefined;
    const file = files.find(from, readU64(view, at), shown);
    if (file === undefined) {
      replies.plain(from, id, -EBADF);
      return true;
    }
    const prot = view.getUint32(at + 24, true);
    const flags = view.getUint32(at + 28, true);
    const ret = this.#reply(from, id, file, readU64(view, at + 16), readU64(view, at + 8), prot, flags);
    if (ret < 0) replies.plain(from, id, ret);
    const call = {
      tid: view.getUint32(at + 32, true) & 0x7fffffff,
      fd: view.getInt32(at + 36, true),
      lengthLo: view.getUint32(at + 8, true),
      lengthHi: view.getUint32(at + 12, true),
      offsetLo: view.getUint32(at + 16, true),
      offsetHi: view.getUint32(at + 20, true),
      prot,
      flags,
    };
    for (const observer of observers) observer.mmap(file, call, ret >= 0);
    return true;
  }

  /** Sends the memory, and returns 0; -errno is for the caller to send. */
  #reply(
    to: Connection,
    id: number,
    file: OpenFile,
    offset: number,
    length: number,
    prot: number,
    flags: number,
  ): number {
    const { memories, flushIdPage, replies } = this.#options;
    const found = file.drm.mmap(offset, length, prot, flags);
    if (typeof found === 'number') return found;
    if (found === FLUSH_ID_PAGE) {
      // Clients read the page and never write it.
      const page = flushIdPage.open(false, file.pid);
      if (typeof page === 'number') return notOurs(page);
      replies.memory(to, id, page, false);
      return 0;
    }
    const memory = memories.memoryOf(found);
    if (!file.readOnly) {
      const shared = memory.share(file.pid);
      if (typeof shared === 'number') return shared;
      replies.memory(to, id, shared.fd, true);
      return 0;
    }
    // FMODE_WRITE is missing: mprotect(2) cannot make it writable later, either.
    if ((prot & PROT_WRITE) !== 0) return -EACCES;
    const fd = memory.open(false, file.pid);
    if (typeof fd === 'number') return notOurs(fd);
    replies.memory(to, id, fd, false);
    return 0;
  }
}

/** That the server is out of descriptors is not the client's affair. */
function notOurs(error: number): number {
  return error === -EMFILE || error === -ENFILE ? -ENOMEM : error;
}
