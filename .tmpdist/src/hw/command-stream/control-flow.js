import { CS_CALL_STACK_OVERFLOW, CS_INSTR_INVALID, StreamFatal } from './exceptions.js';
import { CONDITION_ALWAYS, CONDITION_EQ, CONDITION_GE, CONDITION_GT, CONDITION_LE, CONDITION_LT, CONDITION_NE, } from './opcodes.js';
import { NEXT, STAY, WENT } from './outcome.js';
import { CALL_STACK_DEPTH, INSTR_BYTES } from './stream-queue.js';
/** Whether a signed value stands in a relation to 0. */
function holds(condition, value, queue) {
    switch (condition) {
        case CONDITION_LE:
            return value <= 0;
        case CONDITION_GT:
            return value > 0;
        case CONDITION_EQ:
            return value === 0;
        case CONDITION_NE:
            return value !== 0;
        case CONDITION_LT:
            return value < 0;
        case CONDITION_GE:
            return value >= 0;
        case CONDITION_ALWAYS:
            return true;
        default:
            throw new StreamFatal(CS_INSTR_INVALID, queue.pc);
    }
}
/** The offset counts instructions, from the one after this. */
export function branch(_core, queue, lo, hi) {
    const value = queue.regs[queue.reg((hi >>> 8) & 0xff)] | 0;
    if (!holds((lo >>> 28) & 7, value, queue))
        return NEXT;
    queue.branch((lo << 16) >> 16);
    return WENT;
}
/** The block that a CALL or JUMP names: both its address and its length are whole instructions. */
function target(queue, hi) {
    const va = queue.address((hi >>> 8) & 0xff);
    const size = queue.regs[queue.reg(hi & 0xff)];
    if (((va | size) & (INSTR_BYTES - 1)) !== 0)
        throw new StreamFatal(CS_INSTR_INVALID, queue.pc);
    return { va, size };
}
export function call(_core, queue, _lo, hi) {
    const { va, size } = target(queue, hi);
    if (queue.depth + 1 >= CALL_STACK_DEPTH)
        throw new StreamFatal(CS_CALL_STACK_OVERFLOW, queue.pc);
    queue.call(va, size);
    return WENT;
}
/** The ring buffer cannot be left for good. */
export function jump(_core, queue, _lo, hi) {
    const { va, size } = target(queue, hi);
    if (queue.depth === 0)
        throw new StreamFatal(CS_INSTR_INVALID, queue.pc);
    queue.jump(va, size);
    return WENT;
}
/** Everything asynchronous is done at once here, so no scoreboard entry is ever waited for. */
export function wait(core, queue, _lo, hi) {
    if ((hi & 1) !== 0)
        core.countProgress(queue);
    return NEXT;
}
/** The stream's errors end here: the next job begins without. */
export function errorBarrier(_core, queue) {
    queue.error = false;
    return NEXT;
}
export function setSbEntry(_core, queue, lo) {
    queue.sbEntry[0] = lo & 0xf;
    queue.sbEntry[1] = (lo >>> 4) & 0xf;
    return NEXT;
}
/** panthor leaves CS_PROTM_PENDING unanswered: a queue that asks for protected mode waits until its job times out. */
export function protRegion(_core, queue) {
    queue.blocked = 'PROTM';
    return STAY;
}
/** What takes registers and has no effect without other hardware: checked, then done. */
export function setExceptionHandler(_core, queue, _lo, hi) {
    queue.pair((hi >>> 8) & 0xff);
    queue.reg(hi & 0xff);
    return NEXT;
}
/** NOP, REQ_RESOURCE (resources are always granted), TRACE_POINT. */
export function nothing() {
    return NEXT;
}
/** FLUSH_CACHE2: nothing is cached here, but the flush counts. */
export function flushCache2(core, queue, lo, hi) {
    const since = queue.regs[queue.reg((hi >>> 8) & 0xff)];
    if ((lo & 0xfff) !== 0)
        core.flush(since);
    return NEXT;
}
//# sourceMappingURL=control-flow.js.map