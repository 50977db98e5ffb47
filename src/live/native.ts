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
  /** A connection, from an abstract name where that is not empty. */
  connect(path: string, name: string): number;
  accept(listener: number): number;
  /** Effective user at the other end. */
  peerUid(fd: number): number;
  /** Abstract socket name of the other end, or ''. */
  peerName(fd: number): string;
  ownName(fd: number): string;
  /** Two connected sockets into `out`; the second has the abstract name. */
  namedPair(name: string, out: Int32Array): number;
  /** Reads into bytes[offset..]; fds[0] is the number of descriptors in fds[1..]. 0 is the end, -EAGAIN nothing yet. */
  receive(fd: number, bytes: Uint8Array, offset: number, fds: Int32Array): number;
  /** Writes bytes[offset..end) with the first `count` of `fds`; returns how many bytes went. */
  send(fd: number, bytes: Uint8Array, offset: number, end: number, fds: Int32Array, count: number): number;
  pollCreate(): number;
  pollSet(poll: number, operation: number, fd: number, events: number): number;
  /** Pairs of descriptor and events into `out`; waits at most `timeoutNs` (below 0: for ever). */
  pollWait(poll: number, out: Int32Array, timeoutNs: number): number;
  /** A non-blocking pipe: out[0] reads, out[1] writes. */
  pipe(out: Int32Array): number;
  /** A memfd of fixed size. */
  memoryCreate(name: string, size: number): number;
  /** Bytes [offset, offset + size) of a memfd, at most 4 GiB. */
  memoryMap(fd: number, offset: number, size: number): ArrayBuffer | number;
  memoryUnmap(buffer: ArrayBuffer): number;
  /** Whether anybody else has the memfd open for writing; `fd` is a read-only descriptor of it. */
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
