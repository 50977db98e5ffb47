/** Why the driver refused a call for one of its synchronization operations: a syncobj, or its fence, is not there. */
import { EINVAL, ENOENT } from '../../uapi/errno.ts';
import { DRM_PANTHOR_SYNC_OP_SIGNAL } from '../../uapi/panthor_drm.ts';
import { pathOf, type View, view } from '../payload/rules/context.ts';
import type { Asked, Reason } from './refused-call.ts';

/**
 * struct panthor_submit_ctx: `owners` are the jobs of the call. panthor_submit_ctx_collect_jobs_signal_ops() looks at what is
 * signalled, panthor_submit_ctx_add_deps_and_arm_jobs() then at what is waited for.
 */
export function syncReason(call: Asked, owners: readonly View[]): Reason | null {
  const syncs = owners.flatMap((owner) => (owner.buffer('syncs')?.items ?? []).map(view));
  const isSignal = (sync: View): boolean => (Number(sync.get('flags')) & DRM_PANTHOR_SYNC_OP_SIGNAL) !== 0;
  const key = (sync: View): string => `${sync.get('handle')}:${sync.get('timeline_value')}`;
  const signals = syncs.filter(isSignal);
  const unknown = signals.find((sync) => syncobjOf(call, sync.get('handle')) === undefined);
  if (unknown !== undefined) {
    if (call.errno !== EINVAL) return null;
    const why = `there is no syncobj ${unknown.get('handle')}`;
    return { function: 'panthor_submit_ctx_add_sync_signal', field: pathOf(unknown, 'handle'), why };
  }
  // What another job of the call signals is there by then.
  const ofCall = new Set(signals.map(key));
  for (const sync of syncs) {
    if (isSignal(sync) || ofCall.has(key(sync))) continue;
    const found = noFence(call, sync.get('handle'), sync.get('timeline_value'), pathOf(sync, 'handle'));
    if (found !== null) return found;
  }
  return null;
}

/**
 * drm_syncobj_find_fence(): the syncobj `handle` of the client's is unknown (ENOENT), or has no fence at `point` (EINVAL); null
 * where neither is so, or the call failed with another error.
 */
export function noFence(call: Asked, handle: bigint, point: bigint, field: string): Reason | null {
  const syncobj = syncobjOf(call, handle);
  if (syncobj !== undefined && syncobj.lookup(point) !== undefined) return null;
  if (call.errno !== (syncobj === undefined ? ENOENT : EINVAL)) return null;
  const lacks =
    syncobj === undefined
      ? `there is no syncobj ${handle}`
      : syncobj.fence === null
        ? `syncobj ${handle} has no fence`
        : `nothing was submitted for point ${point} of syncobj ${handle}`;
  return { function: 'drm_syncobj_find_fence', field, why: lacks };
}

function syncobjOf({ file, toDriver }: Asked, handle: bigint) {
  return file.syncobjs.get(toDriver('syncobj', Number(handle)));
}
