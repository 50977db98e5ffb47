/** Binds of a life: asked of the driver, foretold by the models. */
import { run } from '../../src/coroutine/op.ts';
import type { BindOp } from '../../src/driver/mmu/vm-bind.ts';
import { EINVAL, ENOMEM, ERANGE, ETIMEDOUT } from '../../uapi/errno.ts';
import { DUMMY, PAGE } from '../driver/mmu/gpuvm/naive.ts';
import type { Life } from './life.ts';
import { FIRST_BEYOND } from './life-objects.ts';
import { type Change, expectResult, type LifeJob, type LifeVm } from './life-state.ts';

const UNMAP = 1 << 28;

/** How a bind is asked for; see Step. */
export interface Way {
  async: boolean;
  oom: boolean;
  stuck: number;
}

export function bind(life: Life, v: LifeVm, change: Change, way: Way): void {
  const { memory } = life.device.machine;
  const op = bindOp(change);
  let expected = 0;
  if (way.async && v.unusable) expected = -EINVAL;
  else if (isOthers(life, v, change)) expected = -EINVAL;
  else if (way.oom) expected = -ENOMEM;
  if (way.oom) memory.oom = () => true;
  const lookup = { lookupGem: (handle: number) => life.objects[handle - 1]?.gem };
  if (way.async) {
    const before = memory.reserved;
    const job = v.vm.bindJobCreate(lookup, op);
    memory.oom = null;
    expectResult('creating a job', typeof job === 'number' ? job : 0, expected);
    if (typeof job !== 'number') v.jobs.push({ job, change, reserved: memory.reserved - before });
    return;
  }
  const { as } = v;
  const stuck = expected === 0 && isStuck(life, v, way.stuck);
  if (stuck) life.device.machine.injectStuck(as, way.stuck, 1);
  if (expected === 0) expected = carryOut(life, v, change, false, stuck);
  const ret = run(v.vm.bindExecSyncOp(lookup, op));
  if (stuck) life.device.machine.injectStuck(as, 0, 0);
  memory.oom = null;
  expectResult('a bind', ret, expected);
}

/** Runs the oldest job of a VM. */
export function runJob(life: Life, v: LifeVm): void {
  const { job, change } = v.jobs.shift() as LifeJob;
  const expected = carryOut(life, v, change, true, false);
  expectResult('a job', run(job.run()), expected);
  run(job.cleanup());
}

function bindOp({ bo, va, size, offset, flags }: Change): BindOp {
  const object = bo !== null && bo !== DUMMY;
  return {
    flags: bo === null ? UNMAP : flags,
    boHandle: object ? bo + 1 : 0,
    boOffset: object ? offset : 0,
    va,
    size,
    syncCount: 0,
  };
}

/** Whether the object is exclusive to another VM. */
function isOthers(life: Life, v: LifeVm, { bo }: Change): boolean {
  const exclusive = bo === null || bo === DUMMY ? null : life.objects[bo].exclusive;
  return exclusive !== null && exclusive !== v;
}

/**
 * Whether a stuck poll meets this bind: where the VM has a slot. What the older kernels make of it is left to the
 * vectors.
 */
function isStuck(life: Life, v: LifeVm, stuck: number): boolean {
  return stuck >= 0 && v.as >= 0 && life.kernel.behaviours.recordLockAfterSuccess;
}

/** Does an operation to the models; its result. */
function carryOut(life: Life, v: LifeVm, change: Change, async: boolean, stuck: boolean): number {
  const { behaviours } = life.kernel;
  const ret = stuck ? -ETIMEDOUT : result(life, v, change);
  if (ret === 0) {
    if (change.bo === null) v.naive.unmap(change.va, change.size);
    else v.naive.map(change.va, change.size, change.bo, change.offset, change.flags);
  } else if (ret === -ERANGE) {
    v.naive.unmap(change.va, change.size);
    life.warnings.push('arm_lpae_map_pages: address-out-of-range');
    if (behaviours.unusableOnMapFailure) life.warnings.push('panthor_vm_map_pages: map-failed');
  } else if (ret === -ETIMEDOUT) life.resetPending = true;
  if ((ret !== 0 && async) || (ret === -ERANGE && behaviours.unusableOnMapFailure)) makeUnusable(life, v);
  return ret;
}

function result(life: Life, v: LifeVm, { bo, offset, size }: Change): number {
  if (bo === null) return 0;
  if (v.unusable) return -EINVAL;
  if (bo === DUMMY || !life.objects[bo].beyond) return 0;
  return offset + size > FIRST_BEYOND * PAGE ? -ERANGE : 0;
}

function makeUnusable(life: Life, v: LifeVm): void {
  if (v.unusable) return;
  v.unusable = true;
  if (life.kernel.behaviours.disableOnUnusable && !life.unplugged) life.slots.enabled.delete(v.as);
}
