import { kernelContents } from '../driver/sched/kernel-bo.js';
/** Physical memory as pages of the objects that it backs: the kernel's own, and those whose bytes clients share. */
export class ObjectPages {
    #gem;
    #pageOf;
    /** `pageOf`: the page at byte `offset` of a client's object, or null where there is no room to map it. */
    constructor(gem, pageOf) {
        this.#gem = gem;
        this.#pageOf = pageOf;
    }
    page(pa) {
        const found = this.#gem.at(pa);
        if (found === null)
            return null;
        const contents = kernelContents(found.bo);
        return contents === undefined ? this.#pageOf(found.bo, found.offset) : contents.page(found.offset);
    }
}
//# sourceMappingURL=object-pages.js.map