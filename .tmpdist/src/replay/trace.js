import { errnoName } from '../../uapi/errno.js';
import { registerName } from '../hw/registers.js';
const hex = (n) => `0x${n.toString(16)}`;
/**
 * Prints what the driver does, one line an event, under the kernel's names: `ops` the steps of gpuvm, page-table calls
 * and address space slots, `regs` every register access. Each line begins with the number of the record that caused it.
 */
export class LineTrace {
    /** The record at hand. */
    index = 0;
    /** How an object is called, by its number on the device. */
    objectName = (id) => `object ${id}`;
    #print;
    #ops;
    constructor(kinds, print) {
        this.#ops = kinds.has('ops');
        this.#print = print;
    }
    /** A line about an operation. */
    op(text) {
        if (this.#ops)
            this.line(text);
    }
    line(text) {
        this.#print(`${`${this.index}`.padStart(5)} ${text}`);
    }
    warn(where, reason) {
        this.line(`WARNING ${where}: ${reason}`);
    }
    timeout(what) {
        this.line(`timeout ${what}`);
    }
    event(name) {
        this.op(`event ${name}`);
    }
    stepMap(va, range, bo, offset) {
        this.op(`  panthor_gpuva_sm_step_map va=${hex(va)} range=${hex(range)} obj=${this.objectName(bo)} offset=${hex(offset)}`);
    }
    stepUnmap(va, range, keep) {
        this.op(`  panthor_gpuva_sm_step_unmap va=${hex(va)} range=${hex(range)}${keep ? ' keep' : ''}`);
    }
    stepRemap(va, range, keep, prev, next) {
        const part = (name, p) => p === null ? '' : ` ${name}={va=${hex(p.va)} range=${hex(p.range)} offset=${hex(p.offset)}}`;
        const rest = `${part('prev', prev)}${part('next', next)}${keep ? ' keep' : ''}`;
        this.op(`  panthor_gpuva_sm_step_remap va=${hex(va)} range=${hex(range)}${rest}`);
    }
    beforePageTableCall() { }
    mapped(iova, pa, size, count, ret, bytes) {
        const result = ret === 0 ? `mapped ${hex(bytes)}` : errnoName(ret);
        this.op(`    map_pages iova=${hex(iova)} pa=${hex(pa)} pgsize=${hex(size)} pgcount=${count}: ${result}`);
    }
    unmapped(iova, size, count, bytes) {
        this.op(`    unmap_pages iova=${hex(iova)} pgsize=${hex(size)} pgcount=${count}: unmapped ${hex(bytes)}`);
    }
    as(what, as, vm) {
        const names = {
            enable: 'panthor_mmu_as_enable',
            disable: 'panthor_mmu_as_disable',
            evict: 'panthor_mmu_as_disable (recycled)',
        };
        this.op(`  ${names[what]} as=${as} vm=#${vm}`);
    }
    write(offset, value) {
        this.line(`    ${registerName(offset)} <- ${hex(value)}`);
    }
    read(offset, value) {
        this.line(`    ${registerName(offset)} -> ${hex(value)}`);
    }
}
//# sourceMappingURL=trace.js.map