import { ENFILE, ENOMEM } from '../../../../uapi/errno.ts';
import { RenewedMap } from '../../../driver/base/renewed-map.ts';
import type { Fd } from '../../fd.ts';
import { EPOLLERR, EPOLLHUP, EPOLLIN, EPOLLOUT, native } from '../../native.ts';
import type { Poller } from '../../poller.ts';
import { Shares } from '../shares.ts';
import { Buffers } from '../turns/buffers.ts';
import { Account, type FairOrder } from '../turns/fair-order.ts';
import type { Slices } from '../turns/slices.ts';
import { Connection, type FrameHandler } from './connection.ts';
import { Newcomers } from './newcomers.ts';

export interface ConnectionsOptions {
  poller: Poller;
  listener: Fd;
  /** Connections at once; beyond, idle ones are closed. */
  limit: number;
  order: FairOrder<Asker>;
  slices: Slices<Asker>;
  /** CLOCK_MONOTONIC, ns. */
  now: () => number;
  handle: FrameHandler;
  /** Tells the client of a request that there is no room (-ENFILE, -ENOMEM): it is not handled. */
  refuse: (connection: Connection, id: number, error: number) => void;
  ended: (connection: Connection) => void;
}

/** Bytes of requests that have not come whole, and of replies that clients have not read, in all connections together. */
const MAX_BYTES = 256 << 20;
/** A request has to be complete by then, ns. */
const MAX_HALF_NS = 10e9;

/** What has turns: a connection, and the work that calls have left. */
export type Asker = Connection | 'work';

/**
 * The clients' connections. What has arrived on one waits for its turn, in which one request is handled, or a piece of a
 * long one read. Turns go by process (FairOrder), and a long one is paused for those of others (Slices).
 */
export class Connections {
  readonly #options: ConnectionsOptions;
  readonly #all = new RenewedMap<Connection, true>();
  /** Those that each process has, the oldest first, and what it has used. */
  readonly #byPid = new RenewedMap<number, { own: RenewedMap<Connection, true>; account: Account<Asker> }>();
  /** Those that events were reported of again, while they waited: they are not asked for until then. */
  readonly #muted = new RenewedMap<Connection, true>();
  /** Those whose request has to wait for the end of one that is under way. */
  readonly #later = new RenewedMap<Connection, true>();
  /** Those with a part of a request, and since when. */
  readonly #halves = new RenewedMap<Connection, number>();
  /** What is to be done for calls whose clients are gone. */
  readonly #left: (() => void)[] = [];
  readonly #buffers = new Buffers(new Shares(MAX_BYTES));
  readonly #newcomers: Newcomers;

  constructor(options: ConnectionsOptions) {
    this.#options = options;
    this.#newcomers = new Newcomers(
      options.listener,
      (fd) => this.#admit(fd),
      (fd) => this.#turnAway(fd),
    );
    options.poller.add(options.listener, EPOLLIN, () => this.#newcomers.accept());
  }

  get size(): number {
    return this.#all.size;
  }

