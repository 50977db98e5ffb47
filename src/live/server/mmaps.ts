import { EACCES, EBADF, EMFILE, ENFILE, ENOMEM } from '../../../uapi/errno.ts';
import { HIGH_WORD } from '../../../uapi/layout.ts';
import { WIRE_ATTACH, wire_mmap } from '../../../uapi/wire.ts';
import type { Frame } from '../../capture/frame.ts';
import { getU64 } from '../../driver/base/u64.ts';
import { FLUSH_ID_PAGE } from '../../driver/ioctl/file.ts';
import type { Fd } from '../fd.ts';
import type { BoMemories, BoMemory } from './bo-memory.ts';
import type { Connection } from './clients/connection.ts';
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
    if (size < wire_mmap.size) return false;
    const { off } = wire_mmap;
    const { files, replies, observers } = this.#options;
    const shown = (frameFlags & WIRE_ATTACH) !== 0 ? fds.shift() : undefined;
    const file = files.find(from, getU64(view, at + off.file), shown);
    if (file === undefined) {
      replies.plain(from, id, -EBADF);
      return true;
    }
    const prot = view.getUint32(at + off.prot, true);
    const flags = view.getUint32(at + off.flags, true);
    const ret = this.#reply(
      from,
      id,
      file,
      getU64(view, at + off.offset),
      getU64(view, at + off.length),
      prot,
      flags,
    );
    if (ret < 0) replies.plain(from, id, ret);
    const call = {
      tid: view.getUint32(at + off.tid, true) & 0x7fffffff,
      fd: view.getInt32(at + off.fd, true),
      lengthLo: view.getUint32(at + off.length, true),
      lengthHi: view.getUint32(at + off.length + HIGH_WORD, true),
      offsetLo: view.getUint32(at + off.offset, true),
      offsetHi: view.getUint32(at + off.offset + HIGH_WORD, true),
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
