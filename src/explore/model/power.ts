/** Runtime power management: who keeps the device on, and what happens without. */
import { ENODEV } from '../../../uapi/errno.ts';
import type { Op } from '../../coroutine/op.ts';
import type { Harness } from './harness.ts';

/** pm_runtime_resume_and_get(): the device is on from here to pmPut(). */
export function* pmGet(harness: Harness): Op<void> {
  yield 'pm_runtime_get';
  harness.device.pmRefs++;
  yield* resume(harness);
}

export function pmPut(harness: Harness): void {
  harness.device.pmRefs--;
}

/** panthor_device_suspend(), by runtime PM: only while there is no reference; the registers are gone afterwards. */
export function* suspend(harness: Harness): Op<number> {
  const { device } = harness;
  const unused = {
    label: 'runtime suspend',
    ready: () => harness.gone || (device.pmRefs === 0 && device.pmSteady.ready()),
  };
  yield unused;
  if (harness.gone) return -ENODEV;
  if (device.pmState === 'suspended') return 0;
  device.pmState = 'suspending';
  if (device.enter()) {
    yield* device.cancelReset();
    // panthor_sched_suspend() takes the groups off; here none is on.
    yield* device.mmu.suspend();
    device.exit();
  }
  yield 'power off';
  if (!harness.gone) {
    harness.machine.reset();
    harness.machine.regs.reachable = false;
  }
  device.pmState = 'suspended';
  return 0;
}

/** panthor_device_resume(), where it is suspended: a reset that was asked for meanwhile has happened by that. */
export function* resume(harness: Harness): Op<number> {
  const { device, machine } = harness;
  yield device.pmSteady;
  if (device.pmState === 'active') return 0;
  device.pmState = 'resuming';
  yield 'power on';
  machine.regs.reachable = !harness.gone;
  if (device.enter()) {
    yield* device.mmu.resume();
    device.resetPending = false;
    device.exit();
  }
  device.pmState = 'active';
  return 0;
}