  /** When the oldest unfinished request will have taken too long, ns of `now`; Infinity for never. */
  get deadlineNs(): number {
    for (const since of this.#halves.values()) return since + MAX_HALF_NS;
    return Number.POSITIVE_INFINITY;
  }

  /** The turn of a connection that was its process's next. */
  turn(connection: Connection): void {
    const account = this.#byPid.get(connection.pid)?.account;
    if (account === undefined) return;
    // The client has to read what it was told first.
    if (connection.out.waits) this.#options.order.remove(account, connection);
    else this.#options.slices.turn(account, () => this.#turn(connection, account));
  }

  /** A long request is done: what waited for it can be tried again. */
  retry(): void {
    for (const connection of this.#later.keys()) this.#wait(connection);
    this.#later.clear();
  }

  /** The call that waits on a connection has been woken: `look` is called in a turn of its, or among what is left. */
  wake(connection: Connection, look: () => void): void {
    if (connection.closed) this.#left.push(look);
    else {
      connection.woken = look;
      this.#wait(connection);
    }
  }

  /** Whether calls whose clients are gone have not ended. */
  get hasLeft(): boolean {
    return this.#left.length > 0;
  }

  /** Ends one of those. */
  endNext(): void {
    this.#left.pop()?.();
  }

  /** Closes connections whose requests stay unfinished: descriptors that came with them are not held for ever. */
  endHalves(nowNs: number): void {
    for (const connection of this.#halves.keys()) {
      const since = this.#halves.get(connection);
      if (since === undefined) continue;
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
    const { pid } = connection;
    const known = this.#byPid.get(pid);
    if (known !== undefined) {
      known.own.delete(connection);
      this.#options.order.remove(known.account, connection);
      if (known.own.size === 0) this.#byPid.delete(pid);
    }
    this.#muted.delete(connection);
    this.#later.delete(connection);
    this.#halves.delete(connection);
    connection.close();
    this.#options.ended(connection);
  }

  close(): void {
    for (const connection of [...this.#all.keys()]) this.drop(connection);
    while (this.hasLeft) this.endNext();
    this.#newcomers.close();
  }

  /** It has something to do: it waits for its turn. False: it did already. */
  #wait(connection: Connection): boolean {
    const account = this.#byPid.get(connection.pid)?.account;
    if (account === undefined || account.waiting.includes(connection)) return false;
    this.#options.order.add(account, connection);
    return true;
  }

  #onEvents(connection: Connection, events: number): void {
    if ((events & EPOLLOUT) !== 0 && !this.#flush(connection)) return;
    if ((events & (EPOLLHUP | EPOLLERR)) !== 0 && connection.out.waits) {
      this.drop(connection);
      return;
    }
    if ((events & ~EPOLLOUT) === 0 || connection.out.waits) return;
    // Reported again once it can be looked at.
    if (connection.handling || this.#later.has(connection) || !this.#wait(connection)) this.#mute(connection);
  }

  /** Its events are of no interest before its turn. */
  #mute(connection: Connection): void {
    if (this.#muted.has(connection)) return;
    this.#muted.set(connection, true);
    connection.watch?.change(0);
  }

  /** Goes on sending; false: the connection has ended. */
  #flush(connection: Connection): boolean {
    if (!connection.out.flush()) {
      this.drop(connection);
      return false;
    }
    if (!connection.out.waits) {
      connection.watch?.change(EPOLLIN);
      this.#muted.delete(connection);
      if (connection.halfFrame) this.#wait(connection);
    }
    return true;
  }

  #turn(connection: Connection, account: Account<Asker>): void {
    const turn = connection.turn(this.#options.handle);
    if (turn === 'later') {
      this.#later.set(connection, true);
      return;
    }
    if (turn === 'no-memory') this.#options.refuse(connection, connection.arrivingId, -ENOMEM);
    if (turn === 'ended' || turn === 'no-memory' || connection.closed) {
      this.drop(connection);
      return;
    }
    if (connection.out.waits) this.#muted.delete(connection);
    else if (this.#muted.delete(connection)) connection.watch?.change(EPOLLIN);
    if (!connection.halfFrame) this.#halves.delete(connection);
    else if (turn === 'done' && !connection.out.waits) this.#options.order.add(account, connection);
    else if (!this.#halves.has(connection)) this.#halves.set(connection, this.#options.now());
  }

  /** Tells a client that there is no descriptor for it. */
  #turnAway(fd: Fd): void {
    const connection = new Connection(fd, native().peerPid(fd.number), this.#buffers);
    this.#options.refuse(connection, 1, -ENFILE);
    connection.close();
    this.#evict();
  }

  #admit(fd: Fd): void {
    const connection = new Connection(fd, native().peerPid(fd.number), this.#buffers);
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
    this.#all.set(connection, true);
    const known = this.#byPid.get(connection.pid);
    const own = known?.own ?? new RenewedMap<Connection, true>();
    own.set(connection, true);
    if (known === undefined) this.#byPid.set(connection.pid, { own, account: new Account() });
  }

  /** Closes an idle connection of the process that has most of them; its library makes another when it needs one. */
  #evict(): boolean {
    const processes = [...this.#byPid.values()].sort((a, b) => b.own.size - a.own.size);
    for (const { own, account } of processes) {
      for (const connection of own.keys()) {
        if (!connection.idle || connection.handling || account.waiting.includes(connection)) continue;
        this.drop(connection);
        return true;
      }
    }
    return false;
  }
}
