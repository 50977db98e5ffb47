import { AS_COMMAND, AS_COMMAND_FLUSH_MEM, AS_COMMAND_FLUSH_PT, AS_COMMAND_LOCK, AS_COMMAND_NAMES, AS_COMMAND_UNLOCK, AS_STATUS, GPU_CMD, MMU_AS_BASE, MMU_AS_SHIFT, } from '../hw/registers.js';
export function noCosts() {
    return {
        commands: {},
        cacheFlushes: 0,
        writes: 0,
        tableCalls: 0,
        polls: 0,
        tableCallsLocked: 0,
        pollsLocked: 0,
        warnings: [],
    };
}
/** Adds `more` to `sum`. */
export function addCosts(sum, more) {
    for (const [name, n] of Object.entries(more.commands))
        sum.commands[name] = (sum.commands[name] ?? 0) + n;
    sum.cacheFlushes += more.cacheFlushes;
    sum.writes += more.writes;
    sum.tableCalls += more.tableCalls;
    sum.polls += more.polls;
    sum.tableCallsLocked += more.tableCallsLocked;
    sum.pollsLocked += more.pollsLocked;
    sum.warnings.push(...more.warnings);
}
/** Listens to a device and its registers and counts, from one take() to the next. */
export class CostMeter {
    #costs = noCosts();
    /** Slots whose region is locked, as a mask: LOCK locks, UNLOCK and the flushing commands end it. */
    #locked = 0;
    /** The costs since the last call. */
    take() {
        const costs = this.#costs;
        this.#costs = noCosts();
        return costs;
    }
    write(offset, value) {
        this.#costs.writes++;
        if (offset === GPU_CMD)
            this.#costs.cacheFlushes++;
        if (offset < MMU_AS_BASE || (offset & 0x3f) !== AS_COMMAND)
            return;
        const name = AS_COMMAND_NAMES[value] ?? `${value}`;
        this.#costs.commands[name] = (this.#costs.commands[name] ?? 0) + 1;
        const slot = 1 << ((offset - MMU_AS_BASE) >> MMU_AS_SHIFT);
        if (value === AS_COMMAND_LOCK)
            this.#locked |= slot;
        const ends = value === AS_COMMAND_UNLOCK || value === AS_COMMAND_FLUSH_PT || value === AS_COMMAND_FLUSH_MEM;
        if (ends)
            this.#locked &= ~slot;
    }
    warn(where, reason) {
        this.#costs.warnings.push(`${where}: ${reason}`);
    }
    read(offset) {
        if (offset < MMU_AS_BASE || (offset & 0x3f) !== AS_STATUS)
            return;
        this.#costs.polls++;
        if (this.#locked !== 0)
            this.#costs.pollsLocked++;
    }
    beforePageTableCall() {
        this.#costs.tableCalls++;
        if (this.#locked !== 0)
            this.#costs.tableCallsLocked++;
    }
    timeout() { }
    event() { }
    stepMap() { }
    stepUnmap() { }
    stepRemap() { }
    mapped() { }
    unmapped() { }
    as() { }
}
//# sourceMappingURL=costs.js.map