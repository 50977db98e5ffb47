import { CS_INSTR_INVALID, StreamFatal } from './exceptions.js';
import { NEXT } from './outcome.js';
/** "CS Heap Operation" */
const VT_STARTED = 0;
const VT_COMPLETED = 1;
const FRAG_COMPLETED = 3;
export function heapSet(_core, queue, _lo, hi) {
    queue.heap = queue.address((hi >>> 8) & 0xff);
    return NEXT;
}
/**
 * Counts in the heap's context. Its layout is the hardware's secret (panthor_heap.c calls it opaque), so the counters are
 * kept beside it; that it can be written is checked. Nothing is tiled here, so a heap never runs out.
 */
function* count(core, queue, operation) {
    yield* core.memory.checkWritable(queue.heap);
    const counters = core.heapCounters(queue, queue.heap);
    if (operation === VT_STARTED)
        counters.vtStart++;
    else if (operation === VT_COMPLETED)
        counters.vtEnd++;
    else if (operation === FRAG_COMPLETED)
        counters.fragEnd++;
    else
        throw new StreamFatal(CS_INSTR_INVALID, queue.pc);
}
export function* heapOperation(core, queue, _lo, hi) {
    yield* count(core, queue, hi & 3);
    return NEXT;
}
/** Gives chunks that a render pass used back to the heap: there are none, but the pass is counted. */
export function* finishFragment(core, queue, lo, hi) {
    queue.pair(hi & 0xff);
    queue.pair((hi >>> 8) & 0xff);
    if ((lo & 1) !== 0)
        yield* count(core, queue, FRAG_COMPLETED);
    return NEXT;
}
//# sourceMappingURL=heap.js.map