/** The instructions by which the kernel calls a client's command stream: prepare_job_instrs() in panthor_sched.c. */
import type { BoContents } from '../gem/contents.ts';

/** Opcodes, bits 63:56. */
const MOV48 = 1;
const MOV32 = 2;
const WAIT = 3;
const CALL = 32;
const FLUSH_CACHE2 = 36;
const ERROR_BARRIER = 47;
const SYNC_ADD64 = 51;

/** A job takes whole cache lines of the ring buffer: 11 instructions of 8 bytes, padded to 16 with NOPs (zeros). */
export const JOB_INSTRS = 16;
/** Bytes of a job in the ring buffer. */
export const JOB_BYTES = JOB_INSTRS * 8;

/** What a job's instructions are made from: struct panthor_job_cs_params. */
export interface JobCsParams {
  /** The first of the registers that the kernel may use; it uses four. */
  addrReg: number;
  /** Stream of the client: GPU address, bytes, and the flush id it was built with. */
  start: number;
  size: number;
  latestFlush: number;
  /** GPU address of the queue's panthor_syncobj_64b. */
  syncAddr: number;
  /** All scoreboard slots, as a mask. */
  waitAllMask: number;
}

/**
 * Writes the instructions of one job into a ring buffer of `ringSize` bytes (a power of two) from byte `at` on, wrapping
 * at its end: flush caches unless `latestFlush` says that was done since, call the client's stream, wait for all of its
 * work, add one to the syncobj, stop errors from spreading to the next job.
 */
export function writeJob(ring: BoContents, ringSize: number, at: number, params: JobCsParams): void {
  const { addrReg, start, syncAddr } = params;
  const valReg = addrReg + 2;
  let offset = at;
  const put = (opcode: number, high: number, low: number): void => {
    const byte = offset % ringSize;
    ring.write32(byte, low);
    ring.write32(byte + 4, (opcode << 24) | high);
    offset += 8;
  };
  const mov48 = (reg: number, value: number): void =>
    put(MOV48, (reg << 16) | (Math.floor(value / 0x100000000) & 0xffff), value >>> 0);
  put(MOV32, valReg << 16, params.latestFlush);
  // clean_inv_all, no wait, signals scoreboard slot 0
  put(FLUSH_CACHE2, valReg << 8, 0x233);
  mov48(addrReg, start);
  put(MOV32, valReg << 16, params.size);
  put(WAIT, 0, 1 << 16);
  put(CALL, (addrReg << 8) | valReg, 0);
  mov48(addrReg, syncAddr);
  mov48(valReg, 1);
  put(WAIT, 0, params.waitAllMask << 16);
  // system scope, propagates errors, no wait
  put(SYNC_ADD64, (addrReg << 8) | valReg, 1);
  put(ERROR_BARRIER, 0, 0);
  while (offset < at + JOB_BYTES) put(0, 0, 0);
}
