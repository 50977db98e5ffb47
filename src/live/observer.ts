import type { Call } from './call.ts';
import type { OpenFile } from './open-file.ts';

/** Listens to the conversation: recorders and reports. Everything is called after the fact, in the order of replies. */
export interface Observer {
  /** Whether `call.before` is needed. */
  readonly wantsBefore: boolean;
  opened(file: OpenFile): void;
  /** `ret` is 0 or more, or -errno. */
  ioctl(file: OpenFile, call: Call, ret: number): void;
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
