import * as fs from 'node:fs';
import { give } from './byte-source.js';
import { SourceError } from './error.js';
import { GunzipSource, isGzip } from './gunzip.js';
/**
 * Opens a file, a FIFO (waits for its writer), or standard input (`-`), and looks through gzip, which is known by its
 * first two bytes whatever the name is. Throws SourceError.
 */
export async function openSource(path) {
    return lookThrough(path === '-' ? new StreamSource('standard input', process.stdin) : await FileSource.open(path));
}
/** Puts gunzip in front of a source whose first two bytes ask for it. */
export async function lookThrough(base) {
    const first = new Uint8Array(2);
    let count = 0;
    while (count < 2) {
        const n = await base.read(first.subarray(count));
        if (n === 0)
            break;
        count += n;
    }
    const prefixed = new PrefixedSource(first.subarray(0, count), base);
    return isGzip(first)
        ? { source: new GunzipSource(prefixed), gzip: true }
        : { source: prefixed, gzip: false };
}
class FileSource {
    name;
    fifo;
    #file;
    constructor(name, fifo, file) {
        this.name = name;
        this.fifo = fifo;
        this.#file = file;
    }
    static async open(path) {
        try {
            const file = await fs.promises.open(path, 'r');
            const stat = await file.stat();
            if (stat.isDirectory()) {
                await file.close();
                throw Object.assign(new Error('it is a directory'), { code: 'EISDIR' });
            }
            return new FileSource(path, stat.isFIFO(), file);
        }
        catch (error) {
            throw new SourceError(path, error);
        }
    }
    async read(into) {
        try {
            return (await this.#file.read(into, 0, into.length, null)).bytesRead;
        }
        catch (error) {
            throw new SourceError(this.name, error);
        }
    }
    async close() {
        await this.#file.close();
    }
}
/** A readable stream: standard input, a socket, a child's output. */
export class StreamSource {
    name;
    fifo = false;
    #stream;
    #chunks = null;
    #rest = new Uint8Array(0);
    constructor(name, stream) {
        this.name = name;
        this.#stream = stream;
    }
    async read(into) {
        this.#chunks ??= this.#stream[Symbol.asyncIterator]();
        while (this.#rest.length === 0) {
            let next;
            try {
                next = await this.#chunks.next();
            }
            catch (error) {
                throw new SourceError(this.name, error);
            }
            if (next.done)
                return 0;
            this.#rest = next.value;
        }
        return give(this, into);
    }
    /** Bytes that have come and were not asked for yet. */
    get rest() {
        return this.#rest;
    }
    set rest(bytes) {
        this.#rest = bytes;
    }
    async close() {
        this.#stream.destroy?.();
    }
}
class PrefixedSource {
    name;
    fifo;
    rest;
    #base;
    constructor(prefix, base) {
        this.rest = prefix;
        this.#base = base;
        this.name = base.name;
        this.fifo = base.fifo;
    }
    async read(into) {
        return this.rest.length > 0 ? give(this, into) : this.#base.read(into);
    }
    close() {
        return this.#base.close();
    }
}
//# sourceMappingURL=source.js.map