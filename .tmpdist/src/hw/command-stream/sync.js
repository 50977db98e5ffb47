import { CS_BUS_FAULT, CS_INHERIT_FAULT, CS_INSTR_INVALID, StreamFatal } from './exceptions.js';
import { CONDITION_GT, CONDITION_LE, SCOPE_SYSTEM, SYNC_ADD64, SYNC_SET64, SYNC_WAIT64 } from './opcodes.js';
import { NEXT, STAY } from './outcome.js';
const PROPAGATE_ERROR = 1;
/** Of SYNC_WAIT: an error in the syncobj is not taken over. */
const REJECT_ERROR = 1;
function syncobjVa(queue, hi, wide) {
    const va = queue.address((hi >>> 8) & 0xff);
    if ((va & (wide ? 7 : 3)) !== 0)
        throw new StreamFatal(CS_BUS_FAULT, va);
    return va;
}
/** The status, and what follows a change: waiting queues look again, and the driver hears of it unless it is local. */
function* finish(core, queue, lo, statusVa) {
    if ((lo & PROPAGATE_ERROR) !== 0)
        yield* core.store32(statusVa, queue.error ? 1 : 0);
    if (((lo >>> 1) & 3) === SCOPE_SYSTEM)
        core.events.syncUpdate(queue);
    return NEXT;
}
export function* syncAdd(core, queue, lo, hi) {
    const wide = hi >>> 24 === SYNC_ADD64;
    const va = syncobjVa(queue, hi, wide);
    const data = wide ? queue.pair(hi & 0xff) : queue.reg(hi & 0xff);
    yield* core.atomicAdd(va, queue.regs[data], wide ? queue.regs[data + 1] : 0, wide);
    return yield* finish(core, queue, lo, va + (wide ? 8 : 4));
}
export function* syncSet(core, queue, lo, hi) {
    const wide = hi >>> 24 === SYNC_SET64;
    const va = syncobjVa(queue, hi, wide);
    const data = wide ? queue.pair(hi & 0xff) : queue.reg(hi & 0xff);
    if (wide)
        yield* core.store32(va + 4, queue.regs[data + 1]);
    yield* core.store32(va, queue.regs[data]);
    return yield* finish(core, queue, lo, va + (wide ? 8 : 4));
}
/** Whether what is in memory (two words, unsigned) ends the wait. Used for queues without a slot, too. */
export function waitIsOver(wait, lo, hi) {
    const high = wait.wide ? hi : 0;
    const greater = high > wait.hi || (high === wait.hi && lo > wait.lo);
    return wait.condition === CONDITION_GT ? greater : !greater;
}
/** Waits until the value is at most (LE) or above (GT) the one in the data register; other conditions do not exist. */
export function* syncWait(core, queue, lo, hi) {
    const wide = hi >>> 24 === SYNC_WAIT64;
    const condition = lo >>> 28;
    if (condition !== CONDITION_LE && condition !== CONDITION_GT) {
        throw new StreamFatal(CS_INSTR_INVALID, queue.pc);
    }
    const va = syncobjVa(queue, hi, wide);
    const data = wide ? queue.pair(hi & 0xff) : queue.reg(hi & 0xff);
    const { regs } = queue;
    const wait = { va, wide, condition, lo: regs[data], hi: wide ? regs[data + 1] : 0 };
    const { memory } = core;
    const low = yield* memory.load32(va);
    let high = 0;
    if (wide)
        high = yield* memory.load32(va + 4);
    if (!waitIsOver(wait, low, high)) {
        queue.blocked = 'SYNC_WAIT';
        queue.syncWait = wait;
        return STAY;
    }
    queue.syncWait = null;
    if ((lo & REJECT_ERROR) !== 0)
        return NEXT;
    const status = yield* memory.load32(va + (wide ? 8 : 4));
    if (status !== 0) {
        queue.error = true;
        core.events.fault(queue, CS_INHERIT_FAULT);
    }
    return NEXT;
}
//# sourceMappingURL=sync.js.map