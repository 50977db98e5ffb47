/** HEAP_SET, HEAP_OPERATION and the share of FINISH_FRAGMENT in a tiler heap. */
import type { Core } from './core.ts';
import { CS_INSTR_INVALID, StreamFatal } from './exceptions.ts';
import { NEXT, type Outcome } from './outcome.ts';
import type { StreamOp } from './stream-memory.ts';
import type { StreamQueue } from './stream-queue.ts';

/** "CS Heap Operation" */
const VT_STARTED = 0;
const VT_COMPLETED = 1;
const FRAG_COMPLETED = 3;

export function heapSet(_core: Core, queue: StreamQueue, _lo: number, hi: number): Outcome {
  queue.heap = queue.address((hi >>> 8) & 0xff);
  return NEXT;
}

/**
 * Counts in the heap's context. Its layout is the hardware's secret (panthor_heap.c calls it opaque), so the counters are
 * kept beside it; that it can be written is checked. Nothing is tiled here, so a heap never runs out.
 */
function* count(core: Core, queue: StreamQueue, operation: number): StreamOp<void> {
  yield* core.memory.checkWritable(queue.heap);
  const counters = core.heapCounters(queue, queue.heap);
  if (operation === VT_STARTED) counters.vtStart++;
  else if (operation === VT_COMPLETED) counters.vtEnd++;
  else if (operation === FRAG_COMPLETED) counters.fragEnd++;
  else throw new StreamFatal(CS_INSTR_INVALID, queue.pc);
}

export function* heapOperation(core: Core, queue: StreamQueue, _lo: number, hi: number): StreamOp<Outcome> {
  yield* count(core, queue, hi & 3);
  return NEXT;
}

/** Gives chunks that a render pass used back to the heap: there are none, but the pass is counted. */
export function* finishFragment(core: Core, queue: StreamQueue, lo: number, hi: number): StreamOp<Outcome> {
  queue.pair(hi & 0xff);
  queue.pair((hi >>> 8) & 0xff);
  if ((lo & 1) !== 0) yield* count(core, queue, FRAG_COMPLETED);
  return NEXT;
}
