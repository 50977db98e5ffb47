import { beforeEach, describe, expect, it } from 'vitest';
import { run } from '../../../src/coroutine/op.ts';
import { IRQ_WAKE_THREAD } from '../../../src/driver/base/irq.ts';
import { PanthorDevice } from '../../../src/driver/device.ts';
import { kernel } from '../../../src/driver/kernels.ts';
import { PanthorVm } from '../../../src/driver/mmu/vm.ts';
import {
  AS_FAULTADDRESS,
  AS_FAULTSTATUS,
  AS_TRANSCFG,
  AS_TRANSCFG_ADRMODE_UNMAPPED,
  AS_TRANSTAB,
  asRegister,
} from '../../../src/hw/registers.ts';
import { EBUSY, ENODEV, ETIMEDOUT } from '../../../uapi/errno.ts';

/** Slots 1 and 2 are for users; slot 0 is the firmware's. */
const SLOTS = 0b111;
let device: PanthorDevice;
let vms: PanthorVm[];

beforeEach(() => {
  device = new PanthorDevice({ kernel: kernel('7.2'), mmu: { asPresent: SLOTS } });
  run(device.mmu.init());
  vms = [1, 2, 3].map(() => new PanthorVm(device, false, 2 ** 47, 2 ** 47));
});

const active = (i: number) => run(device.mmu.active(vms[i]));
const idle = (i: number) => run(device.mmu.idle(vms[i]));
const slots = () => vms.map((vm) => vm.as);
const transtab = (as: number) => device.regs.read64(asRegister(as, AS_TRANSTAB));

describe('slots', () => {
  it('are given lowest first, never slot 0, with the tables of the VM', () => {
    expect([active(0), active(1)]).toEqual([0, 0]);
    expect(slots()).toEqual([1, 2, -1]);
    expect([transtab(1), transtab(2)]).toEqual([vms[0].pgtable.ttbr, vms[1].pgtable.ttbr]);
  });

  it('are kept by idle VMs and taken from the one that has been idle for longest', () => {
    active(0);
    active(1);
    idle(1);
    idle(0);
    expect(slots()).toEqual([1, 2, -1]);
    expect(active(2)).toBe(0);
    expect(slots()).toEqual([1, -1, 2]);
    expect(transtab(2)).toBe(vms[2].pgtable.ttbr);
  });

  it('are not taken from a VM that became active again', () => {
    active(0);
    active(1);
    idle(0);
    idle(1);
    active(0);
    expect(active(2)).toBe(0);
    expect(slots()).toEqual([1, -1, 2]);
  });

  it('are -EBUSY while all are in use', () => {
    active(0);
    active(1);
    expect(active(2)).toBe(-EBUSY);
    expect(device.warnings.get('panthor_vm_active: no-idle-vm')).toBe(1);
  });

  it('are counted: a VM is idle when its last user is', () => {
    active(0);
    active(0);
    idle(0);
    expect([vms[0].activeCount, device.mmu.lru]).toEqual([1, []]);
    idle(0);
    expect(device.mmu.lru).toEqual([vms[0]]);
  });
});

describe('active_cnt', () => {
  const seen = () => [vms[0].activeCount, [...device.warnings.keys()]];

  it('of a VM that nothing uses is not lowered', () => {
    idle(0);
    expect(seen()).toEqual([0, ['refcount_dec_not_one: underflow']]);
  });

  it('is saturated where the slot goes while panthor_vm_idle() waits for its lock, and never 0 again', () => {
    active(0);
    const steps = device.mmu.idle(vms[0]);
    steps.next();
    steps.next();
    device.mmu.releaseAs(vms[0]);
    expect(steps.next().done).toBe(true);
    expect(seen()).toEqual([0xc0000000, ['refcount_dec_and_test: underflow']]);
    idle(0);
    // It passes for active, and has no slot.
    expect([active(0), vms[0].as, vms[0].activeCount]).toEqual([0, -1, 0xc0000000]);
    expect(device.warnings.has('refcount_inc_not_zero: saturated')).toBe(true);
  });
});

describe('a fault', () => {
  function raise(as: number): void {
    device.regs.words[asRegister(as, AS_FAULTSTATUS) >> 2] = 0x2c3;
    device.regs.words[asRegister(as, AS_FAULTADDRESS) >> 2] = 0x5000;
    device.machine.raiseMmuInterrupt(1 << as);
    expect(run(device.mmu.irq.rawHandler())).toBe(IRQ_WAKE_THREAD);
    run(device.mmu.irq.threadedHandler());
  }

  it('disables the slot, is noted in its VM, and is over when the VM is activated anew', () => {
    active(0);
    raise(1);
    expect(vms[0]).toMatchObject({ unhandledFault: true, lastFault: { address: 0x5000, status: 0x2c3 } });
    expect(device.mmu.faultyMask).toBe(0b10);
    expect(device.regs.read32(asRegister(1, AS_TRANSCFG))).toBe(AS_TRANSCFG_ADRMODE_UNMAPPED);
    idle(0);
    expect(active(0)).toBe(0);
    expect(vms[0].unhandledFault).toBe(false);
    expect(device.mmu.faultyMask).toBe(0);
    expect(transtab(1)).toBe(vms[0].pgtable.ttbr);
  });
});

describe('a slot whose command does not end', () => {
  it('times out, and asks for a reset', () => {
    device.machine.injectStuck(1, 0, 1);
    expect(active(0)).toBe(-ETIMEDOUT);
    expect(device.resetPending).toBe(true);
  });
});

describe('the device as a whole', () => {
  it('has no slots in use after a reset, and gives them out again', () => {
    active(0);
    active(1);
    run(device.mmu.preReset());
    expect(vms.every((vm) => vm.stopped)).toBe(true);
    run(device.mmu.postReset());
    expect([slots(), device.mmu.allocMask]).toEqual([[-1, -1, -1], 0]);
    expect(vms.some((vm) => vm.stopped)).toBe(false);
    expect(active(2)).toBe(0);
    expect(slots()).toEqual([-1, -1, 1]);
  });

  it('takes every slot away when it is unplugged, and activates none after', () => {
    active(0);
    run(device.unplug());
    expect(slots()).toEqual([-1, -1, -1]);
    expect(active(0)).toBe(-ENODEV);
  });
});
