/** A machine with one address space and queues whose rings a test fills by hand; there is no driver in it. */

import { run } from '../../../src/coroutine/op.ts';
import { IoPgtable } from '../../../src/driver/mmu/io-pgtable.ts';
import { IOMMU_NOEXEC, IOMMU_READ, IOMMU_WRITE } from '../../../src/driver/mmu/io-pgtable-leaf.ts';
import type { StreamEvents } from '../../../src/hw/command-stream/core.ts';
import { exceptionName } from '../../../src/hw/command-stream/exceptions.ts';
import { GpuMemory } from '../../../src/hw/command-stream/gpu-memory.ts';
import { encodeInstruction } from '../../../src/hw/command-stream/instruction-text.ts';
import { StreamProcessor } from '../../../src/hw/command-stream/processor.ts';
import { StreamGroup, StreamQueue } from '../../../src/hw/command-stream/stream-queue.ts';
import { Machine } from '../../../src/hw/machine.ts';
import {
  AS_FAULTADDRESS,
  AS_FAULTSTATUS,
  AS_TRANSCFG,
  AS_TRANSCFG_ADRMODE_AARCH64_4K,
  AS_TRANSTAB,
  asRegister,
  INT_RAWSTAT,
  MMU_INT_BASE,
} from '../../../src/hw/registers.ts';
import { walk } from '../../../src/hw/walker.ts';
import { SZ_4K } from '../../../uapi/sizes.ts';

export const AS = 3;
/** Where rings begin, one page each, and where 16 pages of data are. */
export const RINGS = 0xffff00000000;
export const DATA = 0x7f1234500000;
/** One read-only page. */
export const READ_ONLY = 0x7f1234600000;
/** Nothing is mapped here; the walk ends at level 1. */
export const HOLE = 0x7f0000000000;
const RING_BYTES = 4096;
const PA = 0x300000000;
const VA_BITS = 48;

/** An instruction: a name with fields, or 64 bits. */
export type Code = readonly [name: string, fields?: Record<string, number>] | bigint;

/** Instructions as words. */
export function words(code: readonly Code[]): number[] {
  return code.flatMap((one) =>
    typeof one === 'bigint' ? [Number(one & 0xffffffffn), Number(one >> 32n)] : encodeInstruction(...one),
  );
}

export class Bench implements StreamEvents {
  readonly machine = new Machine();
  readonly #pages = new Map<number, DataView>();
  readonly #table: IoPgtable;
  readonly group: StreamGroup;
  readonly processor: StreamProcessor;
  readonly clock = { timestamp: () => 0x1_23456789, cycles: () => 0x2_abcdef01 };
  /** A page whose physical address nothing answers at. */
  noMemoryAt = -1;
  /** What the firmware would have told the driver, in order. */
  readonly log: string[] = [];

