import { closeSync, fstatSync, openSync } from 'node:fs';
import { ENOMEM } from '../../../uapi/errno.js';
import { PAGE_SIZE } from '../../hw/memory.js';
import { native } from '../native.js';
/** Name of every memfd: the preload library knows our dma-bufs by it (native-stubs/preload/ioctl.c). */
const MEMFD_NAME = 'panthor-shim-bo';
/** Device and inode of an open file: the same for every descriptor of it. */
export function inodeOf(fd) {
    const { dev, ino } = fstatSync(fd, { bigint: true });
    return `${dev}:${ino}`;
}
/** Bytes that are mapped at a time: an object may be larger than an ArrayBuffer can be. */
const WINDOW = 256 << 20;
/** The memory of one buffer object: a memfd whose pages are the client's mapping and the model's. */
export class BoMemory {
    fd;
    size;
    /** What a descriptor that comes back is known by. */
    inode;
    /** What the model has mapped, by which window of the object it is. */
    #windows = new Map();
    #readOnly = -1;
    constructor(fd, size) {
        this.fd = fd;
        this.size = size;
        this.inode = inodeOf(fd);
    }
    /** Zeroed memory of `size` bytes; nothing is used before it is touched. -errno where there is none. */
    static create(size) {
        const fd = native().memoryCreate(MEMFD_NAME, size);
        return fd < 0 ? fd : new BoMemory(fd, size);
    }
    /** The page at byte `offset` (below the size, a multiple of 4096), or null where there is no room for a mapping. */
    page(offset) {
        const index = Math.floor(offset / WINDOW);
        const start = index * WINDOW;
        let window = this.#windows.get(index);
        if (window === undefined) {
            const mapped = native().memoryMap(this.fd, start, Math.min(WINDOW, this.size - start));
            if (typeof mapped === 'number')
                return null;
            window = mapped;
            this.#windows.set(index, window);
        }
        return new DataView(window, offset - start, PAGE_SIZE);
    }
    /** A descriptor for other processes (a dma-buf), or -errno; `users()` counts them while it is writable. */
    open(writable) {
        try {
            return openSync(`/proc/self/fd/${this.fd}`, writable ? 'r+' : 'r');
        }
        catch (error) {
            return error.errno ?? -ENOMEM;
        }
    }
    /** Whether a writable descriptor from open(), or a mapping of it, is alive anywhere. */
    users() {
        if (this.#readOnly < 0)
            this.#readOnly = this.open(false);
        // Where leases are not to be had, or descriptors, nobody can tell: then it counts as used.
        return this.#readOnly < 0 || native().memoryWriters(this.#readOnly) !== 0;
    }
    /** The object is gone. Clients keep the mappings that they have. */
    close() {
        for (const window of this.#windows.values())
            native().memoryUnmap(window);
        this.#windows.clear();
        if (this.#readOnly >= 0)
            closeSync(this.#readOnly);
        closeSync(this.fd);
    }
}
/** The memory of all buffer objects that anybody has looked into. */
export class BoMemories {
    #of = new Map();
    /** How many memfds there are. */
    get count() {
        return this.#of.size;
    }
    /** The object's memory, made on first use; -errno where there is none. */
    memoryOf(bo) {
        const known = this.#of.get(bo);
        if (known !== undefined)
            return known;
        const made = BoMemory.create(bo.size);
        if (typeof made === 'number')
            return made;
        this.#of.set(bo, made);
        return made;
    }
    /** A page of the object for the model, shared with whoever maps it; null where it cannot be mapped. */
    pageOf = (bo, offset) => {
        const memory = this.memoryOf(bo);
        return typeof memory === 'number' ? null : memory.page(offset);
    };
    /** The last reference to the object is gone. */
    forget(bo) {
        const memory = this.#of.get(bo);
        if (memory === undefined)
            return;
        this.#of.delete(bo);
        memory.close();
    }
}
//# sourceMappingURL=bo-memory.js.map