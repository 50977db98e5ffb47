/**
 * Memory pressure as a scenario stages it: the shrinker takes objects with the driver's own panthor_gem_try_evict(), and
 * the memory goes to others at once; jobs hold what their VM maps, and a submission brings it back.
 */
import type { Op } from '../../coroutine/op.ts';
import { restoreVmas, tryEvict } from '../../driver/mmu/vm-reclaim.ts';
import { allCalls, type Call, type Scenario } from '../scenario/scenario.ts';
import { beginReaction, endReaction } from '../state/access-log.ts';
import type { ObjectState } from './checks/freed.ts';
import type { Group, Harness, VmState } from './harness.ts';

/** Calls with which a scenario is about reclaim: then being on the GPU is a job, and jobs hold what they use. */
const RECLAIM_CALLS = ['reclaim', 'evict', 'submit', 'done'];

/** Whether jobs matter to a scenario. */
export function isAboutReclaim(scenario: Scenario): boolean {
  return allCalls(scenario).some(({ verb }) => RECLAIM_CALLS.includes(verb));
}

/** What a shrinker that got nothing says. */
const IN_USE = 'still in use';
const NOTHING_THERE = 'nothing to reclaim';

/** Memory that an object had before it was reclaimed, bytes. */
interface Reclaimed {
  name: string;
  pa: number;
  size: number;
}

/** What has been taken, in the course of one schedule. */
export class Pressure {
  readonly reclaimed: Reclaimed[] = [];

  /** The object that lost the memory at `pa`, null where none did. */
  ownerOf(pa: number): string | null {
    return this.reclaimed.find((one) => pa >= one.pa && pa < one.pa + one.size)?.name ?? null;
  }
}

/** The shrinker comes for one object: 0, or why it got nothing. */
export function* reclaim(harness: Harness, object: ObjectState): Op<number | string> {
  const { device } = harness;
  const { bo } = object;
  yield 'shrinker';
  if (!device.b.evictMappings || bo === null || object.freed || !bo.pinned) return NOTHING_THERE;
  const { pa } = object;
  if (!(yield* tryEvict(device, bo))) return IN_USE;
  harness.pressure?.reclaimed.push({ name: object.name, pa, size: bo.size });
  // It is taken because it is needed elsewhere.
  device.gem.create(bo.size, 0, null).pin();
  return 0;
}

/** The shrinker goes over everything that one VM maps: 0 where it got anything. */
export function* evict(harness: Harness, state: VmState): Op<number | string> {
  const { vm } = state;
  let result: number | string = IN_USE;
  for (const object of harness.objects) {
    const { bo } = object;
    if (bo === null || object.freed || !vm.vmas.maps(bo.serial)) continue;
    const ret = yield* reclaim(harness, object);
    if (ret === 0 || result !== 0) result = ret;
  }
  return result;
}

/**
 * GROUP_SUBMIT as far as memory takes part: evicted mappings come back before the job's fence is in the VM's reservation.
 * 0 or -errno.
 */
export function* submit(state: VmState, group: Group): Op<number> {
  const { vm } = state;
  yield 'GROUP_SUBMIT';
  yield* vm.resv.lock.lock();
  const ret = vm.vmas.evictedCount > 0 ? yield* restoreVmas(vm) : 0;
  if (ret === 0) {
    vm.resv.unsignaled++;
    group.job = state;
  }
  vm.resv.lock.unlock();
  return ret;
}

/** The job that `group` has in flight is done, or will never be: its fence is signalled. */
export function finishJob(group: Group): number | string {
  const { job } = group;
  if (job === null) return 'nothing was submitted';
  group.job = null;
  group.ownSubmit = false;
  job.vm.resv.remove();
  return 0;
}

/** Objects that were brought back elsewhere: what their mappings ought to show has moved. Called after every step. */
export function noticeMoved(harness: Harness): void {
  for (const object of harness.objects) {
    const outer = beginReaction();
    noticeMovedObject(harness, object);
    endReaction(outer);
  }
}

function noticeMovedObject(harness: Harness, object: ObjectState): void {
  const { bo } = object;
  if (bo === null || object.freed || !bo.pinned) return;
  const pa = bo.sgt.pa[0];
  if (pa === object.pa) return;
  for (const { spec } of harness.vms) spec.moved(bo.serial, pa - object.pa);
  object.pa = pa;
}

/** `submit VM` and `done VM`, the job of a thread's group. */
export function* submitCall(state: VmState, group: Group, call: Call): Op<number | string> {
  if (call.verb === 'done') {
    yield 'the job is done';
    return finishJob(group);
  }
  const ret = yield* submit(state, group);
  group.ownSubmit = ret === 0;
  group.refused = ret !== 0;
  return ret;
}
