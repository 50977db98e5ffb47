import { closeSync } from 'node:fs';
import { EINVAL } from '../../uapi/errno.js';
import { releaseFdObject } from '../driver/fd-table.js';
import { inodeOf } from './bo-memory.js';
import { native } from './native.js';
import { fenceName, parseName } from './open-file.js';
const ends = new Int32Array(2);
/**
 * What the driver gave out as file descriptors. A fence file is readable once its fence has signalled, as a sync_file
 * is; its end is seen as the end of a connection. A dma-buf is memory that can be mapped; whether anybody still has it
 * is asked from time to time (`sweep`).
 */
export class Exports {
    #realm;
    #memories;
    #watch;
    #fences = new Map();
    #keys = new Map();
    #bufs = new Map();
    #nextKey = 1;
    /** `watch` is told of each descriptor whose end is to be reported to `closed()`. */
    constructor(realm, memories, watch) {
        this.#realm = realm;
        this.#memories = memories;
        this.#watch = watch;
    }
    /** How many objects are out there. */
    get count() {
        return this.#fences.size + this.#bufs.size;
    }
    /** A descriptor for a client, which takes over the object's reference; -errno (EMFILE, ENOMEM). */
    open(object, writable, by) {
        if (object.kind === 'dma-buf')
            return this.#openBuf(object, writable ? null : by);
        return object.kind === 'eventfd' ? -EINVAL : this.#openFence(object);
    }
    /** What a descriptor from a client stands for; null where it is none of ours. */
    identify(fd) {
        const name = parseName(native().ownName(fd), this.#realm);
        if (name !== undefined) {
            const end = name.kind === 'fence' ? this.#keys.get(name.key) : undefined;
            return end === undefined ? null : (this.#fences.get(end)?.object ?? null);
        }
        return this.#bufs.get(inodeOf(fd))?.buf ?? null;
    }
    /** The last copy of a fence file was closed. */
    closed(end) {
        const file = this.#fences.get(end);
        if (file === undefined)
            return;
        this.#fences.delete(end);
        this.#keys.delete(file.key);
        closeSync(end);
        releaseFdObject(file.object);
    }
    isFence(end) {
        return this.#fences.has(end);
    }
    /** Lets go of dma-bufs that nobody has any more. */
    sweep() {
        for (const [inode, exported] of this.#bufs) {
            if (exported.refs > 0 && !exported.memory.users()) {
                for (; exported.refs > 0; exported.refs--)
                    releaseFdObject(exported.buf);
            }
            const readers = exported.readers.filter((file) => !file.released);
            for (let i = readers.length; i < exported.readers.length; i++)
                releaseFdObject(exported.buf);
            exported.readers = readers;
            if (exported.refs === 0 && readers.length === 0)
                this.#bufs.delete(inode);
        }
    }
    /** The server ends. */
    close() {
        for (const end of [...this.#fences.keys()])
            this.closed(end);
        for (const { buf, refs, readers } of this.#bufs.values()) {
            for (let i = 0; i < refs + readers.length; i++)
                releaseFdObject(buf);
        }
        this.#bufs.clear();
    }
    #openBuf(buf, reader) {
        const memory = this.#memories.memoryOf(buf.gem);
        if (typeof memory === 'number')
            return memory;
        const fd = memory.open(reader === null);
        if (fd < 0)
            return fd;
        let exported = this.#bufs.get(memory.inode);
        if (exported === undefined) {
            exported = { buf, memory, refs: 0, readers: [] };
            this.#bufs.set(memory.inode, exported);
        }
        if (reader === null)
            exported.refs++;
        else
            exported.readers.push(reader);
        return fd;
    }
    #openFence(object) {
        const key = this.#nextKey++;
        const ret = native().namedPair(fenceName(this.#realm, key), ends);
        if (ret < 0)
            return ret;
        const [own, theirs] = ends;
        this.#fences.set(own, { object, key });
        this.#keys.set(key, own);
        this.#watch(own);
        if (object.kind === 'sync-file') {
            object.fence.onSignal(() => {
                if (this.#fences.get(own)?.object === object)
                    native().send(own, ONE, 0, 1, NONE, 0);
            });
        }
        return theirs;
    }
}
const ONE = new Uint8Array([1]);
const NONE = new Int32Array(0);
//# sourceMappingURL=exports.js.map