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
}

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
  });
  const result = (ret: number): number => (ret < 0 ? -ffi.errno() : ret);
  return {
    open: (path, flags) => result(functions.open(path, flags)),
    close: (fd) => result(functions.close(fd)),
    ioctl: (fd, request, argument) => result(functions.ioctl(fd, request, argument)),
    address: (buffer) => BigInt(`0x${ref.hexAddress(buffer)}`),
  };
}
