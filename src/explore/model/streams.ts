/**
 * Command streams of a scenario: the interpreter that runs those of clients (src/hw/command-stream), whose accesses go
 * to memory through the timed machine. Fetching an instruction is no access: the stream is in the scenario.
 */

import { type AccessKind, permits } from '../../hw/access.ts';
import { Core, type StreamEvents } from '../../hw/command-stream/core.ts';
import { CS_BUS_FAULT, StreamFatal } from '../../hw/command-stream/exceptions.ts';
import { perform } from '../../hw/command-stream/execute.ts';
import { instructionText } from '../../hw/command-stream/instruction-text.ts';
import { STAY } from '../../hw/command-stream/outcome.ts';
import type { StreamMemory } from '../../hw/command-stream/stream-memory.ts';
import { INSTR_BYTES, StreamGroup, StreamQueue } from '../../hw/command-stream/stream-queue.ts';
import type { MachineOp } from '../../hw/timed-machine.ts';
import type { Call } from '../scenario/scenario.ts';
import { groupAccess, groupOf } from './groups.ts';
import type { Group, Harness, VmState } from './harness.ts';

/** Registers of a queue on a G610. */
const REGISTERS = 96;
const PAGE_MASK = 0xfff;
const CLOCK = { timestamp: () => 0, cycles: () => 0 };
const EVENTS: StreamEvents = {
  syncUpdate() {},
  fault() {},
  fatal() {},
  blocked() {},
  unshaded() {},
  flushed() {},
};

/** What streams have stored in objects, by physical address of the word; what was never written is 0. */
export class Words {
  readonly #words = new Map<number, number>();
  /** Counts stores: who waits for memory has another look. */
  stores = 0;

  load(pa: number): number {
    return this.#words.get(pa) ?? 0;
  }

  store(pa: number, value: number): void {
    this.#words.set(pa, value >>> 0);
    this.stores++;
  }
}

/** The memory that one group sees. */
class GroupMemory implements StreamMemory {
  readonly #harness: Harness;
  readonly #state: VmState;
  readonly #group: Group;
  /** The instruction that accesses it, for reports. */
  text = '';

  constructor(harness: Harness, state: VmState, group: Group) {
    this.#harness = harness;
    this.#state = state;
    this.#group = group;
  }

  /** The physical address behind `va`, once the access is done. A fault and a lost slot end the stream. */
  *#access(va: number, kind: AccessKind): MachineOp<number> {
    const group = this.#group;
    if (!group.bound || group.vm !== this.#state.vm) throw new StreamFatal(CS_BUS_FAULT, va);
    const found = yield* groupAccess(this.#harness, this.#state, group, va, kind, this.text);
    if (found === null || !permits(found, kind)) throw new StreamFatal(CS_BUS_FAULT, va);
    return found.pa + (va & PAGE_MASK);
  }

  *load32(va: number): MachineOp<number> {
    const pa = yield* this.#access(va, 'read');
    return this.#harness.words.load(pa);
  }

  *store32(va: number, value: number): MachineOp<void> {
    const pa = yield* this.#access(va, 'write');
    this.#harness.words.store(pa, value);
  }

  *atomicAdd(va: number, lo: number, hi: number, wide: boolean): MachineOp<void> {
    const pa = yield* this.#access(va, 'atomic');
    const { words } = this.#harness;
    const low = words.load(pa) + lo;
    words.store(pa, low);
    if (wide) words.store(pa + 4, words.load(pa + 4) + hi + (low >= 0x100000000 ? 1 : 0));
  }

  *checkWritable(va: number): MachineOp<void> {
    yield* this.#access(va, 'write');
  }
}

/** A group runs a stream: the thread's own, or the one that was there from the start. Ends at once without a slot. */
export function* playStream(harness: Harness, state: VmState, own: Group, call: Call): MachineOp<string> {
  const group = groupOf(state, own);
  if (!group.bound) return 'not on the GPU';
  const memory = new GroupMemory(harness, state, group);
  const core = new Core(memory, CLOCK, EVENTS);
  const bytes = (call.stream.length / 2) * INSTR_BYTES;
  const queue = new StreamQueue(new StreamGroup(0, group), {
    priority: 0,
    ring: { insert: bytes, extract: 0 },
    ringVa: 0,
    ringSize: 2 ** Math.ceil(Math.log2(bytes + 1)),
    registers: REGISTERS,
  });
  try {
    while (queue.hasWork) {
      const at = queue.pc / 4;
      memory.text = instructionText(call.stream[at], call.stream[at + 1]);
      const { stores } = harness.words;
      const outcome = yield* perform(core, queue, call.stream[at], call.stream[at + 1]);
      if (outcome === STAY) {
        yield { label: memory.text, ready: () => harness.words.stores !== stores || !group.bound };
      }
    }
  } catch (error) {
    if (!(error instanceof StreamFatal)) throw error;
    return 'faulted';
  }
  return 'done';
}
