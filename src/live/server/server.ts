import { openSync } from 'node:fs';
import { EMFILE, ENFILE } from '../../../uapi/errno.ts';
import type { Frame } from '../../capture/frame.ts';
import { run } from '../../coroutine/op.ts';
import type { PanthorDrv } from '../../driver/ioctl/drv.ts';
import { Fd } from '../fd.ts';
import { EPOLLERR, EPOLLHUP, EPOLLIN, EPOLLOUT, native } from '../native.ts';
import { Poller } from '../poller.ts';
import { Connection } from './connection.ts';
import { Desk } from './dispatcher.ts';
import type { Observer } from './observer.ts';

export interface ServerOptions {
  /** The private directory; its `socket` is made here. */
  dir: string;
  drv: PanthorDrv;
  /** The device nodes are card<card> and renderD<128 + card>. */
  card: number;
  observers?: readonly Observer[];
  /** Connections at once; more are refused with ENFILE. */
  maxConnections?: number;
}

const DEFAULT_MAX_CONNECTIONS = 4096;
const BACKLOG = 512;
/** How often exported memory that nobody uses any more is looked for, ns. */
const SWEEP_NS = 1e9;

/** Serves clients over unix sockets. Nothing happens outside `step()`. */
export class LiveServer {
  readonly desk: Desk;
  readonly #drv: PanthorDrv;
  readonly #listener: Fd;
  readonly #poller = new Poller();
  readonly #maxConnections: number;
  readonly #connections = new Set<Connection>();
  /** Kept so that a connection can be refused when there are no descriptors left. */
  #reserve = openReserve();
  /** Who waits for releases that are on their way. */
  readonly #settling: { from: Connection; id: number }[] = [];
  #lastSweep = 0;

  /** @throws Error when the socket cannot be made */
  constructor(options: ServerOptions) {
    this.#drv = options.drv;
    this.#maxConnections = options.maxConnections ?? DEFAULT_MAX_CONNECTIONS;
    const listener = native().listen(`${options.dir}/socket`, BACKLOG);
    if (listener < 0) throw new Error(`cannot listen at ${options.dir}/socket: errno ${-listener}`);
    this.#listener = new Fd(listener);
    this.#poller.add(this.#listener, EPOLLIN, () => this.#accept());
    this.desk = new Desk({
      dir: options.dir,
      drv: options.drv,
      card: options.card,
      observers: options.observers ?? [],
      // Only the end of the other side is of interest, and that is always reported.
      watchEnd: (fd, ended) => {
        const watch = this.#poller.add(fd, 0, ended);
        return typeof watch === 'number' ? null : watch;
      },
      settle: (from, id) => this.#settling.push({ from, id }),
      delayed: (connection) => this.#setEvents(connection),
      lost: (connection) => this.#drop(connection),
    });
  }

  get connectionCount(): number {
    return this.#connections.size;
  }

  /** Calls `ready` inside step() when `fd` is readable. */
  watch(fd: Fd, ready: () => void): void {
    this.#poller.add(fd, EPOLLIN, ready);
  }

  /** Waits until something arrives or is due, at most `timeoutNs` (below 0: no limit), and does it. */
  step(timeoutNs: number): void {
    const due = Math.min(this.#drv.nextDeadlineNs, this.#nextSweep());
    let wait = timeoutNs;
    if (due !== Number.POSITIVE_INFINITY) {
      const left = Math.max(due - this.#drv.device.now(), 0);
      wait = timeoutNs < 0 ? left : Math.min(timeoutNs, left);
    }
    this.#poller.wait(wait);
    // Whoever closed a file and asks whether it is released: its end has been reported by now, or will be in this look.
    while (this.#settling.length > 0) {
      if (!this.#poller.wait(0)) this.#answerSettled();
    }
    if (due !== Number.POSITIVE_INFINITY) this.#doWhatIsDue();
  }

  /** Ends everything: clients see the device gone. */
  close(): void {
    for (const connection of [...this.#connections]) this.#drop(connection);
    this.desk.close();
    this.#listener.close();
    this.#poller.close();
    this.#reserve?.close();
  }

  #nextSweep(): number {
    return this.desk.exports.count > 0 ? this.#lastSweep + SWEEP_NS : Number.POSITIVE_INFINITY;
  }

  #doWhatIsDue(): void {
    const now = this.#drv.device.now();
    if (now >= this.#drv.nextDeadlineNs) this.desk.bugs.guard('poll', () => run(this.#drv.poll()));
    if (now >= this.#nextSweep()) {
      this.#lastSweep = now;
      this.desk.exports.sweep();
    }
  }

  #onEvents(connection: Connection, events: number): void {
    let alive = true;
    if ((events & EPOLLIN) !== 0) alive = connection.receive(this.#onFrame);
    if (alive && (events & EPOLLOUT) !== 0) alive = connection.flush();
    if (!alive || (events & (EPOLLHUP | EPOLLERR)) !== 0) this.#drop(connection);
    else if ((events & EPOLLOUT) !== 0) this.#setEvents(connection);
  }

  readonly #onFrame = (from: Connection, frame: Frame, view: DataView, bytes: Uint8Array): boolean => {
    return this.desk.bugs.guard('a frame', () => this.desk.handle(from, frame, view, bytes)) ?? false;
  };

  #setEvents(connection: Connection): void {
    connection.watch?.change(connection.hasOutput ? EPOLLIN | EPOLLOUT : EPOLLIN);
  }

  #accept(): void {
    for (;;) {
      const fd = native().accept(this.#listener.number);
      if (fd === -EMFILE || fd === -ENFILE) {
        // Said also when nobody waits: the kernel looks for a free number first.
        if (!this.#refuseOne()) return;
        continue;
      }
      if (fd < 0) return;
      const connection = new Connection(new Fd(fd));
      // The directory keeps other users out; this holds where its mode was changed, too.
      if (native().peerUid(fd) !== process.geteuid?.()) connection.close();
      else if (this.#connections.size >= this.#maxConnections) this.#refuse(connection);
      else this.#admit(connection);
    }
  }

  #admit(connection: Connection): void {
    const watch = this.#poller.add(connection.fd, EPOLLIN, (events) => this.#onEvents(connection, events));
    if (typeof watch === 'number') {
      this.#refuse(connection);
      return;
    }
    connection.watch = watch;
    this.#connections.add(connection);
  }

  /** Uses the descriptor in reserve to refuse whoever waits; false when nobody does. */
  #refuseOne(): boolean {
    this.#reserve?.close();
    const fd = native().accept(this.#listener.number);
    if (fd >= 0) this.#refuse(new Connection(new Fd(fd)));
    this.#reserve = openReserve();
    return fd >= 0;
  }

  #refuse(connection: Connection): void {
    this.desk.replies.plain(connection, 1, -ENFILE);
    connection.close();
  }

  #answerSettled(): void {
    for (const { from, id } of this.#settling.splice(0))
      if (!from.closed) this.desk.replies.plain(from, id, 0);
  }

  #drop(connection: Connection): void {
    if (!this.#connections.delete(connection)) return;
    connection.close();
    this.desk.ended(connection);
  }
}

function openReserve(): Fd | null {
  try {
    return new Fd(openSync('/dev/null', 'r'));
  } catch {
    return null;
  }
}
