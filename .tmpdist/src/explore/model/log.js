import { AS_COMMAND_NAMES, registerName } from '../../hw/registers.js';
import { hex } from './judge.js';
const span = (va, size) => `${hex(va)}+${hex(size)}`;
/** Collects lines; `next` is told to whom the driver's trace goes besides. */
export class Log {
    lines = [];
    #next;
    constructor(next) {
        this.#next = next;
    }
    /** The lines since the last call. */
    take() {
        const { lines } = this;
        this.lines = [];
        return lines;
    }
    write(offset, value) {
        const name = registerName(offset);
        if (name.endsWith('_HI'))
            return;
        const shown = name.endsWith('_COMMAND') ? (AS_COMMAND_NAMES[value] ?? hex(value)) : hex(value);
        this.lines.push(`${name.replace(/_LO$/, '')} = ${shown}`);
    }
    read() { }
    warn(where, reason) {
        this.lines.push(`WARN ${where}: ${reason}`);
        this.#next?.warn(where, reason);
    }
    timeout(what) {
        this.lines.push(`gives up on ${what}`);
    }
    event(name) {
        this.lines.push(name);
    }
    stepMap(va, range) {
        this.lines.push(`sm_step_map ${span(va, range)}`);
    }
    stepUnmap(va, range) {
        this.lines.push(`sm_step_unmap ${span(va, range)}`);
    }
    stepRemap(va, range, _keep, prev, next) {
        const left = [prev, next].map((part) => (part === null ? '' : ` keeps ${span(part.va, part.range)}`));
        this.lines.push(`sm_step_remap ${span(va, range)}${left.join('')}`);
    }
    beforePageTableCall() { }
    mapped(iova, pa, size, count, ret) {
        this.lines.push(`map ${span(iova, size * count)} to ${hex(pa)}${ret === 0 ? '' : `: ${ret}`}`);
    }
    unmapped(iova, _size, _count, bytes) {
        this.lines.push(`unmap ${span(iova, bytes)}`);
    }
    as(what, as, vm) {
        this.lines.push(`${what} AS${as}${vm === 0 ? '' : ` (VM ${vm})`}`);
    }
}
//# sourceMappingURL=log.js.map