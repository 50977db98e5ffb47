/** Commands to an address space slot: the functions of panthor_mmu.c that write to its registers and wait for it. */
import { ETIMEDOUT } from '../../../uapi/errno.ts';
import type { Op } from '../../coroutine/op.ts';
import type { RegisterFile } from '../../hw/register-file.ts';
import {
  AS_COMMAND,
  AS_COMMAND_FLUSH_MEM,
  AS_COMMAND_LOCK,
  AS_COMMAND_UNLOCK,
  AS_LOCKADDR,
  AS_STATUS,
  AS_STATUS_AS_ACTIVE,
  asRegister,
  CACHE_CLEAN,
  CACHE_INV,
  gpuFlushCaches,
} from '../../hw/registers.ts';
import type { PanthorDevice } from '../device.ts';
import { packed, packRegion, packRegionExact, REGION_HI, REGION_LO } from './region.ts';

const CLEAN_INV = CACHE_CLEAN | CACHE_INV;
/** GPU_CMD values of what lock-flush-unlock does instead of FLUSH_MEM, and of FLUSH_PT. */
const FLUSH_MEM = gpuFlushCaches(CLEAN_INV, CLEAN_INV, 0);
const FLUSH_PT = gpuFlushCaches(CLEAN_INV, 0, 0);

export class AsCommands {
  protected readonly device: PanthorDevice;
  protected readonly regs: RegisterFile;

  constructor(device: PanthorDevice) {
    this.device = device;
    this.regs = device.regs;
  }

  /**
   * wait_ready(): waits until no command runs in the slot. -ETIMEDOUT after 100 ms, and a reset is scheduled.
   * Interleaved, the machine decides how long a command takes and whether the driver gives up first.
   */
  *waitReady(as: number): Op<number> {
    yield this.device.machine.asReady(as);
    const active = (this.regs.read32(asRegister(as, AS_STATUS)) & AS_STATUS_AS_ACTIVE) !== 0;
    return active ? this.#timedOut(as) : 0;
  }

  #timedOut(as: number): number {
    this.device.trace?.timeout(`AS${as}_STATUS`);
    this.device.scheduleReset();
    return -ETIMEDOUT;
  }

  /** write_cmd(): issues a command once the slot is ready; it may still run on return. */
  *writeCmd(as: number, command: number): Op<number> {
    const ret = yield* this.waitReady(as);
    if (ret === 0) {
      yield 'AS_COMMAND';
      this.regs.write32(asRegister(as, AS_COMMAND), command);
    }
    return ret;
  }

  /** as_send_cmd_and_wait(). */
  *sendCmdAndWait(as: number, command: number): Op<number> {
    let ret = yield* this.waitReady(as);
    if (ret !== 0) return ret;
    yield 'AS_COMMAND';
    this.regs.write32(asRegister(as, AS_COMMAND), command);
    ret = yield* this.waitReady(as);
    return ret;
  }

  /** Programs LOCKADDR with the smallest region that covers [start, start + size), bytes; see region.ts. */
  *writeLockAddr(as: number, start: number, size: number): Op<void> {
    packRegion(start, size);
    yield 'AS_LOCKADDR';
    this.regs.write64(asRegister(as, AS_LOCKADDR), packed[REGION_LO], packed[REGION_HI]);
  }

  /** lock_region() of 6.12: the result of the command is not looked at. */
  *lockRegion(as: number, start: number, size: number): Op<void> {
    if (size === 0) return;
    yield* this.writeLockAddr(as, start, size);
    yield* this.writeCmd(as, AS_COMMAND_LOCK);
  }

  /** The same for a range of any 64-bit numbers. */
  *lockRegionExact(as: number, start: bigint, size: bigint): Op<void> {
    packRegionExact(start, size);
    this.regs.write64(asRegister(as, AS_LOCKADDR), packed[REGION_LO], packed[REGION_HI]);
    yield* this.writeCmd(as, AS_COMMAND_LOCK);
  }

  /** mmu_hw_do_operation_locked(): locks a region, then flushes and unlocks it, by one command or by GPU_CMD and UNLOCK. */
  *doOperationLocked(as: number, start: number, size: number, command: number): Op<number> {
    yield* this.lockRegion(as, start, size);
    if (this.device.b.lockFlushUnlock) {
      let ret = yield* this.waitReady(as);
      if (ret !== 0) return ret;
      ret = yield* this.device.gpu.flushCaches(command === AS_COMMAND_FLUSH_MEM ? FLUSH_MEM : FLUSH_PT);
      if (ret !== 0) return ret;
      yield* this.writeCmd(as, AS_COMMAND_UNLOCK);
      return yield* this.waitReady(as);
    }
    yield* this.writeCmd(as, command);
    return yield* this.waitReady(as);
  }
}
