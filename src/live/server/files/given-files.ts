import { EMFILE, ENFILE, ENOMEM } from '../../../../uapi/errno.ts';
import { RenewedMap } from '../../../driver/base/renewed-map.ts';
import { closeAll, Fd } from '../../fd.ts';
import { native } from '../../native.ts';
import type { Watch } from '../../poller.ts';

/** What a socket that clients hold stands for, as its name says it (native-stubs/preload/fds/identity.c). */
export type GivenKind = 'device' | 'sync' | 'syncobj';
const letters = { device: 'd', sync: 'f', syncobj: 'o' } as const;

/** Whether poll(2) calls them writable: drm_poll() and sync_file_poll() never do, a file without poll always is. */
const writable = { device: 0, sync: 0, syncobj: 1 } as const;

/** Our end of a socket whose other end clients hold: an open device, a sync_file, a syncobj file. */
export interface GivenFile {
  readonly kind: GivenKind;
  /** What clients call it by; it gives no rights. */
  readonly key: number;
  /** Tells the clients' socket from every other, whatever its name is. */
  readonly cookie: number;
  readonly end: Fd;
  watch: Watch | null;
  /** Called when the last copy of the clients' end is closed. */
  ended: () => void;
}

/** Calls `ended` when the other side of a socket is closed; null where it cannot be watched. */
export type WatchEnd = (fd: Fd, ended: () => void) => Watch | null;

const ends = new Int32Array(2);

/**
 * The files that the server has given to clients as sockets. Clients say by key what they mean, and show the socket
 * itself; it is known by the kernel's cookie, which no client can choose.
 */
export class GivenFiles {
  readonly #dir: string;
  readonly #watch: WatchEnd;
  readonly #byKey = new RenewedMap<number, GivenFile>();
  readonly #byCookie = new RenewedMap<number, GivenFile>();
  #nextKey = 1;

  /** `dir`: the server's private directory. */
  constructor(dir: string, watch: WatchEnd) {
    this.#dir = dir;
    this.#watch = watch;
  }

  /** How many there are. */
  get size(): number {
    return this.#byKey.size;
  }

  /**
   * Makes one; `minor` and `flags` (of open(2)) are shown to the library.
   *
   * @returns our side and the clients' descriptor, or -errno: -ENFILE where the server is out of descriptors, -ENOMEM
   */
  create(
    kind: GivenKind,
    minor: number,
    flags: number,
    ended: () => void,
  ): { file: GivenFile; fd: Fd } | number {
    const key = this.#nextKey++;
    const numbers = [hex(minor, 2), hex(flags & 0xffffff, 6), hex(key, 13)].join('.');
    const ret = native().filePair(`${this.#dir}/${letters[kind]}${numbers}`, writable[kind], ends);
    if (ret < 0) return ret === -EMFILE || ret === -ENFILE ? -ENFILE : -ENOMEM;
    const end = new Fd(ends[0]);
    const fd = new Fd(ends[1]);
    const file: GivenFile = { kind, key, cookie: native().cookie(fd.number), end, watch: null, ended };
    file.watch = this.#watch(end, () => this.end(file));
    if (file.watch === null || file.cookie < 0) {
      closeAll([end, fd]);
      return -ENOMEM;
    }
    this.#byKey.set(key, file);
    this.#byCookie.set(file.cookie, file);
    return { file, fd };
  }

  /** The file that a descriptor of a client is, or undefined. */
  identify(fd: Fd): GivenFile | undefined {
    const cookie = native().cookie(fd.number);
    return cookie < 0 ? undefined : this.#byCookie.get(cookie);
  }

  /** Notices now, and not with the next events, that no client has file `key` any more. */
  look(key: number): void {
    const file = this.#byKey.get(key);
    if (file !== undefined && native().hasEnded(file.end.number) === 1) this.end(file);
  }

  /** No client has it any more, or the server ends. */
  end(file: GivenFile): void {
    if (!this.#byKey.delete(file.key)) return;
    this.#byCookie.delete(file.cookie);
    file.watch?.end();
    file.end.close();
    file.ended();
  }

  close(): void {
    for (const file of [...this.#byKey.values()]) this.end(file);
  }
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
