import { run } from '../../coroutine/op.ts';
import type { Work } from '../../driver/base/workqueue.ts';
import type { PanthorDrv } from '../../driver/ioctl/drv.ts';
import type { LiveTree } from '../../tree/live/live-tree.ts';
import { Fd } from '../fd.ts';
import { EPOLLIN, native } from '../native.ts';
import { Poller } from '../poller.ts';
import { type Asker, Connections } from './clients/connections.ts';
import { descriptorsForClients } from './descriptor-limit.ts';
import { Dispatcher } from './dispatcher.ts';
import type { Injection } from './injection.ts';
import type { Observer } from './observer.ts';
import { Shares } from './shares.ts';
import { Account, FairOrder } from './turns/fair-order.ts';
import { Slices } from './turns/slices.ts';

export interface ServerOptions {
  /** The private directory; its `socket` is made here. */
  dir: string;
  drv: PanthorDrv;
  /** The device nodes are card<card> and renderD<128 + card>. */
  card: number;
  observers?: readonly Observer[];
  /** Says a line to people on standard error; a line that would have to wait is lost. */
  tell?: (line: string) => void;
  /** Connections at once. */
  maxConnections?: number;
  /** Faults that are to happen. */
  injection?: Injection;
  /** A kernel tree's own driver, which answers in the place of the model's. */
  tree?: LiveTree | undefined;
  /** Bytes of JavaScript heap that clients may fill; what V8 allows otherwise. */
  heapBytes?: number;
  /** Descriptors of open files, fences and memory at once; what this process may have, less what it needs, otherwise. */
  maxDescriptors?: number;
}

const DEFAULT_MAX_CONNECTIONS = 4096;
const BACKLOG = 512;
/** How often exported memory that no client uses any more is looked for, ns. */
const SWEEP_NS = 1e9;

/** Says a line on standard error, unless that would wait or cannot be done. */
export function tell(line: string): void {
  native().tell(`panthor-shim: ${line.slice(0, 1200)}\n`);
}

/** Serves clients over unix sockets. Nothing happens outside `step()`. */
export class LiveServer {
  readonly dispatcher: Dispatcher;
  readonly #drv: PanthorDrv;
  readonly #tree: LiveTree | null;
  readonly #listener: Fd;
  readonly #poller = new Poller();
  readonly #connections: Connections;
  readonly #order = new FairOrder<Asker>();
  readonly #slices: Slices<Asker>;
  /** What calls have left to do has turns as a client has. */
  readonly #workAccount = new Account<Asker>();
  /** Work that calls have left has its turn: long pieces, too. */
  #working = false;
  /** That turn is to do one piece at least. */
  #begins = false;
  #lastSweep = 0;

