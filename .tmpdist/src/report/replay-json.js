import { AS_COMMAND_FLUSH_MEM, AS_COMMAND_FLUSH_PT, AS_COMMAND_LOCK, AS_COMMAND_NOP, AS_COMMAND_UNLOCK, AS_COMMAND_UPDATE, MAX_AS_SLOTS, } from '../hw/registers.js';
const COMMANDS = [
    ['NOP', AS_COMMAND_NOP, false],
    ['UPDATE', AS_COMMAND_UPDATE, true],
    ['LOCK', AS_COMMAND_LOCK, true],
    ['UNLOCK', AS_COMMAND_UNLOCK, true],
    ['FLUSH_PT', AS_COMMAND_FLUSH_PT, false],
    ['FLUSH_MEM', AS_COMMAND_FLUSH_MEM, true],
];
/** AS commands by name, those of slot 0 (the firmware's) left out. */
export function commandCounts(replayer) {
    const { commands } = replayer.model.device.machine;
    const counts = {};
    for (const [name, command, always] of COMMANDS) {
        let count = 0;
        for (let as = 1; as < MAX_AS_SLOTS; as++)
            count += commands[command * MAX_AS_SLOTS + as];
        if (count > 0 || always)
            counts[name] = count;
    }
    return counts;
}
/** The kernel's name, with the behaviours that were switched behind it. */
export function kernelText(replayer) {
    const { name, switched } = replayer.model.device.kernel;
    return [name, ...switched].join(' ');
}
/** `replay --json`. */
export function replayJson(client, replayer) {
    const { tally, model } = replayer;
    const { device } = model;
    const { activations, evictions, faults } = device.mmu.stats;
    return JSON.stringify({
        kernel: device.kernel.name,
        switched: device.kernel.switched,
        client,
        records: tally.records,
        ioctls: tally.ioctls,
        mmaps: tally.mmaps,
        bind_ops: tally.bindOps,
        as: { activations, evictions, faults },
        mmu: { commands: commandCounts(replayer), cache_flushes: device.machine.cacheFlushes },
        warnings: [...tally.warnings.values()],
        explained: tally.explained.kept,
        divergences: tally.divergences.kept,
        would_block: tally.wouldBlock.kept,
        timing: tally.timing.kept,
        counts: {
            explained: tally.explained.count,
            divergences: tally.divergences.count,
            would_block: tally.wouldBlock.count,
            timing: tally.timing.count,
        },
    });
}
//# sourceMappingURL=replay-json.js.map