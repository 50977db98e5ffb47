import { RenewedMap } from '../../driver/base/renewed-map.ts';
import type { DrmFile } from '../../driver/ioctl/file.ts';
import type { Connection } from './clients/connection.ts';
import type { GivenFile } from './files/given-files.ts';

const O_ACCMODE = 3;
const O_RDONLY = 0;

/** One open device node of a client. It lives as long as its socket: the last descriptor, wherever it went. */
export class OpenFile {
  /** The number that captures know it by; never used again. */
  readonly id: number;
  /** The socket that clients have as a descriptor. */
  readonly given: GivenFile;
  readonly minor: number;
  /** Flags of open(2). */
  readonly flags: number;
  /** Process that opened it. */
  readonly pid: number;
  readonly drm: DrmFile;
  released = false;
  /** A call is being made on it: others wait for its end. */
  calling = false;
  /** Calls that are made or wait. They hold the file, as fdget() does in the kernel. */
  busy = 0;
  /** The last descriptor is gone; the file is released when no call waits any more. */
  closing = false;
  /** Connections that know it (Connection.shown). */
  readonly shownOn = new RenewedMap<Connection, true>();

  constructor(id: number, given: GivenFile, minor: number, flags: number, pid: number, drm: DrmFile) {
    this.id = id;
    this.given = given;
    this.minor = minor;
    this.flags = flags;
    this.pid = pid;
    this.drm = drm;
  }

  get key(): number {
    return this.given.key;
  }

  /** FMODE_WRITE is missing: a shared mapping may not become writable. */
  get readOnly(): boolean {
    return (this.flags & O_ACCMODE) === O_RDONLY;
  }
}