  constructor(queues = 1, priorities: readonly number[] = []) {
    this.#table = new IoPgtable(
      this.machine.memory,
      VA_BITS,
      40,
      { splitBlockOnUnmap: false, holeIsASize: false },
      { warn: () => {} },
    );
    this.map(DATA, 16);
    this.map(READ_ONLY, 1, IOMMU_READ);
    const { regs } = this.machine;
    regs.write64(asRegister(AS, AS_TRANSTAB), this.#table.ttbr, 0);
    regs.write64(asRegister(AS, AS_TRANSCFG), AS_TRANSCFG_ADRMODE_AARCH64_4K, 0);
    const physical = { page: (pa: number) => (pa === this.#paOf(this.noMemoryAt) ? null : this.#page(pa)) };
    const memory = new GpuMemory(this.machine, physical, VA_BITS);
    this.processor = new StreamProcessor(memory, this.clock, this);
    this.group = new StreamGroup(1, { as: AS });
    for (let i = 0; i < queues; i++) {
      const ringVa = RINGS + i * 0x10000;
      this.map(ringVa, 1, IOMMU_READ | IOMMU_WRITE | IOMMU_NOEXEC);
      new StreamQueue(this.group, {
        priority: priorities[i] ?? 1,
        ring: { insert: 0, extract: 0 },
        ringVa,
        ringSize: RING_BYTES,
        registers: 96,
      });
    }
  }

  queue(index = 0): StreamQueue {
    return this.group.queues[index];
  }

  /** Maps `count` fresh pages. */
  map(va: number, count: number, prot = IOMMU_READ | IOMMU_WRITE): void {
    const { memory } = this.machine;
    const source = { takeTable: () => (memory.reserve(1) ? memory.takeReserved() : -1) };
    for (let i = 0; i < count; i++) {
      const pa = PA + this.#mapped++ * SZ_4K;
      if (this.#table.mapPages(va + i * SZ_4K, pa, SZ_4K, 1, prot, source) !== 0)
        throw new Error('not mapped');
    }
  }

  unmap(va: number, count = 1): void {
    this.#table.unmapPages(va, SZ_4K, count, { takeTable: () => -1 });
  }

  #mapped = 0;

  #page(pa: number): DataView {
    let page = this.#pages.get(pa);
    if (page === undefined) {
      page = new DataView(new ArrayBuffer(SZ_4K));
      this.#pages.set(pa, page);
    }
    return page;
  }

  read32(va: number): number {
    return this.processor.memory.peek32(this.#table.ttbr, va) as number;
  }

  read64(va: number): number {
    return this.read32(va + 4) * 0x100000000 + this.read32(va);
  }

  /** Writes as the CPU does, whatever the GPU may do there. */
  write(va: number, ...values: number[]): void {
    for (const [i, value] of values.entries()) {
      const at = va + 4 * i;
      this.#page(this.#paOf(at)).setUint32(at % SZ_4K, value, true);
    }
  }

  /** Physical address of the page at `va`, -1 for none. */
  #paOf(va: number): number {
    return va < 0 ? -1 : walk(this.machine.memory, this.#table.ttbr, VA_BITS, va - (va % SZ_4K)).pa;
  }

  /** Puts instructions into a queue's ring; nothing runs yet. */
  submit(code: readonly Code[], index = 0): void {
    const queue = this.queue(index);
    const ring = queue.ring as { insert: number; extract: number };
    for (const [i, word] of words(code).entries()) {
      this.write(queue.ringVa + ((ring.insert + 4 * i) % RING_BYTES), word);
    }
    ring.insert += code.length * 8;
    this.processor.start(queue);
  }

  /** Submits and runs to the end, or until nothing can go on. */
  run(code: readonly Code[], index = 0): StreamQueue {
    this.submit(code, index);
    run(this.processor.run(10_000));
    return this.queue(index);
  }

  /** Status (exception type and access) and address that the MMU's registers show; the interrupts that are raised. */
  mmuFault(): { status: number; address: number; raised: number } {
    const { regs } = this.machine;
    return {
      status: regs.read32(asRegister(AS, AS_FAULTSTATUS)),
      address: regs.read64(asRegister(AS, AS_FAULTADDRESS)),
      raised: regs.read32(MMU_INT_BASE + INT_RAWSTAT),
    };
  }

  syncUpdate(queue: StreamQueue): void {
    this.log.push(`sync ${queue.index}`);
  }

  fault(queue: StreamQueue, type: number): void {
    this.log.push(`fault ${queue.index} ${exceptionName(type)}`);
  }

  fatal(queue: StreamQueue, type: number, info: number): void {
    this.log.push(`fatal ${queue.index} ${exceptionName(type)} 0x${info.toString(16)}`);
  }

  blocked(queue: StreamQueue): void {
    this.log.push(`${queue.blocked ?? 'goes on'} ${queue.index}`);
  }

  unshaded(opcode: number): void {
    this.log.push(`unshaded ${opcode}`);
  }

  flushed(id: number): void {
    this.log.push(`flush ${id}`);
  }
}

/** A pair of registers set to any number of 48 bits. */
export function set(pair: number, value: number): Code {
  return ['MOV48', { dst: pair, imm: value }];
}
