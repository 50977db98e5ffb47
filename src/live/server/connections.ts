import { openSync } from 'node:fs';
import { EMFILE, ENFILE } from '../../../uapi/errno.ts';
import { Fd } from '../fd.ts';
import { EPOLLERR, EPOLLHUP, EPOLLIN, EPOLLOUT, native } from '../native.ts';
import type { Poller } from '../poller.ts';
import { Connection, type FrameHandler } from './connection.ts';
import { Shares } from './shares.ts';

export interface ConnectionsOptions {
  poller: Poller;
  listener: Fd;
  /** Connections at once; beyond, idle ones are closed. */
  limit: number;
  handle: FrameHandler;
  /** Tells the client of a request that there is no room (-ENFILE, -ENOMEM): it is not handled. */
  refuse: (connection: Connection, id: number, error: number) => void;
  ended: (connection: Connection) => void;
}

/** Bytes of requests that have not come whole, and of replies that clients have not read, in all connections together. */
const MAX_BYTES = 256 << 20;
/** A request has to be complete by then, ns. */
const MAX_HALF_NS = 10e9;
const ENOMEM = 12;

/**
 * The clients' connections, each of which has its turn: one request of each is handled, then what has arrived meanwhile
 * is looked at. So no client waits for more than one call of every other connection, nor for all of a long one (Slices).
 */
export class Connections {
  readonly #options: ConnectionsOptions;
  readonly #all = new Set<Connection>();
  /** Those that each process has, the one used longest ago first. */
  readonly #byPid = new Map<number, Set<Connection>>();
  /** Those with a request that has arrived and waits for its turn. */
  readonly #ready = new Set<Connection>();
  /** Those whose request has to wait for the end of one that is under way. */
  readonly #later = new Set<Connection>();
  /** Those with a part of a request, and since when. */
  readonly #halves = new Map<Connection, number>();
  readonly #shares = new Shares(MAX_BYTES);
  /** Kept so that a connection can be refused when there are no descriptors left. */
  #reserve = openReserve();

