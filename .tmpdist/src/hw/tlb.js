import { PAGE_SIZE } from './memory.js';
import { DESC_BLOCK, DESC_TABLE, levelIndex, startLevel } from './walker.js';
function faultIn(root) {
    return { root, pa: -1, attrLo: 0, attrHi: 0 };
}
export class Tlb {
    entries = [];
    /** Descriptors in the L2, three numbers each: index of the low word in table memory, and the two words. */
    #descriptors = [];
    find(as, va) {
        const page = va - (va % PAGE_SIZE);
        for (const entry of this.entries)
            if (entry.as === as && entry.page === page)
                return entry;
        return null;
    }
    insert(as, va, found) {
        const page = va - (va % PAGE_SIZE);
        this.entries.push({
            as,
            page,
            root: found.root,
            pa: found.pa,
            attrLo: found.attrLo,
            attrHi: found.attrHi,
        });
    }
    /** Drops what is known of [start, end) in an address space. */
    drop(as, start, end) {
        for (let i = this.entries.length - 1; i >= 0; i--) {
            const entry = this.entries[i];
            if (entry.as === as && entry.page + PAGE_SIZE > start && entry.page < end)
                this.entries.splice(i, 1);
        }
    }
    remove(entry) {
        const at = this.entries.indexOf(entry);
        if (at >= 0)
            this.entries.splice(at, 1);
    }
    /** Cleans and invalidates the caches: walks read memory again. */
    flushDescriptors() {
        this.#descriptors.length = 0;
    }
    dropAll() {
        this.entries.length = 0;
        this.#descriptors.length = 0;
    }
    /**
     * Walks the tables at `root`. With `cached`, descriptors fetched earlier answer instead of memory; those read
     * now stay in the L2 when `keep` is set.
     */
    walk(memory, root, vaBits, va, cached, keep) {
        const vaLo = va >>> 0;
        const vaHi = Math.floor(va / 0x100000000);
        let page = memory.pageAt(root);
        for (let level = startLevel(vaBits); page >= 0; level++) {
            const at = page * (PAGE_SIZE / 4) + levelIndex(level, vaLo, vaHi) * 2;
            const known = this.#descriptors.length > 0 ? this.#find(at) : -1;
            const stale = cached && known >= 0;
            const lo = stale ? this.#descriptors[known + 1] : memory.words[at];
            const hi = stale ? this.#descriptors[known + 2] : memory.words[at + 1];
            if (keep && !stale)
                this.#keep(at, lo, hi, known);
            const type = lo & 3;
            if (type === DESC_TABLE && level < 3) {
                page = memory.tableOf(lo, hi);
                continue;
            }
            if (!(level === 3 ? type === DESC_TABLE : type === DESC_BLOCK && level > 0))
                return faultIn(root);
            const base = (hi & 0xffff) * 0x100000000 + ((lo & ~0xfff) >>> 0);
            const inside = va % 2 ** (12 + 9 * (3 - level));
            return { root, pa: base + inside - (va % PAGE_SIZE), attrLo: lo & 0xfff, attrHi: hi & 0xffff0000 };
        }
        return faultIn(root);
    }
    #find(at) {
        for (let i = 0; i < this.#descriptors.length; i += 3)
            if (this.#descriptors[i] === at)
                return i;
        return -1;
    }
    #keep(at, lo, hi, known) {
        if (known >= 0) {
            this.#descriptors[known + 1] = lo;
            this.#descriptors[known + 2] = hi;
            return;
        }
        this.#descriptors.push(at);
        this.#descriptors.push(lo);
        this.#descriptors.push(hi);
    }
}
export function sameTranslation(a, b) {
    return a.root === b.root && a.pa === b.pa && a.attrLo === b.attrLo && a.attrHi === b.attrHi;
}
//# sourceMappingURL=tlb.js.map