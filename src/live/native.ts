/**
 * The server's helper (native-stubs/server): what Node cannot do by itself. Descriptors over unix sockets, who is at
 * the other end of one, waiting for many connections in one blocking call, memory shared with other processes.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { nativeFile } from './package-root.ts';
import { StartError } from './start-error.ts';

/** Functions return 0 or more, or -errno. */
export interface Native {
  /** A non-blocking listening unix socket. */
  listen(path: string, backlog: number): number;
  /** A connection. */
  connect(path: string): number;
  accept(listener: number): number;
  /** Effective user at the other end. */
  peerUid(fd: number): number;
  /** The process that connected. */
  peerPid(fd: number): number;
  /** A number that no other socket of this system has had; below 0 for what is no socket. */
  cookie(fd: number): number;
  /** 1 when every copy of the other end is closed. */
  hasEnded(fd: number): number;
  /** Two connected sockets into `out`; the second is named `path`, and looks writable only if `writable` is not 0. */
  filePair(path: string, writable: number, out: Int32Array): number;
  /**
   * Reads into bytes[offset..], `most` bytes at most (all that there is room for otherwise); fds[0] is the number of descriptors in fds[1..], those of files that may make us wait as
   * their complement. 0 is the end, -EAGAIN nothing yet.
   */
  receive(fd: number, bytes: Uint8Array, offset: number, fds: Int32Array, most?: number): number;
  /** Writes bytes[offset..end) with the first `count` of `fds`; returns how many bytes went. */
  send(fd: number, bytes: Uint8Array, offset: number, end: number, fds: Int32Array, count: number): number;
  /** To be called before the next three: SIGIO ends nothing from now on, a thread waits for descriptors to close. */
  getReady(): number;
  /** eventfd_signal(): never waits, whatever the client does with it. */
  eventfdSignal(fd: number): number;
  /** close(2) in another thread: for files that may make it wait, and, where `memory` is 1, for large memfds. */
  closeElsewhere(fd: number, memory: number): number;
  /** Writes to standard error where that neither waits nor fails; at most 4095 bytes. */
  tell(text: string): number;
  pollCreate(): number;
  /** epoll_ctl(); `tag` comes back with the events. */
  pollSet(poll: number, operation: number, fd: number, events: number, tag: number): number;
  /** Pairs of tag and events into `out`; waits at most `timeoutNs` (below 0: for ever). */
  pollWait(poll: number, out: Float64Array, timeoutNs: number): number;
  /** A non-blocking pipe: out[0] reads, out[1] writes. */
  pipe(out: Int32Array): number;
  /** A memfd of fixed size; `seal` 0 leaves it to memoryFix(). */
  memoryCreate(name: string, size: number, seal: number): number;
  /** Another open file of the same memory; -EWOULDBLOCK where a client has a lease on it. */
  memoryOpen(fd: number, writable: number): number;
  /** No process can write to it any more, but through the mappings that there are. */
  memoryFix(fd: number): number;
  /** Bytes [offset, offset + size) of a memfd, or memory of our own where fd is -1; at most 4 GiB. */
  memoryMap(fd: number, offset: number, size: number): ArrayBuffer | number;
  memoryUnmap(buffer: ArrayBuffer): number;
  /** Whether another process has the memfd open for writing; `fd` is a read-only descriptor of it. */
  memoryWriters(fd: number): number;
}

export const EPOLL_CTL_ADD = 1;
export const EPOLL_CTL_DEL = 2;
export const EPOLL_CTL_MOD = 3;
export const EPOLLIN = 0x1;
export const EPOLLOUT = 0x4;
export const EPOLLERR = 0x8;
export const EPOLLHUP = 0x10;

let loaded: Native | undefined;

/** Path of the helper where it has been compiled. */
export function helperPath(): string {
  return nativeFile(process.arch === 'arm64' ? 'aarch64' : 'x86_64', 'server.node');
}

/**
 * Loads the helper.
 *
 * @throws StartError with one sentence for the user when it was not compiled
 */
export function native(): Native {
  if (loaded === undefined) {
    const path = helperPath();
    if (!existsSync(path)) {
      throw new StartError(
        'the native parts are not compiled: a C compiler and `npm run build:native` are needed',
      );
    }
    try {
      loaded = createRequire(import.meta.url)(path) as Native;
    } catch (error) {
      // Compiled for another C library, say.
      throw new StartError(
        `the native parts do not load here, compile them anew: ${(error as Error).message}`,
      );
    }
  }
  return loaded;
}
