/**
 * User memory as one ioctl sees it: the argument struct and the buffers that pointers in it lead to. The bytes live in
 * one array, whatever they came from (a capture record, a message of a live client, a test), so that the driver decodes
 * fields in place.
 *
 * Addresses are Numbers; user addresses are below 2^48, anything above 2^53 is never found (EFAULT).
 */
export class UserMemory {
    data;
    view;
    /** How many bytes of `data` are in use. */
    used = 0;
    count = 0;
    addrs = [];
    sizes = [];
    offsets = [];
    /** Whether copy_to_user touched the region. */
    dirty = [];
    #last = 0;
    constructor(capacity = 4096) {
        this.data = new Uint8Array(capacity);
        this.view = new DataView(this.data.buffer);
    }
    /** Forgets all regions; the storage is kept for the next ioctl. */
    reset() {
        this.used = 0;
        this.count = 0;
        this.#last = 0;
    }
    /** Adds `size` zero bytes at user address `addr` and returns their offset in `data` (8-byte aligned). */
    reserve(addr, size) {
        const at = (this.used + 7) & ~7;
        const end = at + size;
        if (end > this.data.length)
            this.#grow(end);
        this.data.fill(0, at, end);
        const i = this.count++;
        this.addrs[i] = addr;
        this.sizes[i] = size;
        this.offsets[i] = at;
        this.dirty[i] = false;
        this.used = end;
        return at;
    }
    /** Adds a region that holds `bytes`; returns its offset in `data`. */
    add(addr, bytes) {
        const at = this.reserve(addr, bytes.length);
        this.data.set(bytes, at);
        return at;
    }
    /** access_ok() and the page tables in one: the offset in `data` of user range [addr, addr+size), or -1 (EFAULT). */
    locate(addr, size) {
        let i = this.#last;
        if (i < this.count && addr >= this.addrs[i] && addr + size <= this.addrs[i] + this.sizes[i]) {
            return this.offsets[i] + (addr - this.addrs[i]);
        }
        for (i = 0; i < this.count; i++) {
            if (addr >= this.addrs[i] && addr + size <= this.addrs[i] + this.sizes[i]) {
                this.#last = i;
                return this.offsets[i] + (addr - this.addrs[i]);
            }
        }
        return -1;
    }
    /** copy_to_user(): false is EFAULT. */
    write(addr, bytes) {
        if (bytes.length === 0)
            return true;
        const at = this.locate(addr, bytes.length);
        if (at < 0)
            return false;
        this.data.set(bytes, at);
        this.markDirty(at);
        return true;
    }
    /** Notes that the region around offset `at` was written in place. */
    markDirty(at) {
        for (let i = 0; i < this.count; i++) {
            if (at >= this.offsets[i] && at < this.offsets[i] + this.sizes[i])
                this.dirty[i] = true;
        }
    }
    /** A little-endian u64 at an offset in `data`, as a Number; exact below 2^53. */
    u64(at) {
        return this.view.getUint32(at + 4, true) * 0x100000000 + this.view.getUint32(at, true);
    }
    setU64(at, value) {
        this.view.setUint32(at, value >>> 0, true);
        this.view.setUint32(at + 4, Math.floor(value / 0x100000000), true);
    }
    #grow(need) {
        let size = this.data.length * 2;
        while (size < need)
            size *= 2;
        const data = new Uint8Array(size);
        data.set(this.data);
        this.data = data;
        this.view = new DataView(data.buffer);
    }
}
//# sourceMappingURL=uaccess.js.map