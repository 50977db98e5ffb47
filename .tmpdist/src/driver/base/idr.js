import { EBUSY } from '../../../uapi/errno.js';
/**
 * Numbers for objects, always the lowest free one (struct idr, struct xarray with XA_FLAGS_ALLOC). Finding it looks at
 * one bit an id in words of 32, and skips words that are full with a second level of the same kind.
 */
export class Idr {
    #base;
    #max;
    #items = [];
    #used = new Uint32Array(2);
    #full = new Uint32Array(1);
    /** How many numbers are taken. */
    count = 0;
    /** Numbers from `base` to `max`, both included. */
    constructor(base = 1, max = 0x7fffffff) {
        this.#base = base;
        this.#max = max;
    }
    /** Whether alloc() would fail. */
    get full() {
        return this.count > this.#max - this.#base;
    }
    /** The object with this number, or undefined. Any Number may be asked for. */
    get(id) {
        return this.#items[id - this.#base];
    }
    /** Gives `item` the lowest free number; -EBUSY when there is none (what xa_alloc() says). */
    alloc(item) {
        const i = this.#lowestFree();
        const id = i + this.#base;
        if (id > this.#max)
            return -EBUSY;
        const word = i >>> 5;
        this.#used[word] |= 1 << (i & 31);
        if (this.#used[word] === 0xffffffff)
            this.#full[word >>> 5] |= 1 << (word & 31);
        this.#items[i] = item;
        this.count++;
        return id;
    }
    /** Frees the number and returns what had it, or undefined. */
    remove(id) {
        const i = id - this.#base;
        const item = this.#items[i];
        if (item === undefined)
            return undefined;
        const word = i >>> 5;
        this.#used[word] &= ~(1 << (i & 31));
        this.#full[word >>> 5] &= ~(1 << (word & 31));
        this.#items[i] = undefined;
        this.count--;
        return item;
    }
    /** All numbers in use, lowest first. */
    ids() {
        const ids = [];
        for (let i = 0; i < this.#items.length; i++)
            if (this.#items[i] !== undefined)
                ids.push(i + this.#base);
        return ids;
    }
    #lowestFree() {
        let group = 0;
        while (group < this.#full.length && this.#full[group] === 0xffffffff)
            group++;
        const word = group === this.#full.length ? group * 32 : group * 32 + lowestZero(this.#full[group]);
        if (word >= this.#used.length)
            this.#grow(word + 1);
        return word * 32 + lowestZero(this.#used[word]);
    }
    #grow(words) {
        const used = new Uint32Array(Math.max(words, this.#used.length * 2));
        used.set(this.#used);
        this.#used = used;
        const full = new Uint32Array((used.length + 31) >>> 5);
        full.set(this.#full);
        this.#full = full;
    }
}
function lowestZero(word) {
    return 31 - Math.clz32(~word & (word + 1));
}
//# sourceMappingURL=idr.js.map