/** RUN_* and FINISH_TILING: work for hardware that is not modelled. It is done as soon as it is there. */
import type { Core } from './core.ts';
import { NEXT, type Outcome } from './outcome.ts';
import type { StreamQueue } from './stream-queue.ts';

/** Shaders, tiler and fragment hardware: retires without a memory access. */
export function retire(core: Core, queue: StreamQueue, _lo: number, hi: number): Outcome {
  core.events.unshaded(hi >>> 24);
  if ((hi & 1) !== 0) core.countProgress(queue);
  return NEXT;
}
