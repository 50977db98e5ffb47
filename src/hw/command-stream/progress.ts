/** PROGRESS_LOAD, PROGRESS_STORE and PROGRESS_WAIT: each queue counts tasks that asked to be counted. */
import type { Core } from './core.ts';
import { CS_INSTR_INVALID, StreamFatal } from './exceptions.ts';
import { NEXT, type Outcome, STAY } from './outcome.ts';
import type { StreamQueue } from './stream-queue.ts';

export function progressLoad(_core: Core, queue: StreamQueue, _lo: number, hi: number): Outcome {
  queue.regs.set(queue.progress, queue.pair((hi >>> 16) & 0xff));
  return NEXT;
}

export function progressStore(core: Core, queue: StreamQueue, _lo: number, hi: number): Outcome {
  const src = queue.pair((hi >>> 8) & 0xff);
  queue.progress[0] = queue.regs[src];
  queue.progress[1] = queue.regs[src + 1];
  core.changes++;
  return NEXT;
}

/** Waits until another queue of the group has counted as far as the value in a pair. */
export function progressWait(_core: Core, queue: StreamQueue, lo: number, hi: number): Outcome {
  const src = queue.pair((hi >>> 8) & 0xff);
  const other = queue.group.queues[lo & 0x1f];
  if (other === undefined) throw new StreamFatal(CS_INSTR_INVALID, queue.pc);
  const [low, high] = other.progress;
  const { regs } = queue;
  if (high > regs[src + 1] || (high === regs[src + 1] && low >= regs[src])) return NEXT;
  queue.blocked = 'PROGRESS_WAIT';
  return STAY;
}
