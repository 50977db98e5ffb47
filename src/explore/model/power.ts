/** Runtime power management as the threads of a scenario use it. */
import { ENODEV } from '../../../uapi/errno.ts';
import type { Op } from '../../coroutine/op.ts';
import type { Harness } from './harness.ts';

/** pm_runtime_resume_and_get(): the device is on from here to pmPut(). */
export function* pmGet(harness: Harness): Op<void> {
  yield 'pm_runtime_get';
  yield* harness.device.pm.resumeAndGet();
}

export function pmPut(harness: Harness): void {
  harness.device.pm.putAutosuspend();
}

/** The autosuspend timer, once there is no reference. */
export function* suspend(harness: Harness): Op<number> {
  const { pm } = harness.device;
  const unused = { label: 'runtime suspend', ready: () => pm.gone || (pm.usage === 0 && !pm.busy) };
  yield unused;
  if (pm.gone) return -ENODEV;
  if (pm.state === 'suspended') return 0;
  return yield* pm.suspend();
}

/** Wakes the device up, where it is suspended. */
export function* resume(harness: Harness): Op<number> {
  yield* pmGet(harness);
  pmPut(harness);
  return 0;
}