  /** @throws Error when the socket cannot be made */
  constructor(options: ServerOptions) {
    this.#drv = options.drv;
    this.#tree = options.tree ?? null;
    const now = (): number => options.drv.device.now();
    const order = this.#order;
    this.#slices = new Slices({ now, order, others: () => this.#others() });
    // The tree makes a call after the model has made it: none may come between them.
    options.drv.device.condResched = this.#tree === null ? this.#slices.condResched : null;
    options.drv.work.admits = (work) => this.#admits(work);
    options.drv.work.isOver = () => this.#isOver;
    options.injection?.arm(options.drv);
    native().getReady();
    const room = descriptorsForClients();
    const limit = options.maxConnections ?? Math.min(DEFAULT_MAX_CONNECTIONS, Math.floor(room / 4));
    const listener = native().listen(`${options.dir}/socket`, BACKLOG);
    if (listener < 0) throw new Error(`cannot listen at ${options.dir}/socket: errno ${-listener}`);
    this.#listener = new Fd(listener);
    this.dispatcher = new Dispatcher({
      dir: options.dir,
      drv: options.drv,
      card: options.card,
      observers: options.observers ?? [],
      heapBytes: options.heapBytes,
      injection: options.injection,
      tree: options.tree,
      slices: this.#slices,
      tell: options.tell ?? tell,
      shares: new Shares(options.maxDescriptors ?? room - limit, 3),
      // Only the end of the other side is of interest, and that is always reported.
      watchEnd: (fd, ended) => {
        const watch = this.#poller.add(fd, 0, ended);
        return typeof watch === 'number' ? null : watch;
      },
      wake: (connection, look) => this.#connections.wake(connection, look),
      pause: this.#slices.condResched,
      delayed: (connection) => this.#connections.delayed(connection),
      lost: (connection) => this.#connections.drop(connection),
    });
    const { dispatcher } = this;
    this.#connections = new Connections({
      poller: this.#poller,
      listener: this.#listener,
      limit,
      order,
      slices: this.#slices,
      now,
      handle: (from, frame, view, bytes) =>
        dispatcher.bugs.guard('a frame', () => dispatcher.handle(from, frame, view, bytes)) ?? false,
      refuse: (connection, id, error) => dispatcher.replies.plain(connection, id, error),
      ended: (connection) => dispatcher.ended(connection),
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
    const due = Math.min(this.#drv.nextDeadlineNs, this.#nextSweep(), this.#connections.deadlineNs);
    let wait = timeoutNs;
    if (due !== Number.POSITIVE_INFINITY) {
      const left = Math.max(due - this.#drv.device.now(), 0);
      wait = timeoutNs < 0 ? left : Math.min(timeoutNs, left);
    }
    this.#look(this.#order.waits || this.hasWork ? 0 : wait);
    this.#turns();
    this.#tree?.followModel();
    this.#slices.end();
    this.#drv.sched.tickWork.retry();
    this.#connections.retry();
  }

  /** Whether calls have left something to do. */
  get hasWork(): boolean {
    const { files, exports } = this.dispatcher;
    if (this.#drv.hasWork || files.hasClosed || this.#connections.hasLeft) return true;
    return exports.signals.count > 0 || exports.toSweep;
  }

  /** Sees what has been asked for meanwhile, waiting for it at most `timeoutNs`, and does what is due. */
  #look(timeoutNs: number): void {
    this.#poller.wait(timeoutNs);
    this.#slices.looked();
    this.#doWhatIsDue();
  }

  /** As many turns as there are askers, with another look after each slice. */
  #turns(): void {
    if (this.hasWork) this.#order.add(this.#workAccount, 'work');
    for (let left = this.#order.count; left > 0; left--) {
      if (this.#slices.over) this.#look(0);
      const next = this.#order.next();
      if (next === 'work') this.#slices.turn(this.#workAccount, () => this.#doWork());
      else if (next !== undefined) this.#connections.turn(next);
    }
  }

  /** A call is paused: those have their turns who have used less than it has, and what has arrived is looked at. */
  #others(): void {
    const used = this.#order.usedNs;
    const working = this.#working;
    this.#working = false;
    this.#drv.paused = true;
    // Its locks may be those of the call that is paused.
    this.#order.remove(this.#workAccount, 'work');
    this.#look(0);
    for (let next = this.#order.next(used); next !== undefined; next = this.#order.next(used)) {
      if (next !== 'work') this.#connections.turn(next);
      if (this.#slices.over) this.#look(0);
    }
    this.#drv.paused = this.#slices.nested;
    this.#working = working;
  }

  /** What calls have left undone because their slice was over, or since it is long. */
  #doWork(): void {
    const { bugs, files, exports } = this.dispatcher;
    const connections = this.#connections;
    this.#working = true;
    this.#begins = true;
    bugs.guard('work', () => run(this.#drv.drain()));
    bugs.guard('signals', () => exports.signals.deliver(0, this.#slices.condResched));
    while ((files.hasClosed || connections.hasLeft) && (this.#begins || !this.#slices.over)) {
      this.#begins = false;
      if (files.hasClosed) files.releaseNext();
      if (connections.hasLeft) bugs.guard('a wait', () => connections.endNext());
    }
    if (exports.toSweep) bugs.guard('sweep', () => exports.sweep(() => this.#slices.over));
    this.#working = false;
    this.#begins = false;
  }

  /** Whether others have to have their turn; in step with a tree a call leaves nothing. */
  get #isOver(): boolean {
    return (this.#working || this.#tree === null) && this.#slices.over && !this.#begins;
  }

  /** Whether a piece of work may be done now: none whose lock a paused call holds. */
  #admits(work: Work): boolean {
    if (work.lock?.held === true) return false;
    if (this.#working) {
      if (work.long === true && this.#slices.pauses) return false;
      this.#begins = false;
      return true;
    }
    // The tree leaves nothing; but streams run through its tables, and so not inside a call.
    if (this.#tree !== null) return (work as unknown) !== this.#drv.sched.runner;
    // A call does what it has left itself, and not the work of others.
    return work.long !== true && (work.owner === undefined || work.owner === this.#drv.work.caller);
  }

  /** Ends everything: clients see the device gone. */
  close(): void {
    this.#drv.device.condResched = null;
    this.#drv.work.admits = null;
    this.#drv.work.isOver = null;
    this.#connections.close();
    this.dispatcher.close();
    this.#listener.close();
    this.#poller.close();
  }

  #nextSweep(): number {
    return this.dispatcher.exports.count > 0 ? this.#lastSweep + SWEEP_NS : Number.POSITIVE_INFINITY;
  }

  #doWhatIsDue(): void {
    const now = this.#drv.device.now();
    if (now >= this.#drv.nextDeadlineNs) this.dispatcher.bugs.guard('poll', () => run(this.#drv.poll()));
    if (now >= this.#connections.deadlineNs) this.#connections.endHalves(now);
    if (now >= this.#nextSweep()) {
      this.#lastSweep = now;
      this.dispatcher.exports.sweepSoon();
    }
  }
}
