/**
 * The calls of the C library that a device file needs. ffi-napi makes them; both ffi packages are optional and loaded only
 * here, since they are compiled at installation. A call costs about 10 µs: right for ioctls, never for more.
 */
import { createRequire } from 'node:module';
import { UsageError } from '../errors.ts';

interface ForeignFunctions {
  open(path: string, flags: number): number;
  close(fd: number): number;
  /** `request` is unsigned long. */
  ioctl(fd: number, request: number, argument: Buffer): number;
  mmap(at: Buffer, length: number, prot: number, flags: number, fd: number, offset: string): Buffer;
  munmap(at: Buffer, length: number): number;
  mprotect(at: Buffer, length: number, prot: number): number;
  poll(fds: Buffer, count: number, timeoutMs: number): number;
  eventfd(value: number, flags: number): number;
}

/** What of ffi-napi is used. */
interface Ffi {
  Library(
    name: string | null,
    functions: Record<string, [result: string, args: string[], options?: object]>,
  ): ForeignFunctions;
  errno(): number;
}

/** What of ref-napi is used. */
interface Ref {
  /** User address of a Buffer's first byte. */
  hexAddress(buffer: Buffer): string;
  /** The memory that a pointer leads to. */
  reinterpret(pointer: Buffer, size: number, offset: number): Buffer;
  readonly NULL: Buffer;
}

export interface Libc {
  /** A descriptor, or -errno. */
  open(path: string, flags: number): number;
  /** 0, or -errno. */
  close(fd: number): number;
  /** The call's result, or -errno; the kernel reads and writes `argument`. */
  ioctl(fd: number, request: number, argument: Buffer): number;
  /** Where a Buffer lies, as a pointer field of a struct has it. The Buffer must outlive the call. */
  address(buffer: Buffer): bigint;
  /** Maps `length` bytes (of a file, or fd -1 for anonymous memory), or -errno. The caller unmaps them. */
  mmap(length: number, prot: number, flags: number, fd: number, offset: bigint): Buffer | number;
  /** 0, or -errno. The Buffer must not be touched again. */
  munmap(memory: Buffer): number;
  /** 0, or -errno. */
  mprotect(memory: Buffer, prot: number): number;
  /** Events of one descriptor, without waiting; -errno. */
  poll(fd: number, events: number): number;
  /** A descriptor that does not block, or -errno. */
  eventfd(): number;
}

const MAP_FAILED = (1n << 64n) - 1n;
const EFD_NONBLOCK = 0o4000;

const require = createRequire(import.meta.url);
let loaded: Libc | null = null;

/**
 * The C library of this process.
 *
 * @throws UsageError where the ffi packages are not installed
 */
export function libc(): Libc {
  loaded ??= load();
  return loaded;
}

function load(): Libc {
  let ffi: Ffi;
  let ref: Ref;
  try {
    ffi = require('ffi-napi') as Ffi;
    ref = require('ref-napi') as Ref;
  } catch {
    throw new UsageError(
      'a real device is reached through the packages ffi-napi and ref-napi, which are not here: with a C++ compiler, make and Python, npm installs them',
    );
  }
  const functions = ffi.Library(null, {
    // Variadic in C; their third arguments are of one kind each here.
    open: ['int', ['string', 'int']],
    close: ['int', ['int']],
    ioctl: ['int', ['int', 'ulong', 'pointer']],
    mmap: ['pointer', ['pointer', 'size_t', 'int', 'int', 'int', 'int64']],
    munmap: ['int', ['pointer', 'size_t']],
    mprotect: ['int', ['pointer', 'size_t', 'int']],
    poll: ['int', ['pointer', 'ulong', 'int']],
    eventfd: ['int', ['uint', 'int']],
  });
  const result = (ret: number): number => (ret < 0 ? -ffi.errno() : ret);
  return {
    open: (path, flags) => result(functions.open(path, flags)),
    close: (fd) => result(functions.close(fd)),
    ioctl: (fd, request, argument) => result(functions.ioctl(fd, request, argument)),
    address: (buffer) => BigInt(`0x${ref.hexAddress(buffer)}`),
    mmap(length, prot, flags, fd, offset) {
      const at = functions.mmap(ref.NULL, length, prot, flags, fd, String(BigInt.asIntN(64, offset)));
      return BigInt(`0x${ref.hexAddress(at)}`) === MAP_FAILED ? -ffi.errno() : ref.reinterpret(at, length, 0);
    },
    munmap: (memory) => result(functions.munmap(memory, memory.length)),
    mprotect: (memory, prot) => result(functions.mprotect(memory, memory.length, prot)),
    poll(fd, events) {
      const one = Buffer.alloc(8);
      one.writeInt32LE(fd, 0);
      one.writeInt16LE(events, 4);
      const ret = result(functions.poll(one, 1, 0));
      return ret < 0 ? ret : one.readUInt16LE(6);
    },
    eventfd: () => result(functions.eventfd(0, EFD_NONBLOCK)),
  };
}
