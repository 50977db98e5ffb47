/** One instruction of a queue: fetched, told from others by its opcode, carried out. */
import * as flow from './control-flow.js';
import { CS_INSTR_INVALID, StreamFatal } from './exceptions.js';
import { finishFragment, heapOperation, heapSet } from './heap.js';
import { loadMultiple, storeMultiple, storeState } from './load-store.js';
import { addImm32, addImm64, mov32, mov48, umin32 } from './moves.js';
import * as op from './opcodes.js';
import { NEXT, WENT } from './outcome.js';
import { progressLoad, progressStore, progressWait } from './progress.js';
import { syncAdd, syncSet, syncWait } from './sync.js';
import { retire } from './work.js';
function invalid(_core, queue) {
    throw new StreamFatal(CS_INSTR_INVALID, queue.pc);
}
const INSTRUCTIONS = new Array(256).fill(invalid);
const known = {
    [op.NOP]: flow.nothing,
    [op.MOV48]: mov48,
    [op.MOV32]: mov32,
    [op.WAIT]: flow.wait,
    [op.RUN_COMPUTE]: retire,
    [op.RUN_TILING]: retire,
    [op.RUN_IDVS]: retire,
    [op.RUN_FRAGMENT]: retire,
    [op.RUN_FULLSCREEN]: retire,
    [op.FINISH_TILING]: retire,
    [op.ADD_IMM32]: addImm32,
    [op.ADD_IMM64]: addImm64,
    [op.UMIN32]: umin32,
    [op.BRANCH]: flow.branch,
    [op.SET_SB_ENTRY]: flow.setSbEntry,
    [op.PROGRESS_WAIT]: progressWait,
    [op.SET_EXCEPTION_HANDLER]: flow.setExceptionHandler,
    [op.CALL]: flow.call,
    [op.JUMP]: flow.jump,
    [op.REQ_RESOURCE]: flow.nothing,
    [op.FLUSH_CACHE2]: flow.flushCache2,
    [op.PROT_REGION]: flow.protRegion,
    [op.PROGRESS_STORE]: progressStore,
    [op.PROGRESS_LOAD]: progressLoad,
    [op.RUN_COMPUTE_INDIRECT]: retire,
    [op.ERROR_BARRIER]: flow.errorBarrier,
    [op.HEAP_SET]: heapSet,
    [op.TRACE_POINT]: flow.nothing,
};
for (const [opcode, instruction] of Object.entries(known))
    INSTRUCTIONS[Number(opcode)] = instruction;
/** Those that access memory. */
const ACCESSING = new Array(256).fill(null);
const accessing = {
    [op.FINISH_FRAGMENT]: finishFragment,
    [op.LOAD_MULTIPLE]: loadMultiple,
    [op.STORE_MULTIPLE]: storeMultiple,
    [op.SYNC_ADD32]: syncAdd,
    [op.SYNC_SET32]: syncSet,
    [op.SYNC_WAIT32]: syncWait,
    [op.STORE_STATE]: storeState,
    [op.HEAP_OPERATION]: heapOperation,
    [op.SYNC_ADD64]: syncAdd,
    [op.SYNC_SET64]: syncSet,
    [op.SYNC_WAIT64]: syncWait,
};
for (const [opcode, instruction] of Object.entries(accessing))
    ACCESSING[Number(opcode)] = instruction;
/** Fetches the instruction that the queue is at and carries it out, as perform(). */
export function* execute(core, queue) {
    const { pc } = queue;
    const lo = yield* core.memory.load32(pc);
    const hi = yield* core.memory.load32(pc + 4);
    return yield* perform(core, queue, lo, hi);
}
/**
 * Carries out one instruction, given as two words; its address space is the one of `core.memory`.
 *
 * @returns whether the queue can go on (NEXT or WENT) or is blocked in the instruction (STAY)
 * @throws StreamFatal when it ends the queue
 */
export function* perform(core, queue, lo, hi) {
    core.instructions++;
    const accesses = ACCESSING[hi >>> 24];
    let outcome;
    if (accesses === null)
        outcome = INSTRUCTIONS[hi >>> 24](core, queue, lo, hi);
    else
        outcome = yield* accesses(core, queue, lo, hi);
    if (outcome === NEXT) {
        queue.advance();
        return WENT;
    }
    return outcome;
}
//# sourceMappingURL=execute.js.map