/**
 * Whether the device works again once a reset is over, or a resume has ended one, and nothing is under way: a cache flush completes, and a VM that is
 * still usable gets a slot and is translated.
 */

import { errnoName } from '../../../../uapi/errno.ts';
import { hex } from '../../../../uapi/hex.ts';
import type { Op } from '../../../coroutine/op.ts';
import { AS_COMMAND_NAMES } from '../../../hw/registers.ts';
import type { Harness } from '../harness.ts';

/** What does not work, or null. It is tried out, so that the schedule ends here. */
export function whatStaysBroken(harness: Harness): string | null {
  const { device } = harness;
  const hung = harness.machine.spaces.find((space) => space.hung);
  if (hung !== undefined && !device.resetPending && !device.unplugged && device.pm.state === 'active') {
    return `${AS_COMMAND_NAMES[hung.command]} hangs in AS${hung.index}, and no reset is coming`;
  }
  if (harness.resets === 0 && !device.pm.endedReset) return null;
  if (device.resetPending || device.unplugged) return null;
  if (device.pm.state !== 'active' || !harness.machine.regs.reachable) return null;
  const { trace } = device;
  device.trace = null;
  try {
    return harness.runToQuiescence(tryAll(harness));
  } catch (error) {
    return `after a reset ${(error as Error).message}`;
  } finally {
    // A tree's is kept where steps that are undone do not bring it back.
    device.trace = trace;
  }
}

function* tryAll(harness: Harness): Op<string | null> {
  const { device, machine } = harness;
  const flushed = yield* device.gpu.flushCaches();
  if (flushed !== 0) return `after a reset cache flushes fail: ${errnoName(flushed)}`;
  const state = harness.vms.find(
    ({ vm, freed }) => !freed && !vm.destroyed && !vm.unusable && vm.activeCount === 0,
  );
  if (state === undefined) return null;
  const { vm, name } = state;
  const ret = yield* vm.active();
  machine.runToQuiescence();
  if (ret !== 0) return `after a reset VM ${name} gets no slot: ${errnoName(ret)}`;
  const space = machine.spaces[vm.as];
  if (!space.enabled || space.transtab !== vm.pgtable.ttbr)
    return `after a reset VM ${name} has a slot that is not enabled`;
  if (space.locked) return `after a reset VM ${name} has a slot that is locked at ${hex(space.lockStart)}`;
  return null;
}
