import { closeSync, openSync } from 'node:fs';
import { EMFILE, ENFILE } from '../../uapi/errno.js';
import { run } from '../driver/interleave.js';
import { Connection } from './connection.js';
import { Desk } from './desk.js';
import { EPOLL_CTL_ADD, EPOLL_CTL_MOD, EPOLLERR, EPOLLHUP, EPOLLIN, EPOLLOUT, native } from './native.js';
const DEFAULT_MAX_CONNECTIONS = 4096;
const BACKLOG = 512;
/** How often exported memory that nobody uses any more is looked for, ns. */
const SWEEP_NS = 1e9;
const MAX_EVENTS = 64;
/** Serves clients over unix sockets. Nothing happens outside `step()`. */
export class LiveServer {
    desk;
    #drv;
    #listener;
    #poll;
    #maxConnections;
    #connections = new Map();
    #events = new Int32Array(2 * MAX_EVENTS);
    /** Kept so that a connection can be refused when there are no descriptors left. */
    #reserve = openReserve();
    /** Other descriptors to watch, with what to do when they are readable. */
    #watched = new Map();
    /** Who waits for releases that are on their way. */
    #settling = [];
    #lastSweep = 0;
    /** @throws Error when the socket cannot be made */
    constructor(options) {
        this.#drv = options.drv;
        this.#maxConnections = options.maxConnections ?? DEFAULT_MAX_CONNECTIONS;
        this.#listener = native().listen(`${options.dir}/socket`, BACKLOG);
        if (this.#listener < 0)
            throw new Error(`cannot listen at ${options.dir}/socket: errno ${-this.#listener}`);
        this.#poll = native().pollCreate();
        native().pollSet(this.#poll, EPOLL_CTL_ADD, this.#listener, EPOLLIN);
        this.desk = new Desk({
            dir: options.dir,
            drv: options.drv,
            card: options.card,
            observers: options.observers ?? [],
            // Only the end of the other side is of interest, and that is always reported.
            watchEnd: (fd) => native().pollSet(this.#poll, EPOLL_CTL_ADD, fd, 0),
            settle: (from, id) => this.#settling.push({ from, id }),
            delayed: (connection) => this.#setEvents(connection),
            lost: (connection) => this.#drop(connection),
        });
    }
    get connectionCount() {
        return this.#connections.size;
    }
    /** Calls `ready` inside step() when `fd` is readable. */
    watch(fd, ready) {
        this.#watched.set(fd, ready);
        native().pollSet(this.#poll, EPOLL_CTL_ADD, fd, EPOLLIN);
    }
    /** Waits until something arrives or is due, at most `timeoutNs` (below 0: no limit), and does it. */
    step(timeoutNs) {
        const due = Math.min(this.#drv.nextDeadlineNs, this.#nextSweep());
        let wait = timeoutNs;
        if (due !== Number.POSITIVE_INFINITY) {
            const left = Math.max(due - this.#drv.device.now(), 0);
            wait = timeoutNs < 0 ? left : Math.min(timeoutNs, left);
        }
        let events = native().pollWait(this.#poll, this.#events, wait);
        this.#handle(events);
        // Whoever closed a file and asks whether it is released: its end has been reported by now, or will be in this look.
        while (this.#settling.length > 0) {
            events = native().pollWait(this.#poll, this.#events, 0);
            this.#handle(events);
            if (events < MAX_EVENTS)
                this.#answerSettled();
        }
        if (due !== Number.POSITIVE_INFINITY)
            this.#doWhatIsDue();
    }
    /** Ends everything: clients see the device gone. */
    close() {
        for (const connection of [...this.#connections.values()])
            this.#drop(connection);
        this.desk.close();
        for (const fd of [this.#listener, this.#poll, this.#reserve])
            if (fd >= 0)
                closeSync(fd);
    }
    #nextSweep() {
        return this.desk.exports.count > 0 ? this.#lastSweep + SWEEP_NS : Number.POSITIVE_INFINITY;
    }
    #doWhatIsDue() {
        const now = this.#drv.device.now();
        if (now >= this.#drv.nextDeadlineNs)
            this.desk.bugs.guard('poll', () => run(this.#drv.poll()));
        if (now >= this.#nextSweep()) {
            this.#lastSweep = now;
            this.desk.exports.sweep();
        }
    }
    #handle(count) {
        for (let i = 0; i < count; i++)
            this.#handleEvent(this.#events[2 * i], this.#events[2 * i + 1]);
    }
    #handleEvent(fd, events) {
        const connection = this.#connections.get(fd);
        if (connection !== undefined) {
            let alive = true;
            if ((events & EPOLLIN) !== 0)
                alive = connection.receive(this.#onFrame);
            if (alive && (events & EPOLLOUT) !== 0)
                alive = connection.flush();
            if (!alive || (events & (EPOLLHUP | EPOLLERR)) !== 0)
                this.#drop(connection);
            else if ((events & EPOLLOUT) !== 0)
                this.#setEvents(connection);
        }
        else if (fd === this.#listener) {
            this.#accept();
        }
        else if (this.#watched.has(fd)) {
            this.#watched.get(fd)?.();
        }
        else if ((events & (EPOLLHUP | EPOLLERR)) !== 0) {
            this.desk.exports.closed(fd);
        }
    }
    #onFrame = (from, frame, view, bytes) => {
        return this.desk.bugs.guard('a frame', () => this.desk.handle(from, frame, view, bytes)) ?? false;
    };
    #setEvents(connection) {
        const events = connection.hasOutput ? EPOLLIN | EPOLLOUT : EPOLLIN;
        native().pollSet(this.#poll, EPOLL_CTL_MOD, connection.fd, events);
    }
    #accept() {
        for (;;) {
            const fd = native().accept(this.#listener);
            if (fd === -EMFILE || fd === -ENFILE) {
                // Said also when nobody waits: the kernel looks for a free number first.
                if (!this.#refuseOne())
                    return;
                continue;
            }
            if (fd < 0)
                return;
            // The directory keeps other users out; this holds where its mode was changed, too.
            if (native().peerUid(fd) !== process.geteuid?.())
                closeSync(fd);
            else if (this.#connections.size >= this.#maxConnections)
                this.#refuse(fd);
            else {
                this.#connections.set(fd, new Connection(fd));
                native().pollSet(this.#poll, EPOLL_CTL_ADD, fd, EPOLLIN);
            }
        }
    }
    /** Uses the descriptor in reserve to refuse whoever waits; false when nobody does. */
    #refuseOne() {
        if (this.#reserve >= 0)
            closeSync(this.#reserve);
        const fd = native().accept(this.#listener);
        if (fd >= 0)
            this.#refuse(fd);
        this.#reserve = openReserve();
        return fd >= 0;
    }
    #refuse(fd) {
        const connection = new Connection(fd);
        this.desk.replies.plain(connection, 1, -ENFILE);
        connection.close();
    }
    #answerSettled() {
        for (const { from, id } of this.#settling.splice(0))
            if (!from.closed)
                this.desk.replies.plain(from, id, 0);
    }
    #drop(connection) {
        if (!this.#connections.delete(connection.fd))
            return;
        connection.close();
        this.desk.ended(connection);
    }
}
function openReserve() {
    try {
        return openSync('/dev/null', 'r');
    }
    catch {
        return -1;
    }
}
//# sourceMappingURL=server.js.map