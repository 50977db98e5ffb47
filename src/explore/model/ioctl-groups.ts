/** Calls about groups that enter the driver where a client does: GROUP_CREATE, GROUP_SUBMIT, GROUP_DESTROY. */
import { encode } from '../../../uapi/codec.ts';
import {
  DRM_IOCTL_PANTHOR_GROUP_CREATE,
  DRM_IOCTL_PANTHOR_GROUP_DESTROY,
  DRM_IOCTL_PANTHOR_GROUP_SUBMIT,
  drm_panthor_group_create,
  drm_panthor_group_destroy,
  drm_panthor_group_submit,
  drm_panthor_queue_create,
  drm_panthor_queue_submit,
  drm_panthor_sync_op,
  PANTHOR_GROUP_PRIORITY_HIGH,
  PANTHOR_GROUP_PRIORITY_LOW,
  PANTHOR_GROUP_PRIORITY_MEDIUM,
} from '../../../uapi/panthor_drm.ts';
import type { Op } from '../../coroutine/op.ts';
import { UserMemory } from '../../driver/base/uaccess.ts';
import type { DrmFile } from '../../driver/ioctl/file.ts';
import type { Call } from '../scenario/scenario.ts';
import type { Harness } from './harness.ts';
import { ARGUMENT, addSyncs, ioctl, OPS, SYNCS, USER_MEMORY } from './ioctl.ts';
import { type SubmittedGroup, streamOf } from './submitted.ts';

const PRIORITIES: { readonly [name: string]: number } = {
  low: PANTHOR_GROUP_PRIORITY_LOW,
  medium: PANTHOR_GROUP_PRIORITY_MEDIUM,
  high: PANTHOR_GROUP_PRIORITY_HIGH,
};
/** Bytes: the smallest ring buffer there is. */
const RING = 0x1000;
/** A core of each kind that every GPU has. */
const CORES = {
  max_compute_cores: 1,
  max_fragment_cores: 1,
  max_tiler_cores: 1,
  compute_core_mask: 1,
  fragment_core_mask: 1,
  tiler_core_mask: 1,
};
/** Bytes of a stream, of which the driver looks at nothing but the size. */
const STREAM_BYTES = 64;

/** DRM_IOCTL_PANTHOR_GROUP_CREATE: a group with one queue. 0 or -errno. */
export function* groupCreate(harness: Harness, group: SubmittedGroup): Op<number> {
  yield 'GROUP_CREATE';
  const mem = new UserMemory(USER_MEMORY);
  const queue = encode(drm_panthor_queue_create, { priority: 1, ringbuf_size: RING });
  mem.add(OPS, queue);
  const { vm, priority } = group.decl;
  const argument = {
    ...CORES,
    vm_id: harness.vm(vm).id,
    priority: PRIORITIES[priority],
    queues: { stride: queue.length, count: 1, array: OPS },
  };
  mem.add(ARGUMENT, encode(drm_panthor_group_create, argument));
  const ret = yield* ioctl(harness, DRM_IOCTL_PANTHOR_GROUP_CREATE, mem);
  if (ret !== 0) return ret;
  const at = mem.locate(ARGUMENT, drm_panthor_group_create.size);
  group.handle = mem.view.getUint32(at + drm_panthor_group_create.off.group_handle, true);
  group.group = (harness.file as DrmFile).groups.get(group.handle) ?? null;
  return 0;
}

/** DRM_IOCTL_PANTHOR_GROUP_SUBMIT of one job, call number `at` of thread `thread`. 0 or -errno. */
export function* groupSubmit(
  harness: Harness,
  group: SubmittedGroup,
  call: Call,
  thread: number,
  at: number,
): Op<number> {
  yield 'GROUP_SUBMIT';
  const mem = new UserMemory(USER_MEMORY);
  const count = addSyncs(harness, mem, call);
  const syncs = { stride: drm_panthor_sync_op.size, count, array: count > 0 ? SYNCS : 0 };
  const job = { stream_size: STREAM_BYTES, stream_addr: streamOf(thread, at), syncs };
  const bytes = encode(drm_panthor_queue_submit, job);
  mem.add(OPS, bytes);
  const list = { stride: bytes.length, count: 1, array: OPS };
  mem.add(ARGUMENT, encode(drm_panthor_group_submit, { group_handle: group.handle, queue_submits: list }));
  return yield* ioctl(harness, DRM_IOCTL_PANTHOR_GROUP_SUBMIT, mem);
}

/** DRM_IOCTL_PANTHOR_GROUP_DESTROY */
export function* groupDestroy(harness: Harness, group: SubmittedGroup): Op<number> {
  yield 'GROUP_DESTROY';
  const mem = new UserMemory(USER_MEMORY);
  mem.add(ARGUMENT, encode(drm_panthor_group_destroy, { group_handle: group.handle }));
  return yield* ioctl(harness, DRM_IOCTL_PANTHOR_GROUP_DESTROY, mem);
}
