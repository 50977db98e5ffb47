/** How much is asked of a source at a time; a pipe gives at most 64 KiB. */
const READ_BYTES = 64 << 10;
const MIN_BYTES = 256 << 10;
/**
 * The part of a stream that is in memory: from the first byte that no decoder has consumed to the last one that has
 * arrived. It is one array, reused; it grows only while a record does not fit and shrinks back afterwards.
 */
export class Window {
    data = new Uint8Array(MIN_BYTES);
    view = new DataView(this.data.buffer);
    /** [at, end) of `data` has arrived and is not consumed. */
    at = 0;
    end = 0;
    /** Stream offset of `data[0]`. */
    base = 0;
    /** No more will come. */
    ended = false;
    get size() {
        return this.end - this.at;
    }
    /** Stream offset of a place in `data`. */
    offset(at) {
        return this.base + at;
    }
    /** Free space behind `end`; what was consumed is dropped to make it. Spans of `data` handed out before are void. */
    room() {
        if (this.data.length - this.end < READ_BYTES)
            this.#compact();
        return this.data.subarray(this.end);
    }
    #compact() {
        const size = this.size;
        const small = size < MIN_BYTES / 2 && this.data.length > MIN_BYTES;
        let capacity = small ? MIN_BYTES : this.data.length;
        while (capacity - size < READ_BYTES)
            capacity *= 2;
        if (capacity === this.data.length) {
            this.data.copyWithin(0, this.at, this.end);
        }
        else {
            const data = new Uint8Array(capacity);
            data.set(this.data.subarray(this.at, this.end));
            this.data = data;
            this.view = new DataView(data.buffer);
        }
        this.base += this.at;
        this.at = 0;
        this.end = size;
    }
    /** Adds bytes that are there already, for those who have no source to read from (a socket's messages, tests). */
    append(bytes) {
        for (let at = 0; at < bytes.length;) {
            const room = this.room();
            const part = bytes.subarray(at, at + room.length);
            room.set(part);
            this.end += part.length;
            at += part.length;
        }
    }
}
//# sourceMappingURL=window.js.map