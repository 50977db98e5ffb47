import { closeSync } from 'node:fs';
import { EIO } from '../../../uapi/errno.js';
import { OPEN_BYTES, WIRE_FDS_MASK, WIRE_INTERRUPT, WIRE_IOCTL, WIRE_MMAP, WIRE_OPEN, WIRE_SETTLE, } from '../wire.js';
import { BoMemories, BoMemory } from './bo-memory.js';
import { Bugs } from './bugs.js';
import { Exports } from './exports.js';
import { Ioctls } from './ioctls.js';
import { Mmaps } from './mmaps.js';
import { realmOf } from './open-file.js';
import { OpenFiles } from './open-files.js';
import { Replies } from './replies.js';
const PAGE_SIZE = 4096;
/** Where frames of clients go: to the part of the server that they are for. */
export class Dispatcher {
    memories = new BoMemories();
    exports;
    files;
    replies;
    bugs = new Bugs();
    /** The page that shows LATEST_FLUSH_ID to clients. */
    flushIdPage;
    #awaitRelease;
    #ioctls;
    #mmaps;
    /** @throws Error where there is not even memory for one page */
    constructor(options) {
        const { dir, drv, card, observers } = options;
        const { bugs, memories } = this;
        const realm = realmOf(dir);
        const page = BoMemory.create(PAGE_SIZE);
        if (typeof page === 'number')
            throw new Error(`no memory for the flush id page: errno ${-page}`);
        this.flushIdPage = page;
        this.#awaitRelease = options.awaitRelease;
        this.replies = new Replies(options);
        this.exports = new Exports(realm, memories, options.watchEnd);
        this.files = new OpenFiles({ drv, card, realm, bugs, observers, released: () => this.exports.sweep() });
        const { exports, files, replies } = this;
        this.#ioctls = new Ioctls({ drv, files, exports, replies, bugs, observers });
        this.#mmaps = new Mmaps({ files, memories, flushIdPage: page, replies, observers });
        drv.onBoFree = (bo) => memories.forget(bo);
    }
    /** Handles a whole frame; false: the client breaks the protocol, and its connection ends. */
    handle(from, frame, view, bytes) {
        const fds = from.takeFds(frame.flags & WIRE_FDS_MASK);
        if (fds === undefined)
            return false;
        try {
            return this.#dispatch(from, frame, view, bytes, fds);
        }
        finally {
            for (const fd of fds)
                closeSync(fd);
        }
    }
    /** A connection has ended: its call is cancelled, its file released. */
    ended(connection) {
        connection.cancel?.();
        connection.cancel = null;
        if (connection.file !== null)
            this.files.closed(connection.file);
    }
    close() {
        this.files.close();
        this.exports.close();
        this.flushIdPage.close();
    }
    #dispatch(from, frame, view, bytes, fds) {
        if (from.role === 'file')
            return false;
        if (from.role === 'new') {
            if (frame.kind === WIRE_OPEN)
                return this.#open(from, frame, view);
            from.role = 'channel';
        }
        // Nothing but an interrupt comes while a call waits.
        if (from.cancel !== null && frame.kind !== WIRE_INTERRUPT)
            return false;
        switch (frame.kind) {
            case WIRE_IOCTL:
                return this.#ioctls.handle(from, frame, view, bytes, fds);
            case WIRE_MMAP:
                return this.#mmaps.handle(from, frame, view, fds);
            case WIRE_INTERRUPT:
                from.cancel?.();
                return true;
            case WIRE_SETTLE:
                this.#awaitRelease(from, frame.id);
                return true;
            default:
                return false;
        }
    }
    #open(from, frame, view) {
        if (frame.size < OPEN_BYTES)
            return false;
        const file = this.files.open(from, view.getUint32(frame.at, true), view.getUint32(frame.at + 8, true));
        this.replies.plain(from, frame.id, file === undefined ? -EIO : 0);
        return file !== undefined;
    }
}
//# sourceMappingURL=dispatcher.js.map