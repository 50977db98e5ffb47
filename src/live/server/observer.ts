import type { DmaBuf } from '../../driver/gem/dma-buf.ts';
import type { SyncFile } from '../../driver/ioctl/fd-table.ts';
import type { Call } from './call.ts';
import type { CallFds } from './call-fds.ts';
import type { OpenFile } from './open-file.ts';

/** Listens to the conversation: recorders and reports. Everything is called after the fact, in the order of replies. */
export interface Observer {
  /** Whether `call.before` is needed. */
  readonly wantsBefore: boolean;
  opened(file: OpenFile): void;
  /**
   * A call on an open file or on the own descriptor of a dma-buf or sync_file. `ret` is 0 or more, or -errno; `fds` are the
   * descriptors that it takes or makes, if it is one of those that do.
   */
  ioctl(on: OpenFile | DmaBuf | SyncFile, call: Call, ret: number, fds: CallFds | null): void;
  mmap(file: OpenFile, call: MmapCall, ok: boolean): void;
  released(file: OpenFile): void;
}

/** The arguments of mmap() as the client made it; 64-bit ones in two halves. */
export interface MmapCall {
  tid: number;
  fd: number;
  lengthLo: number;
  lengthHi: number;
  offsetLo: number;
  offsetHi: number;
  prot: number;
  flags: number;
}
