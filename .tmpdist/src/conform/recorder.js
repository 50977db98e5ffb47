import { AS_STATUS, GPU_CMD, GPU_INT_BASE, INT_RAWSTAT, MMU_AS_BASE, MMU_INT_BASE, registerName, } from '../hw/registers.js';
/** Page-table calls beyond this many are counted, not listed. */
const MAX_CALLS = 24;
export function hex(value) {
    return `0x${value.toString(16)}`;
}
function part(p) {
    return p === null ? null : [hex(p.va), hex(p.range), hex(p.offset)];
}
export class Recorder {
    t = [];
    w = [];
    s = [];
    p = [];
    maps = 0;
    unmaps = 0;
    polls = 0;
    /** Called before each call to the page-table code. */
    onPageTableCall = null;
    /** Forgets the operation before. */
    clear() {
        this.t = [];
        this.w = [];
        this.s = [];
        this.p = [];
        this.maps = 0;
        this.unmaps = 0;
        this.polls = 0;
    }
    /** The fields of the outcome that were recorded; empty ones are left out. */
    fields() {
        const out = {};
        if (this.t.length > 0)
            out.t = this.t;
        if (this.polls > 0)
            out.np = this.polls;
        if (this.w.length > 0)
            out.w = this.w;
        if (this.s.length > 0)
            out.s = this.s;
        const calls = this.maps + this.unmaps;
        if (calls > 0)
            out.pn = [this.maps, this.unmaps];
        if (calls > 0 && calls <= MAX_CALLS)
            out.p = this.p;
        return out;
    }
    /** RegisterTrace: the MMU's registers, GPU_CMD and GPU_INT_RAWSTAT are part of an outcome, AS_STATUS reads only by their number. */
    write(offset, value) {
        if (offset >= MMU_INT_BASE || offset === GPU_CMD)
            this.t.push(`W ${registerName(offset)} ${hex(value)}`);
    }
    read(offset, value) {
        if (offset < MMU_INT_BASE && offset !== GPU_INT_BASE + INT_RAWSTAT)
            return;
        if (offset >= MMU_AS_BASE && (offset & 0x3f) === AS_STATUS) {
            this.polls++;
            return;
        }
        this.t.push(`R ${registerName(offset)} ${hex(value)}`);
    }
    warn(where, reason) {
        this.w.push([where, reason]);
    }
    timeout(what) {
        this.t.push(`T ${what}`);
    }
    event(name) {
        this.t.push(`E ${name}`);
    }
    stepMap(va, range, bo, offset) {
        this.s.push(['map', hex(va), hex(range), bo, hex(offset)]);
    }
    stepUnmap(va, range, keep) {
        this.s.push(['unmap', hex(va), hex(range), keep ? 1 : 0]);
    }
    stepRemap(va, range, keep, prev, next) {
        this.s.push(['remap', hex(va), hex(range), keep ? 1 : 0, part(prev), part(next)]);
    }
    beforePageTableCall() {
        this.onPageTableCall?.();
    }
    mapped(iova, pa, size, count, ret, bytes) {
        this.maps++;
        if (this.p.length <= MAX_CALLS)
            this.p.push(['m', hex(iova), hex(pa), Math.log2(size), count, ret, hex(bytes)]);
    }
    unmapped(iova, size, count, bytes) {
        this.unmaps++;
        if (this.p.length <= MAX_CALLS)
            this.p.push(['u', hex(iova), Math.log2(size), count, hex(bytes)]);
    }
    as() { }
}
//# sourceMappingURL=recorder.js.map