import { CS_INSTR_INVALID, StreamFatal } from './exceptions.js';
import { NEXT, STAY } from './outcome.js';
export function progressLoad(_core, queue, _lo, hi) {
    queue.regs.set(queue.progress, queue.pair((hi >>> 16) & 0xff));
    return NEXT;
}
export function progressStore(core, queue, _lo, hi) {
    const src = queue.pair((hi >>> 8) & 0xff);
    queue.progress[0] = queue.regs[src];
    queue.progress[1] = queue.regs[src + 1];
    core.changes++;
    return NEXT;
}
/** Waits until another queue of the group has counted as far as the value in a pair. */
export function progressWait(_core, queue, lo, hi) {
    const src = queue.pair((hi >>> 8) & 0xff);
    const other = queue.group.queues[lo & 0x1f];
    if (other === undefined)
        throw new StreamFatal(CS_INSTR_INVALID, queue.pc);
    const [low, high] = other.progress;
    const { regs } = queue;
    if (high > regs[src + 1] || (high === regs[src + 1] && low >= regs[src]))
        return NEXT;
    queue.blocked = 'PROGRESS_WAIT';
    return STAY;
}
//# sourceMappingURL=progress.js.map