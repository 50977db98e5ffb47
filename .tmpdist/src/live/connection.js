import { closeSync } from 'node:fs';
import { EAGAIN, EINTR } from '../../uapi/errno.js';
import { Frame } from '../capture/frame.js';
import { native } from './native.js';
const FIRST_BYTES = 4096;
/** A longer buffer is not kept for the next frame. */
const KEPT_BYTES = 1 << 16;
/** Descriptors that a client may have sent ahead of the frames that say what they are for. */
const MAX_WAITING_FDS = 16;
/** Reply bytes that a client may leave unread before it is given up. */
const MAX_WAITING_BYTES = 64 << 20;
const received = new Int32Array(1 + MAX_WAITING_FDS);
const noFds = new Int32Array(0);
const lent = new Int32Array(1);
/** One connection of a client: bytes and descriptors in, frames to the handler; replies out. */
export class Connection {
    fd;
    role = 'new';
    /** The open file that this connection is (role 'file'). */
    file = null;
    /** Open files that the client has shown on this connection, by key: the ones it may make calls on. */
    shown = new Map();
    /** Cancels the call that waits for its result, if one does. */
    cancel = null;
    closed = false;
    #bytes = new Uint8Array(FIRST_BYTES);
    #view = new DataView(this.#bytes.buffer);
    #used = 0;
    #frame = new Frame();
    #fds = [];
    #waiting = [];
    #waitingBytes = 0;
    constructor(fd) {
        this.fd = fd;
    }
    /** Bytes that have not gone out yet. */
    get hasOutput() {
        return this.#waiting.length > 0;
    }
    /** Reads what has arrived and hands whole frames over. False: the connection has ended or is damaged. */
    receive(handle) {
        for (;;) {
            const room = this.#bytes.length - this.#used;
            const n = native().receive(this.fd, this.#bytes, this.#used, received);
            for (let i = 1; i <= received[0]; i++)
                this.#fds.push(received[i]);
            if (n === -EAGAIN || n === -EINTR)
                return true;
            if (n <= 0 || this.#fds.length > MAX_WAITING_FDS)
                return false;
            this.#used += n;
            if (!this.#handleFrames(handle))
                return false;
            if (n < room)
                return true;
        }
    }
    /** Takes the next `count` descriptors that came along; they are the caller's to close. Undefined: there are fewer. */
    takeFds(count) {
        return this.#fds.length < count ? undefined : this.#fds.splice(0, count);
    }
    /**
     * Sends bytes[0, end) and descriptors, now or when the client reads again; the descriptors are closed afterwards.
     * False: the client is gone, or has left too much unread.
     */
    send(bytes, end, fds = noFds) {
        if (this.#waiting.length > 0)
            return this.#queue(bytes.slice(0, end), fds);
        const n = native().send(this.fd, bytes, 0, end, fds, fds.length);
        if (n === end)
            return closeAll(fds);
        if (n === -EAGAIN)
            return this.#queue(bytes.slice(0, end), fds);
        closeAll(fds);
        return n > 0 && this.#queue(bytes.slice(n, end), noFds);
    }
    /** Sends bytes[0, end) and a descriptor that stays open. A client that has left replies unread does not get it. */
    lend(bytes, end, fd) {
        if (this.#waiting.length > 0)
            return false;
        lent[0] = fd;
        return native().send(this.fd, bytes, 0, end, lent, 1) === end;
    }
    /** Goes on sending. False: the client is gone. */
    flush() {
        for (;;) {
            const first = this.#waiting[0];
            if (first === undefined)
                return true;
            const { bytes, fds } = first;
            const n = native().send(this.fd, bytes, first.at, bytes.length, fds, fds.length);
            if (n === -EAGAIN)
                return true;
            if (n <= 0)
                return false;
            closeAll(fds);
            first.fds = noFds;
            first.at += n;
            this.#waitingBytes -= n;
            if (first.at === bytes.length)
                this.#waiting.shift();
        }
    }
    close() {
        if (this.closed)
            return;
        this.closed = true;
        for (const fd of this.#fds)
            closeSync(fd);
        for (const { fds } of this.#waiting)
            closeAll(fds);
        this.#waiting = [];
        closeSync(this.fd);
    }
    #queue(bytes, fds) {
        this.#waiting.push({ bytes, at: 0, fds });
        this.#waitingBytes += bytes.length;
        return this.#waitingBytes <= MAX_WAITING_BYTES;
    }
    #handleFrames(handle) {
        let at = 0;
        const frame = this.#frame;
        while (at < this.#used) {
            const size = frame.read(this.#view, at, this.#used);
            if (size < 0)
                return false;
            if (size === 0)
                break;
            at += size;
            if (!handle(this, frame, this.#view, this.#bytes))
                return false;
        }
        if (at > 0)
            this.#bytes.copyWithin(0, at, this.#used);
        this.#used -= at;
        this.#makeRoom();
        return true;
    }
    /** Grows with what has arrived, not with what a frame's first bytes promise, and shrinks again afterwards. */
    #makeRoom() {
        const size = this.#bytes.length;
        if (this.#used === size)
            this.#resize(2 * size);
        else if (this.#used === 0 && size > KEPT_BYTES)
            this.#resize(FIRST_BYTES);
    }
    #resize(size) {
        const bytes = new Uint8Array(size);
        bytes.set(this.#bytes.subarray(0, this.#used));
        this.#bytes = bytes;
        this.#view = new DataView(bytes.buffer);
    }
}
/** The kernel holds a descriptor on its way by itself. */
function closeAll(fds) {
    for (const fd of fds)
        closeSync(fd);
    return true;
}
//# sourceMappingURL=connection.js.map