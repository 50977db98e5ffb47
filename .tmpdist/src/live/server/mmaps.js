import { EBADF, EMFILE, ENFILE, ENOMEM } from '../../../uapi/errno.js';
import { FLUSH_ID_PAGE } from '../../driver/ioctl/file.js';
import { MMAP_BYTES, readU64, WIRE_ATTACH } from '../wire.js';
/** Where WIRE_MMAP becomes memory. */
export class Mmaps {
    #options;
    constructor(options) {
        this.#options = options;
    }
    /** Handles one request; `fds` as for Ioctls. @returns false for what is no request */
    handle(from, frame, view, fds) {
        const { at, size, id, flags: frameFlags } = frame;
        if (size < MMAP_BYTES)
            return false;
        const { files, replies, observers } = this.#options;
        const shown = (frameFlags & WIRE_ATTACH) !== 0 ? fds.shift() : undefined;
        const file = files.find(from, readU64(view, at), shown);
        if (file === undefined) {
            replies.plain(from, id, -EBADF);
            return true;
        }
        const prot = view.getUint32(at + 24, true);
        const flags = view.getUint32(at + 28, true);
        const ret = this.#reply(from, id, file, readU64(view, at + 16), readU64(view, at + 8), prot, flags);
        if (ret < 0)
            replies.plain(from, id, ret);
        const call = {
            tid: view.getUint32(at + 32, true),
            fd: view.getInt32(at + 36, true),
            lengthLo: view.getUint32(at + 8, true),
            lengthHi: view.getUint32(at + 12, true),
            offsetLo: view.getUint32(at + 16, true),
            offsetHi: view.getUint32(at + 20, true),
            prot,
            flags,
        };
        for (const observer of observers)
            observer.mmap(file, call, ret >= 0);
        return true;
    }
    /** Sends the memory, and returns 0; -errno is for the caller to send. */
    #reply(to, id, file, offset, length, prot, flags) {
        const { memories, flushIdPage, replies } = this.#options;
        const found = file.drm.mmap(offset, length, prot, flags);
        if (typeof found === 'number')
            return found;
        if (found === FLUSH_ID_PAGE) {
            // Clients read the page and never write it.
            const page = flushIdPage.open(false);
            if (page >= 0)
                replies.memory(to, id, page, false);
            return page >= 0 ? 0 : notOurs(page);
        }
        const memory = memories.memoryOf(found);
        if (typeof memory === 'number')
            return notOurs(memory);
        replies.memory(to, id, memory.fd, true);
        return 0;
    }
}
/** That the server is out of descriptors is not the client's affair. */
function notOurs(error) {
    return error === -EMFILE || error === -ENFILE ? -ENOMEM : error;
}
//# sourceMappingURL=mmaps.js.map