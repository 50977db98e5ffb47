/**
 * The machine while other threads run: AS commands take time and can get stuck. What takes time is a thread of its own
 * (a generator); the explorer decides when it goes on. Accesses of the GPU are in access.ts.
 *
 * What the manual leaves open is open here: a LOCK that gets stuck may or may not have taken hold. A command that waits
 * for accesses under way in its region (LOCK, and what flushes) is done once there is none.
 */

import { Choice } from '../coroutine/choice.ts';
import type { Waitable } from '../coroutine/op.ts';
import { AddressSpace, decodeLock } from './address-space.ts';
import { Machine } from './machine.ts';
import type { PhysicalMemory } from './memory.ts';
import {
  AS_COMMAND_FLUSH_MEM,
  AS_COMMAND_FLUSH_PT,
  AS_COMMAND_LOCK,
  AS_COMMAND_NAMES,
  AS_COMMAND_UNLOCK,
  AS_COMMAND_UPDATE,
  AS_LOCKADDR,
  AS_STATUS_AS_ACTIVE,
  AS_TRANSCFG,
  AS_TRANSTAB,
  asRegister,
  GPU_INT_BASE,
  GPU_IRQ_CLEAN_CACHES_COMPLETED,
  GPU_IRQ_RESET_COMPLETED,
  GPU_SOFT_RESET,
  INT_MASK,
  INT_RAWSTAT,
} from './registers.ts';
import { Tlb } from './tlb.ts';

/** What a thread of the machine waits for or decides. */
export type MachinePoint = string | Waitable | Choice;
export type MachineOp<T> = Generator<MachinePoint, T, void>;

/** An access on its way: translated, not done yet. */
interface InFlight {
  as: number;
  va: number;
}

/** A command that gets stuck: the `skip`-th next one of that number in any slot. */
export interface Stuck {
  command: number;
  skip: number;
}

export class TimedMachine extends Machine {
  readonly spaces: AddressSpace[];
  readonly tlb = new Tlb();
  readonly inFlight: InFlight[] = [];
  readonly stuck: Stuck[] = [];
  /** Cache flushes through GPU_CMD that never complete: skip, and how many after that. */
  readonly stuckFlush = { skip: 0, times: 0 };
  readonly vaBits: number;
  /** Resets so far: an access begun before one is gone after it. */
  epoch = 0;
  flushing = false;
  /** A command was given to a slot in which another one runs, which does nothing: in words, null where none was. */
  overrun: string | null = null;
  flushHung = false;

  constructor(options: { slots: number; vaBits: number; memory?: PhysicalMemory }) {
    super(options.memory);
    this.regs.computesStatus = true;
    this.vaBits = options.vaBits;
    this.spaces = Array.from(
      { length: options.slots },
      (_, i) => new AddressSpace(i, (space) => this.canComplete(space)),
    );
  }

  override asReady(as: number): { readonly label: string; ready(): boolean } {
    return this.spaces[as].ready;
  }

  override readonly flushDone = {
    label: 'the cache flush is done',
    ready: () => !this.flushing || this.flushHung,
  };

  readonly #flushAsked = { label: 'caches are flushed', ready: () => this.flushing && !this.flushHung };

  /** Whether the interrupt is raised whose registers are at `base`. */
  interrupts(base: number): boolean {
    const { words, reachable } = this.regs;
    return reachable && (words[(base + INT_RAWSTAT) >> 2] & words[(base + INT_MASK) >> 2]) !== 0;
  }

  /** Whether the GPU block will raise no interrupt: the flush is stuck, or a reset has ended it, or what is raised is masked. */
  get silent(): boolean {
    return this.flushHung || !this.regs.reachable || (!this.flushing && !this.interrupts(GPU_INT_BASE));
  }

  override asStatus(as: number): number {
    return this.spaces[as].command !== 0 ? AS_STATUS_AS_ACTIVE : 0;
  }

