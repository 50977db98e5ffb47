import {
  AS_COMMAND_FLUSH_MEM,
  AS_COMMAND_FLUSH_PT,
  AS_COMMAND_LOCK,
  AS_COMMAND_NOP,
  AS_COMMAND_UNLOCK,
  AS_COMMAND_UPDATE,
  MAX_AS_SLOTS,
} from '../hw/registers.ts';
import type { Replayer } from '../replay/replayer.ts';
import type { Divergence, Explained, Finding, Refused, Warning } from '../replay/tally.ts';

const COMMANDS: readonly [name: string, command: number, always: boolean][] = [
  ['NOP', AS_COMMAND_NOP, false],
  ['UPDATE', AS_COMMAND_UPDATE, true],
  ['LOCK', AS_COMMAND_LOCK, true],
  ['UNLOCK', AS_COMMAND_UNLOCK, true],
  ['FLUSH_PT', AS_COMMAND_FLUSH_PT, false],
  ['FLUSH_MEM', AS_COMMAND_FLUSH_MEM, true],
];

/** AS commands by name, those of slot 0 (the firmware's) left out. */
export function commandCounts(replayer: Replayer): Record<string, number> {
  const { commands } = replayer.model.seen.machine;
  const counts: Record<string, number> = {};
  for (const [name, command, always] of COMMANDS) {
    let count = 0;
    for (let as = 1; as < MAX_AS_SLOTS; as++) count += commands[command * MAX_AS_SLOTS + as];
    if (count > 0 || always) counts[name] = count;
  }
  return counts;
}

/** The kernel's name, with the behaviours that were switched behind it. */
export function kernelText(replayer: Replayer): string {
  const { name, switched } = replayer.model.device.kernel;
  return [name, ...switched].join(' ');
}

/** What a replay did and found, as `replay --json` prints it. */
export interface ReplaySummary {
  kernel: string;
  /** Between which kernels it was guessed, and from what; null where it is sure or was named. */
  kernel_guess: { between: readonly string[]; statement: string } | null;
  /** Behaviours away from the kernel's row, as `+name` or `-name`. */
  switched: readonly string[];
  client: string;
  records: number;
  ioctls: { total: number; failed: number; by_name: Record<string, number> };
  mmaps: number;
  bind_ops: { map: number; unmap: number; sync_only: number; sparse: number; async: number; sync: number };
  as: { activations: number; evictions: number; faults: number };
  mmu: { commands: Record<string, number>; cache_flushes: number };
  warnings: Warning[];
  /** Calls that the model refused for a reason that is known: kernel function and field. */
  refused: Refused[];
  /** Failures of the capture's machine (no memory, a signal), which the replay followed. */
  followed: Finding[];
  /** Calls that end otherwise than they did, for a reason: a kernel of another version, an earlier refusal. */
  explained: Explained[];
  /** Calls that end otherwise than they did, for none that is known. */
  divergences: Divergence[];
  would_block: Finding[];
  timing: Finding[];
  /** How many there are; the lists hold the first thousand. */
  counts: Record<'refused' | 'followed' | 'explained' | 'divergences' | 'would_block' | 'timing', number>;
}

export function replaySummary(client: string, replayer: Replayer): ReplaySummary {
  const { tally, model } = replayer;
  const { device } = model;
  const { activations, evictions, faults } = model.seen.stats;
  return {
    kernel: device.kernel.name,
    kernel_guess: guess(replayer),
    switched: device.kernel.switched,
    client,
    records: tally.records,
    ioctls: tally.ioctls.toJSON(),
    mmaps: tally.mmaps,
    bind_ops: tally.bindOps,
    as: { activations, evictions, faults },
    mmu: { commands: commandCounts(replayer), cache_flushes: model.seen.machine.cacheFlushes },
    warnings: [...tally.warnings.values()],
    refused: tally.refused.kept,
    followed: tally.followed.kept,
    explained: tally.explained.kept,
    divergences: tally.divergences.kept,
    would_block: tally.wouldBlock.kept,
    timing: tally.timing.kept,
    counts: {
      refused: tally.refused.count,
      followed: tally.followed.count,
      explained: tally.explained.count,
      divergences: tally.divergences.count,
      would_block: tally.wouldBlock.count,
      timing: tally.timing.count,
    },
  };
}

function guess({ choice }: Replayer): ReplaySummary['kernel_guess'] {
  if (choice === null || !choice.guessed) return null;
  return { between: choice.between, statement: choice.statement ?? '' };
}