  constructor(options: ConnectionsOptions) {
    this.#options = options;
    options.poller.add(options.listener, EPOLLIN, () => this.#accept());
  }

  get size(): number {
    return this.#all.size;
  }

  /** Whether requests are here already that can be answered at once. */
  get hasReady(): boolean {
    return this.#ready.size > 0;
  }

  /** When the oldest unfinished request will have taken too long, ns of `now`; Infinity for never. */
  get deadlineNs(): number {
    for (const since of this.#halves.values()) return since + MAX_HALF_NS;
    return Number.POSITIVE_INFINITY;
  }

  /** One turn for each connection that has a request; one of these turns may let the others have theirs first. */
  takeTurns(nowNs: number): void {
    for (let left = this.#ready.size; left > 0; left--) {
      const [connection] = this.#ready;
      if (connection === undefined) return;
      this.#ready.delete(connection);
      this.#turn(connection, nowNs);
    }
  }

  /** A long request is done: what waited for it can be tried again. */
  retry(): void {
    for (const connection of this.#later) this.#ready.add(connection);
    this.#later.clear();
  }

  /** Closes connections whose requests stay unfinished: descriptors that came with them are not held for ever. */
  endHalves(nowNs: number): void {
    for (const [connection, since] of this.#halves) {
      if (since + MAX_HALF_NS > nowNs) return;
      this.drop(connection);
    }
  }

  /** A reply waits for the client to read it: until then the connection has no turn. */
  delayed(connection: Connection): void {
    connection.watch?.change(EPOLLOUT);
  }

  drop(connection: Connection): void {
    if (!this.#all.delete(connection)) return;
    const own = this.#byPid.get(connection.pid);
    own?.delete(connection);
    if (own?.size === 0) this.#byPid.delete(connection.pid);
    this.#ready.delete(connection);
    this.#later.delete(connection);
    this.#halves.delete(connection);
    connection.close();
    this.#options.ended(connection);
  }

  close(): void {
    for (const connection of [...this.#all]) this.drop(connection);
    this.#reserve?.close();
  }

  #onEvents(connection: Connection, events: number): void {
    // Reported again once it can be looked at.
    if (connection.handling || this.#later.has(connection)) return;
    if ((events & EPOLLOUT) !== 0 && !this.#flush(connection)) return;
    if ((events & EPOLLIN) !== 0 && !connection.hasOutput && !this.#ready.has(connection)) {
      const received = connection.receive();
      if (received === 'no-memory') this.#options.refuse(connection, connection.arrivingId, -ENOMEM);
      if (received === 'ended' || received === 'no-memory') {
        this.drop(connection);
        return;
      }
      this.#ready.add(connection);
    } else if ((events & (EPOLLHUP | EPOLLERR)) !== 0 && !this.#ready.has(connection)) {
      this.drop(connection);
    }
  }

  /** Goes on sending; false: the connection has ended. */
  #flush(connection: Connection): boolean {
    if (!connection.flush()) {
      this.drop(connection);
      return false;
    }
    if (!connection.hasOutput) {
      connection.watch?.change(EPOLLIN);
      if (connection.hasFrame) this.#ready.add(connection);
    }
    return true;
  }

  #turn(connection: Connection, nowNs: number): void {
    if (connection.hasOutput) return;
    const handled = connection.handleFrame(this.#options.handle);
    if (handled === 'later') {
      this.#later.add(connection);
      return;
    }
    if (!handled) {
      this.drop(connection);
      return;
    }
    if (!connection.halfFrame) this.#halves.delete(connection);
    else if (connection.hasFrame) {
      if (!connection.hasOutput) this.#ready.add(connection);
    } else if (!this.#halves.has(connection)) this.#halves.set(connection, nowNs);
  }

  #accept(): void {
    for (;;) {
      const fd = native().accept(this.#options.listener.number);
      if (fd === -EMFILE || fd === -ENFILE) {
        // Said also when no client waits: the kernel looks for a free number first.
        if (!this.#acceptByReserve()) return;
        continue;
      }
      if (fd < 0) return;
      this.#admit(new Fd(fd));
    }
  }

  /** Uses the descriptor in reserve for the client that waits; false when none does. */
  #acceptByReserve(): boolean {
    this.#reserve?.close();
    const fd = native().accept(this.#options.listener.number);
    if (fd >= 0) {
      const connection = new Connection(new Fd(fd), native().peerPid(fd), this.#shares);
      this.#options.refuse(connection, 1, -ENFILE);
      connection.close();
      this.#evict();
    }
    this.#reserve = openReserve();
    return fd >= 0;
  }

  #admit(fd: Fd): void {
    const connection = new Connection(fd, native().peerPid(fd.number), this.#shares);
    // The directory keeps other users out; this holds where its mode was changed, too.
    if (native().peerUid(fd.number) !== process.geteuid?.()) {
      connection.close();
      return;
    }
    const room = this.#all.size < this.#options.limit || this.#evict();
    const watch = room
      ? this.#options.poller.add(fd, EPOLLIN, (events) => this.#onEvents(connection, events))
      : -ENFILE;
    if (typeof watch === 'number') {
      this.#options.refuse(connection, 1, -ENFILE);
      connection.close();
      return;
    }
    connection.watch = watch;
    this.#all.add(connection);
    const own = this.#byPid.get(connection.pid);
    if (own === undefined) this.#byPid.set(connection.pid, new Set([connection]));
    else own.add(connection);
  }

  /** Closes an idle connection of the process that has most of them; its library makes another when it needs one. */
  #evict(): boolean {
    const processes = [...this.#byPid.values()].sort((a, b) => b.size - a.size);
    for (const own of processes) {
      for (const connection of own) {
        if (!connection.idle || connection.handling || this.#ready.has(connection)) continue;
        this.drop(connection);
        return true;
      }
    }
    return false;
  }
}

function openReserve(): Fd | null {
  try {
    return new Fd(openSync('/dev/null', 'r'));
  } catch {
    return null;
  }
}
