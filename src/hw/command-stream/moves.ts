/** Instructions between registers: MOV48, MOV32, ADD_IMM32, ADD_IMM64, UMIN32. */
import type { Core } from './core.ts';
import { NEXT, type Outcome } from './outcome.ts';
import type { StreamQueue } from './stream-queue.ts';

/** MOV48: 48 bits into a pair, zero-extended. */
export function mov48(_core: Core, queue: StreamQueue, lo: number, hi: number): Outcome {
  const dst = queue.pair((hi >>> 16) & 0xff);
  queue.regs[dst] = lo;
  queue.regs[dst + 1] = hi & 0xffff;
  return NEXT;
}

export function mov32(_core: Core, queue: StreamQueue, lo: number, hi: number): Outcome {
  queue.regs[queue.reg((hi >>> 16) & 0xff)] = lo;
  return NEXT;
}

/** With an immediate of 0 this is how v10 copies a register. */
export function addImm32(_core: Core, queue: StreamQueue, lo: number, hi: number): Outcome {
  const src = queue.reg((hi >>> 8) & 0xff);
  queue.regs[queue.reg((hi >>> 16) & 0xff)] = queue.regs[src] + lo;
  return NEXT;
}

/** The immediate is 32 bits, sign-extended. */
export function addImm64(_core: Core, queue: StreamQueue, lo: number, hi: number): Outcome {
  const { regs } = queue;
  const src = queue.pair((hi >>> 8) & 0xff);
  const dst = queue.pair((hi >>> 16) & 0xff);
  const low = regs[src] + lo;
  regs[dst + 1] = regs[src + 1] + (lo >> 31) + (low >= 0x100000000 ? 1 : 0);
  regs[dst] = low;
  return NEXT;
}

export function umin32(_core: Core, queue: StreamQueue, _lo: number, hi: number): Outcome {
  const { regs } = queue;
  const a = regs[queue.reg((hi >>> 8) & 0xff)];
  const b = regs[queue.reg(hi & 0xff)];
  regs[queue.reg((hi >>> 16) & 0xff)] = Math.min(a, b);
  return NEXT;
}
