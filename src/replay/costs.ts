/** What one record costs the driver: commands to the MMU, flushes, and how long the GPU is kept waiting. */
import type { DriverTrace } from '../driver/base/warn.ts';
import type { RegisterTrace } from '../hw/register-file.ts';
import {
  AS_COMMAND,
  AS_COMMAND_FLUSH_MEM,
  AS_COMMAND_FLUSH_PT,
  AS_COMMAND_LOCK,
  AS_COMMAND_NAMES,
  AS_COMMAND_UNLOCK,
  AS_STATUS,
  GPU_CMD,
  MMU_AS_BASE,
  MMU_AS_SHIFT,
} from '../hw/registers.ts';

/** Counts of one record or of a whole capture. */
export interface Costs {
  /** AS commands by name. */
  commands: Record<string, number>;
  /** Cache flushes through GPU_CMD. */
  cacheFlushes: number;
  /** Register writes altogether. */
  writes: number;
  /** Page-table calls and AS_STATUS polls, and those of them that happened while a region was locked. */
  tableCalls: number;
  polls: number;
  tableCallsLocked: number;
  pollsLocked: number;
  /** Warnings, as "function: reason". */
  warnings: string[];
}

export function noCosts(): Costs {
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
export function addCosts(sum: Costs, more: Costs): void {
  for (const [name, n] of Object.entries(more.commands)) sum.commands[name] = (sum.commands[name] ?? 0) + n;
  sum.cacheFlushes += more.cacheFlushes;
  sum.writes += more.writes;
  sum.tableCalls += more.tableCalls;
  sum.polls += more.polls;
  sum.tableCallsLocked += more.tableCallsLocked;
  sum.pollsLocked += more.pollsLocked;
  sum.warnings.push(...more.warnings);
}

/** Listens to a device and its registers and counts, from one take() to the next. */
export class CostMeter implements DriverTrace, RegisterTrace {
  #costs = noCosts();
  /** Slots whose region is locked, as a mask: LOCK locks, UNLOCK and the flushing commands end it. */
  #locked = 0;

  /** The costs since the last call. */
  take(): Costs {
    const costs = this.#costs;
    this.#costs = noCosts();
    return costs;
  }

  write(offset: number, value: number): void {
    this.#costs.writes++;
    if (offset === GPU_CMD) this.#costs.cacheFlushes++;
    if (offset < MMU_AS_BASE || (offset & 0x3f) !== AS_COMMAND) return;
    const name = AS_COMMAND_NAMES[value] ?? `${value}`;
    this.#costs.commands[name] = (this.#costs.commands[name] ?? 0) + 1;
    const slot = 1 << ((offset - MMU_AS_BASE) >> MMU_AS_SHIFT);
    if (value === AS_COMMAND_LOCK) this.#locked |= slot;
    const ends =
      value === AS_COMMAND_UNLOCK || value === AS_COMMAND_FLUSH_PT || value === AS_COMMAND_FLUSH_MEM;
    if (ends) this.#locked &= ~slot;
  }

  warn(where: string, reason: string): void {
    this.#costs.warnings.push(`${where}: ${reason}`);
  }

  read(offset: number): void {
    if (offset < MMU_AS_BASE || (offset & 0x3f) !== AS_STATUS) return;
    this.#costs.polls++;
    if (this.#locked !== 0) this.#costs.pollsLocked++;
  }

  beforePageTableCall(): void {
    this.#costs.tableCalls++;
    if (this.#locked !== 0) this.#costs.tableCallsLocked++;
  }

  timeout(): void {}
  event(): void {}
  stepMap(): void {}
  stepUnmap(): void {}
  stepRemap(): void {}
  mapped(): void {}
  unmapped(): void {}
  as(): void {}
}
