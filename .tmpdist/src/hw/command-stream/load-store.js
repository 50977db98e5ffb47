import { CS_BUS_FAULT, CS_INSTR_INVALID, StreamFatal } from './exceptions.js';
import { NEXT } from './outcome.js';
/** "CS State" */
const STATE_TIMESTAMP = 0;
const STATE_CYCLES = 1;
const STATE_ERROR = 3;
/**
 * The address in a pair plus the signed offset in bits 15:0, bytes. What is not aligned to its size ends in a bus fault
 * (an assumption: Mesa aligns everything).
 */
function effective(queue, lo, hi, align) {
    const va = queue.address((hi >>> 8) & 0xff) + ((lo << 16) >> 16);
    if ((va & (align - 1)) !== 0)
        throw new StreamFatal(CS_BUS_FAULT, va);
    return va;
}
/** The last register of a mask over 16 registers from `base` on has to exist. */
function checkRange(queue, base, mask) {
    if (mask !== 0)
        queue.reg(base + 31 - Math.clz32(mask));
}
/** Bit n of the mask is register base + n, which is word n at the address. */
export function* loadMultiple(core, queue, lo, hi) {
    const base = (hi >>> 16) & 0xff;
    const mask = lo >>> 16;
    const va = effective(queue, lo, hi, 4);
    checkRange(queue, base, mask);
    for (let n = 0; mask >>> n !== 0; n++) {
        if (((mask >>> n) & 1) === 0)
            continue;
        const value = yield* core.memory.load32(va + 4 * n);
        queue.regs[base + n] = value;
    }
    return NEXT;
}
export function* storeMultiple(core, queue, lo, hi) {
    const base = (hi >>> 16) & 0xff;
    const mask = lo >>> 16;
    const va = effective(queue, lo, hi, 4);
    checkRange(queue, base, mask);
    for (let n = 0; mask >>> n !== 0; n++) {
        if (((mask >>> n) & 1) !== 0)
            yield* core.store32(va + 4 * n, queue.regs[base + n]);
    }
    return NEXT;
}
/** Clocks and the error status, 64 bits each. A disjoint count (a clock that jumped) never moves here. */
export function* storeState(core, queue, lo, hi) {
    const va = effective(queue, lo, hi, 8);
    const state = hi & 0xff;
    let value = 0;
    if (state === STATE_TIMESTAMP)
        value = core.clock.timestamp();
    else if (state === STATE_CYCLES)
        value = core.clock.cycles();
    else if (state === STATE_ERROR)
        value = queue.error ? 1 : 0;
    else if (state > STATE_ERROR)
        throw new StreamFatal(CS_INSTR_INVALID, queue.pc);
    yield* core.store32(va, value >>> 0);
    yield* core.store32(va + 4, Math.floor(value / 0x100000000));
    return NEXT;
}
//# sourceMappingURL=load-store.js.map