import { NEXT } from './outcome.js';
/** Shaders, tiler and fragment hardware: retires without a memory access. */
export function retire(core, queue, _lo, hi) {
    core.events.unshaded(hi >>> 24);
    if ((hi & 1) !== 0)
        core.countProgress(queue);
    return NEXT;
}
//# sourceMappingURL=work.js.map