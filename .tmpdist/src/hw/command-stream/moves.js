import { NEXT } from './outcome.js';
/** MOV48: 48 bits into a pair, zero-extended. */
export function mov48(_core, queue, lo, hi) {
    const dst = queue.pair((hi >>> 16) & 0xff);
    queue.regs[dst] = lo;
    queue.regs[dst + 1] = hi & 0xffff;
    return NEXT;
}
export function mov32(_core, queue, lo, hi) {
    queue.regs[queue.reg((hi >>> 16) & 0xff)] = lo;
    return NEXT;
}
/** With an immediate of 0 this is how v10 copies a register. */
export function addImm32(_core, queue, lo, hi) {
    const src = queue.reg((hi >>> 8) & 0xff);
    queue.regs[queue.reg((hi >>> 16) & 0xff)] = queue.regs[src] + lo;
    return NEXT;
}
/** The immediate is 32 bits, sign-extended. */
export function addImm64(_core, queue, lo, hi) {
    const { regs } = queue;
    const src = queue.pair((hi >>> 8) & 0xff);
    const dst = queue.pair((hi >>> 16) & 0xff);
    const low = regs[src] + lo;
    regs[dst + 1] = regs[src + 1] + (lo >> 31) + (low >= 0x100000000 ? 1 : 0);
    regs[dst] = low;
    return NEXT;
}
export function umin32(_core, queue, _lo, hi) {
    const { regs } = queue;
    const a = regs[queue.reg((hi >>> 8) & 0xff)];
    const b = regs[queue.reg(hi & 0xff)];
    regs[queue.reg((hi >>> 16) & 0xff)] = Math.min(a, b);
    return NEXT;
}
//# sourceMappingURL=moves.js.map