/** Resets of GPUs from architecture 14 on, by the registers that they write. */
import { describe, expect, it } from 'vitest';
import { run } from '../../src/coroutine/op.ts';
import { PanthorDevice } from '../../src/driver/device.ts';
import { kernel } from '../../src/driver/kernels.ts';
import {
  GPU_CMD,
  GPU_INT_BASE,
  GPU_IRQ_RESET_COMPLETED,
  INT_MASK,
  INT_RAWSTAT,
  PWR_STATUS,
  registerName,
} from '../../src/hw/registers.ts';
import { EIO, EOPNOTSUPP, ETIMEDOUT } from '../../uapi/errno.ts';

/** A device of an architecture, and the writes that it makes below the MMU's registers from now on. */
function device(archMajor: number) {
  const made = new PanthorDevice({ kernel: kernel('7.3'), mmu: { archMajor } });
  const writes: string[] = [];
  made.regs.trace = {
    write: (offset, value) => offset < 0x2000 && writes.push(`${registerName(offset)} ${value.toString(16)}`),
    read: () => {},
  };
  return { device: made, writes, pwr: made.gpu.pwr };
}

describe('a reset', () => {
  it('of architecture 14 goes through PWR_CONTROL, and acknowledges its interrupt', () => {
    const { device: d, writes } = device(14);
    run(d.reset());
    expect(writes).toEqual(['PWR_INT_CLEAR 8', 'PWR_COMMAND 31', 'PWR_INT_CLEAR 8']);
    expect([d.gpu.pwr?.pendingReqs, d.machine.regs.words[GPU_CMD >> 2]]).toEqual([0, 0]);
  });

  it.each([10, 11, 12, 13])('of architecture %i goes through GPU_CMD', (arch) => {
    const { device: d, writes, pwr } = device(arch);
    run(d.reset());
    expect(pwr).toBeNull();
    expect(writes).toEqual(['GPU_CMD 101', 'GPU_INT_CLEAR 100']);
  });

  it('can be asked for again after it', () => {
    const { device: d, writes, pwr } = device(14);
    for (let i = 0; i < 3; i++) expect(run(pwr!.resetSoft())).toBe(0);
    expect(writes.filter((line) => line === 'PWR_COMMAND 31').length).toBe(3);
    expect([...d.warnings]).toEqual([]);
  });

  it('that the hardware does not allow is -EOPNOTSUPP, and no command is given', () => {
    const { device: d, writes, pwr } = device(14);
    d.regs.words[(PWR_STATUS + 4) >> 2] = 0;
    expect(run(pwr!.resetSoft())).toBe(-EOPNOTSUPP);
    expect(writes).toEqual([]);
  });

  it('that does not end is -ETIMEDOUT; the next one warns and gives no command', () => {
    const { device: d, writes, pwr } = device(14);
    d.machine.pwrCommand = () => {};
    expect(run(pwr!.resetSoft())).toBe(-ETIMEDOUT);
    writes.length = 0;
    expect(run(pwr!.resetSoft())).toBe(-ETIMEDOUT);
    expect(writes).toEqual([]);
    expect([...d.warnings.keys()]).toEqual(['panthor_pwr_reset: reset-already-pending']);
  });

  it('through GPU_CMD that does not end leaves all requests pending; the next one warns and gives no command', () => {
    const { device: d, writes } = device(10);
    d.machine.gpuCommand = () => {};
    expect(run(d.gpu.flushCaches())).toBe(-ETIMEDOUT);
    expect(run(d.gpu.softReset())).toBe(-ETIMEDOUT);
    writes.length = 0;
    expect(run(d.gpu.softReset())).toBe(-ETIMEDOUT);
    expect(writes).toEqual([]);
    expect([...d.warnings.keys()]).toEqual(['panthor_gpu_soft_reset: reset-already-pending']);
    expect(run(d.gpu.flushCaches())).toBe(-EIO);
  });

  it('through GPU_CMD whose interrupt is lost is seen in RAWSTAT, and flushes work again', () => {
    const { device: d } = device(10);
    d.machine.gpuCommand = () => {};
    expect(run(d.gpu.softReset())).toBe(-ETIMEDOUT);
    d.regs.words[(GPU_INT_BASE + INT_RAWSTAT) >> 2] = GPU_IRQ_RESET_COMPLETED;
    d.regs.words[(GPU_INT_BASE + INT_MASK) >> 2] = 0;
    expect(run(d.gpu.softReset())).toBe(0);
    expect(d.gpu.pendingReqs).toBe(0);
  });

  it('whose interrupt is lost is seen in RAWSTAT', () => {
    const { device: d, pwr } = device(14);
    d.regs.trace = null;
    d.regs.write32(0x808, 0);
    expect(run(pwr!.resetSoft())).toBe(0);
    expect(pwr!.pendingReqs).toBe(0);
  });
});

describe('a cache flush that did not end', () => {
  it('is forgotten by a soft reset, and by none through PWR_CONTROL', () => {
    for (const [arch, after] of [
      [10, 0],
      [13, 0],
      [14, -EIO],
    ]) {
      const { device: d } = device(arch);
      d.machine.injectFlushFailure(0, 1);
      expect(run(d.gpu.flushCaches())).toBe(-ETIMEDOUT);
      run(d.reset());
      expect(run(d.gpu.flushCaches())).toBe(after);
    }
  });
});