  override asCommand(as: number, command: number): void {
    super.asCommand(as, command);
    const space = this.spaces[as];
    if (space.command !== 0) {
      this.overrun = `AS${as} gets ${AS_COMMAND_NAMES[command]} while ${AS_COMMAND_NAMES[space.command]} runs in it`;
      return;
    }
    space.command = command;
    const words = this.regs.words;
    const at = asRegister(as, AS_LOCKADDR) >> 2;
    space.lockAddr = words[at + 1] * 0x100000000 + words[at];
    for (const one of this.stuck) {
      if (one.command !== command || one.skip < 0) continue;
      if (one.skip-- === 0) space.stuck = true;
    }
  }

  override gpuCommand(command: number): void {
    if ((command & 0xff) === 4) {
      this.flushing = true;
      this.cacheFlushes++;
    } else if (command === GPU_SOFT_RESET) {
      this.reset();
      this.regs.words[(GPU_INT_BASE + INT_RAWSTAT) >> 2] |= GPU_IRQ_RESET_COMPLETED;
    }
  }

  override reset(): void {
    super.reset();
    this.epoch++;
    this.flushing = this.flushHung = false;
    for (const space of this.spaces) space.clear();
    this.tlb.dropAll();
    this.inFlight.length = 0;
  }

  /** LOCK, and what flushes, is done only when no access is under way in the region. */
  canComplete(space: AddressSpace): boolean {
    if (space.stuck || space.command === AS_COMMAND_UNLOCK || space.command === AS_COMMAND_UPDATE)
      return true;
    const { start, end } = decodeLock(space.lockAddr);
    return !this.inFlight.some(
      (access) => access.as === space.index && access.va >= start && access.va < end,
    );
  }

  /** Thread: carries out the commands of one address space. */
  *carryOut(as: number): MachineOp<void> {
    const space = this.spaces[as];
    for (;;) {
      yield space.work;
      const command = space.command;
      if (space.stuck) {
        space.hung = true;
        if (command === AS_COMMAND_LOCK) {
          const tookHold = new Choice(`AS${as}: the LOCK that gets stuck takes hold`, 2);
          yield tookHold;
          if (tookHold.chosen === 1 && space.command === command) this.#execute(space, command);
        }
      } else {
        this.#execute(space, command);
        space.command = 0;
      }
    }
  }

  /** Thread: carries out cache flushes. */
  *flushes(): MachineOp<void> {
    for (;;) {
      yield this.#flushAsked;
      if (this.stuckFlush.times > 0 && this.stuckFlush.skip-- <= 0) {
        this.stuckFlush.times--;
        this.flushHung = true;
        continue;
      }
      this.#finishFlush();
    }
  }

  /** Completes everything at once: while a scenario is set up no other thread runs. */
  runToQuiescence(): void {
    for (const space of this.spaces) {
      if (space.command !== 0) this.#execute(space, space.command);
      space.command = 0;
    }
    if (this.flushing) this.#finishFlush();
  }

  #finishFlush(): void {
    this.tlb.flushDescriptors();
    this.flushing = false;
    this.regs.words[(GPU_INT_BASE + INT_RAWSTAT) >> 2] |= GPU_IRQ_CLEAN_CACHES_COMPLETED;
  }

  #execute(space: AddressSpace, command: number): void {
    switch (command) {
      case AS_COMMAND_UPDATE: {
        const words = this.regs.words;
        space.transtab = words[asRegister(space.index, AS_TRANSTAB) >> 2];
        space.transcfg = words[asRegister(space.index, AS_TRANSCFG) >> 2];
        this.tlb.drop(space.index, 0, 2 ** 64);
        break;
      }
      case AS_COMMAND_LOCK: {
        const { start, end } = decodeLock(space.lockAddr);
        space.lockStart = start;
        space.lockEnd = end;
        break;
      }
      case AS_COMMAND_FLUSH_PT:
      case AS_COMMAND_FLUSH_MEM:
        this.tlb.flushDescriptors();
        this.#unlock(space);
        break;
      case AS_COMMAND_UNLOCK:
        this.#unlock(space);
        break;
    }
  }

  #unlock(space: AddressSpace): void {
    this.tlb.drop(space.index, space.lockStart, space.lockEnd);
    space.lockStart = space.lockEnd = 0;
  }

  /** Whether an access has to wait: a region is locked over its address. */
  isLocked(as: number, va: number): boolean {
    const space = this.spaces[as];
    return va >= space.lockStart && va < space.lockEnd;
  }
}
