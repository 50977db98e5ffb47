/**
 * The GPU as the driver meets it: registers, memory, and blocks whose commands complete at once. Faults can be injected
 * the way the vectors do: AS_STATUS polls that never see a command end, cache flushes that never complete.
 */
import type { Waitable } from '../coroutine/op.ts';
import { PhysicalMemory } from './memory.ts';
import { RegisterFile } from './register-file.ts';
import {
  AS_STATUS_AS_ACTIVE,
  GPU_INT_BASE,
  GPU_IRQ_CLEAN_CACHES_COMPLETED,
  GPU_IRQ_RESET_COMPLETED,
  GPU_SOFT_RESET,
  INT_MASK,
  INT_RAWSTAT,
  MAX_AS_SLOTS,
  MMU_INT_BASE,
  PWR_COMMAND_RESET_SOFT,
  PWR_INT_BASE,
  PWR_IRQ_RESET_COMPLETED,
  PWR_STATUS,
  PWR_STATUS_ALLOW_SOFT_RESET_HI,
} from './registers.ts';

/** `skip` more good events, then `times` bad ones. */
export interface Injection {
  skip: number;
  times: number;
}

/** Consumes one event: true where it is one of the bad ones. */
function consume(injection: Injection): boolean {
  if (injection.skip > 0) {
    injection.skip--;
    return false;
  }
  if (injection.times > 0) {
    injection.times--;
    return true;
  }
  return false;
}

const ALWAYS: Waitable = { label: 'machine', ready: () => true };
const GPU_RAWSTAT = (GPU_INT_BASE + INT_RAWSTAT) >> 2;
const GPU_MASK = (GPU_INT_BASE + INT_MASK) >> 2;
const PWR_RAWSTAT = (PWR_INT_BASE + INT_RAWSTAT) >> 2;
const PWR_MASK = (PWR_INT_BASE + INT_MASK) >> 2;
const PWR_STATUS_HI = (PWR_STATUS + 4) >> 2;
const MMU_RAWSTAT = (MMU_INT_BASE + INT_RAWSTAT) >> 2;

export class Machine {
  readonly memory: PhysicalMemory;
  readonly regs: RegisterFile;
  /** AS commands issued, by command number and slot: commands[command × 32 + as]. */
  readonly commands = new Uint32Array(8 * MAX_AS_SLOTS);
  /** Cache flushes asked for through GPU_CMD. */
  cacheFlushes = 0;
  /** Anything injected at all; keeps the common path short. */
  #injected = false;
  readonly #stuck: Injection[] = [];
  readonly #flushFail: Injection = { skip: 0, times: 0 };

  constructor(memory: PhysicalMemory = new PhysicalMemory()) {
    this.memory = memory;
    this.regs = new RegisterFile(this);
    this.regs.words[PWR_STATUS_HI] = PWR_STATUS_ALLOW_SOFT_RESET_HI;
  }

  /** What waits for a command of a slot wait for: here commands end at once, or never. */
  asReady(_as: number): Waitable {
    return ALWAYS;
  }

  /** The same for a cache flush. */
  readonly flushDone: Waitable = ALWAYS;

  /** After `skip` more good polls of AS_STATUS in slot `as`, the next `times` polls find the command still running. */
  injectStuck(as: number, skip: number, times: number): void {
    this.#injected = true;
    this.regs.computesStatus = true;
    this.#stuck[as] = { skip, times };
  }

  /** The same for cache flushes through GPU_CMD: they never complete. */
  injectFlushFailure(skip: number, times: number): void {
    this.#injected = true;
    this.#flushFail.skip = skip;
    this.#flushFail.times = times;
  }

  /** A reset: all registers as at power-on but the masks of the interrupts that report it, nothing injected any more. */
  reset(): void {
    const { words } = this.regs;
    const gpuMask = words[GPU_MASK];
    const pwrMask = words[PWR_MASK];
    words.fill(0);
    words[GPU_MASK] = gpuMask;
    words[PWR_MASK] = pwrMask;
    words[PWR_STATUS_HI] = PWR_STATUS_ALLOW_SOFT_RESET_HI;
    if (this.#injected) this.regs.computesStatus = false;
    this.#injected = false;
    this.#stuck.length = 0;
    this.#flushFail.skip = 0;
    this.#flushFail.times = 0;
  }

  /** Raises bits of MMU_INT_RAWSTAT. */
  raiseMmuInterrupt(bits: number): void {
    this.regs.words[MMU_RAWSTAT] |= bits;
  }

  asCommand(as: number, command: number): void {
    this.commands[(command & 7) * MAX_AS_SLOTS + as]++;
  }

  asStatus(as: number): number {
    if (!this.#injected) return 0;
    const stuck = this.#stuck[as];
    return stuck !== undefined && consume(stuck) ? AS_STATUS_AS_ACTIVE : 0;
  }

  gpuCommand(command: number): void {
    if ((command & 0xff) === 4) {
      this.cacheFlushes++;
      if (this.#injected && consume(this.#flushFail)) return;
      this.regs.words[GPU_RAWSTAT] |= GPU_IRQ_CLEAN_CACHES_COMPLETED;
    } else if (command === GPU_SOFT_RESET) {
      this.reset();
      this.regs.words[GPU_RAWSTAT] |= GPU_IRQ_RESET_COMPLETED;
    }
  }

  pwrCommand(command: number): void {
    if (command !== PWR_COMMAND_RESET_SOFT) return;
    this.reset();
    this.regs.words[PWR_RAWSTAT] |= PWR_IRQ_RESET_COMPLETED;
  }
}
