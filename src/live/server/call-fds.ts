import { readlinkSync } from 'node:fs';
import { DRM_CLOEXEC, DRM_RDWR, drm_prime_handle } from '../../../uapi/drm.ts';
import type { IoctlSpec } from '../../../uapi/ioctl.ts';
import type { FdObject, FdTable } from '../../driver/ioctl/fd-table.ts';
import type { Fd } from '../fd.ts';
import { fdArgument, fdResult } from '../launch/native-tables.ts';
import type { Install } from '../wire.ts';
import { ClientEventFd } from './client-eventfd.ts';
import type { Exports } from './exports.ts';
import type { OpenFile } from './open-file.ts';

/**
 * The client's descriptors during one call: the one that came along for the argument's field, and the ones that the
 * driver makes. Numbers of the latter mean nothing here; the library writes the client's own over them.
 */
export class CallFds implements FdTable {
  readonly #exports: Exports;
  readonly #file: OpenFile | null;
  /** The calling process. */
  readonly #pid: number;
  readonly #spec: IoctlSpec | undefined;
  readonly #argAddr: number;
  readonly #flags: number;
  /** The descriptor that the client sent, as the client calls it and as it is called here; -1: none. */
  readonly #sentAs: number;
  #sent: Fd | null;
  /** What the descriptor in the argument stands for, and what the driver made one for: each null where there is none. */
  given: FdObject | null = null;
  result: FdObject | null = null;
  /** New descriptors, and where the client wants their numbers. */
  readonly made: Fd[] = [];
  readonly installs: Install[] = [];

  /** `arg` is the argument of the call, `sent` a descriptor that came along (owned from now on). */
  constructor(
    exports: Exports,
    file: OpenFile | null,
    pid: number,
    spec: IoctlSpec | undefined,
    arg: DataView | null,
    argAddr: number,
    sent: Fd | null,
  ) {
    this.#exports = exports;
    this.#file = file;
    this.#pid = pid;
    this.#spec = spec;
    this.#argAddr = argAddr;
    const field = spec && fdArgument(spec);
    const has = (offset: number): boolean => arg !== null && offset + 4 <= arg.byteLength;
    this.#sentAs = field && has(field.offset) ? arg!.getInt32(field.offset, true) : -1;
    const isPrime = spec?.arg === drm_prime_handle && has(drm_prime_handle.off.flags);
    // Everything but PRIME is close-on-exec and writable.
    this.#flags = isPrime ? arg!.getUint32(drm_prime_handle.off.flags, true) : DRM_CLOEXEC | DRM_RDWR;
    this.#sent = sent;
  }

  /** The fields of the argument that take and return a descriptor. */
  get fields(): { taken: { offset: number } | undefined; made: { offset: number } | undefined } {
    return { taken: this.#spec && fdArgument(this.#spec), made: this.#spec && fdResult(this.#spec) };
  }

  install(object: FdObject): number {
    const field = this.#spec && fdResult(this.#spec);
    if (field === undefined) throw new Error(`${this.#spec?.name}: no field for a descriptor`);
    const fd = this.#exports.open(object, (this.#flags & DRM_RDWR) !== 0, this.#file, this.#pid);
    if (typeof fd === 'number') return fd;
    this.made.push(fd);
    this.result = object;
    this.installs.push({
      addr: this.#argAddr + field.offset,
      cloexec: (this.#flags & DRM_CLOEXEC) !== 0,
    });
    return fd.number;
  }

  lookup(fd: number): FdObject | null | undefined {
    const sent = this.#sent;
    if (sent === null || fd !== this.#sentAs) return undefined;
    const object = this.#exports.identify(sent);
    if (object !== null) {
      this.given = object;
      return object;
    }
    if (sent.foreign || readlinkSync(`/proc/self/fd/${sent.number}`) !== 'anon_inode:[eventfd]') return null;
    this.given = new ClientEventFd(sent, this.#pid, this.#exports.shares, this.#exports.signals, () => {
      this.#sent = null;
    });
    return this.given;
  }

  /** The call is over. */
  end(): void {
    this.#sent?.close();
    this.#sent = null;
  }
}
