import { ENFILE, ENODEV } from '../../../uapi/errno.ts';
import { run } from '../../coroutine/op.ts';
import { RenewedMap } from '../../driver/base/renewed-map.ts';
import type { PanthorDrv } from '../../driver/ioctl/drv.ts';
import type { LiveTree } from '../../tree/live/live-tree.ts';
import type { Fd } from '../fd.ts';
import { freeLeakedVms } from '../leaked-vms.ts';
import type { Bugs } from './bugs.ts';
import type { Connection } from './clients/connection.ts';
import type { Asker } from './clients/connections.ts';
import type { GivenFiles } from './files/given-files.ts';
import type { Observer } from './observer.ts';
import { OpenFile } from './open-file.ts';
import type { Shares } from './shares.ts';
import type { Slices } from './turns/slices.ts';

export interface OpenFilesOptions {
  drv: PanthorDrv;
  card: number;
  given: GivenFiles;
  /** Descriptors, by process. */
  shares: Shares;
  bugs: Bugs;
  observers: readonly Observer[];
  slices: Slices<Asker>;
  /** Has its own file for each. */
  tree: LiveTree | null;
  /** Called when a file has been released. */
  released: () => void;
}

/** The clients' open device nodes. */
export class OpenFiles {
  readonly #options: OpenFilesOptions;
  readonly #byKey = new RenewedMap<number, OpenFile>();
  /** Those that are to be released. */
  readonly #left = new RenewedMap<OpenFile, true>();
  #nextId = 0;

  constructor(options: OpenFilesOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#byKey.size;
  }

  byKey(key: number): OpenFile | undefined {
    return this.#byKey.get(key);
  }

  all(): Iterable<OpenFile> {
    return this.#byKey.values();
  }

  /**
   * Opens a node for process `pid`, of 32 bits where `compat`, with the flags of open(2).
   *
   * @returns the descriptor for the client; -ENODEV for a node that is not ours, -ENFILE, -ENOMEM
   */
  open(minor: number, flags: number, pid: number, compat = false): Fd | number {
    const { card, drv, given, shares, bugs, observers, tree } = this.#options;
    if (minor !== card && minor !== card + 128) return -ENODEV;
    if (!shares.take(pid, 1)) return -ENFILE;
    let file: OpenFile | undefined;
    const made = given.create('device', minor, flags, () => {
      shares.giveBack(pid, 1);
      if (file !== undefined) this.#closed(file);
    });
    if (typeof made === 'number') {
      shares.giveBack(pid, 1);
      return made;
    }
    // The client is the server's own user, and so has the server's privileges or fewer.
    const root = process.geteuid?.() === 0;
    const node = minor === card ? 'primary' : 'render';
    const drm = bugs.guard('open', () => run(drv.open({ node, sysAdmin: root, sysNice: root, compat })));
    if (drm === undefined) {
      given.end(made.file);
      made.fd.close();
      return -ENODEV;
    }
    if (tree?.opened(drm) === false) {
      given.end(made.file);
      made.fd.close();
      return -ENFILE;
    }
    drm.pid = pid;
    file = new OpenFile(this.#nextId++, made.file, minor, flags, pid, drm);
    this.#byKey.set(file.key, file);
    for (const observer of observers) observer.opened(file);
    return made.fd;
  }

  /**
   * The open file that a call is about. The client has to have it: it shows the descriptor once on each connection
   * (`shown`, which is closed here).
   *
   * @returns undefined for what was not shown, is none of ours or has been released (EBADF)
   */
  find(from: Connection, key: number, shown: Fd | undefined): OpenFile | undefined {
    if (shown !== undefined) {
      const given = this.#options.given.identify(shown);
      shown.close();
      const file = given === undefined ? undefined : this.#byKey.get(given.key);
      if (file === undefined) return undefined;
      from.show(file);
    }
    return from.shown.get(key);
  }

  /** Whether files are to be released. */
  get hasClosed(): boolean {
    return this.#left.size > 0;
  }

  /** Releases one: fput() leaves that to a work item, or to the end of a system call. */
  releaseNext(): void {
    for (const file of this.#left.keys()) {
      this.#release(file);
      return;
    }
  }

  /** The client waits for the release of file `key`, where it is closed and no other call is paused. */
  releaseNow(key: number): void {
    const file = this.#byKey.get(key);
    if (file !== undefined && this.#left.has(file) && !this.#options.slices.pauses) this.#release(file);
  }

  /** The last descriptor is gone; calls that wait still hold the file, as fdget() does. */
  #closed(file: OpenFile): void {
    file.closing = true;
    if (file.busy === 0) this.#left.set(file, true);
  }

  /** A call that waited has returned. */
  idle(file: OpenFile): void {
    file.busy--;
    if (file.closing && file.busy === 0 && !file.released) this.#left.set(file, true);
  }

  /** The server ends. */
  close(): void {
    for (const file of [...this.#byKey.values()]) {
      file.busy = 0;
      this.#options.given.end(file.given);
    }
    while (this.hasClosed) this.releaseNext();
  }

  #release(file: OpenFile): void {
    const { drv, bugs, observers, released, tree } = this.#options;
    file.released = true;
    this.#left.delete(file);
    this.#byKey.delete(file.key);
    for (const connection of [...file.shownOn.keys()]) connection.forget(file);
    bugs.guard('release', () => {
      run(drv.release(file.drm));
      tree?.released(file.drm);
      freeLeakedVms(drv.device);
    });
    released();
    for (const observer of observers) observer.released(file);
  }
}
