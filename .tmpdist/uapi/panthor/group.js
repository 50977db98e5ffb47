/** panthor_drm.h: scheduling groups, their queues, submissions. */
import { enumeration, flagSet } from '../enumeration.js';
import { array, f, struct } from '../layout.js';
import { drm_panthor_obj_array, drm_panthor_sync_op, objects } from './common.js';
export const drm_panthor_group_priority = enumeration('drm_panthor_group_priority', {
    PANTHOR_GROUP_PRIORITY_LOW: 0,
    PANTHOR_GROUP_PRIORITY_MEDIUM: 1,
    PANTHOR_GROUP_PRIORITY_HIGH: 2,
    PANTHOR_GROUP_PRIORITY_REALTIME: { value: 3, since: '1.2' },
});
export const { PANTHOR_GROUP_PRIORITY_LOW, PANTHOR_GROUP_PRIORITY_MEDIUM, PANTHOR_GROUP_PRIORITY_HIGH, PANTHOR_GROUP_PRIORITY_REALTIME, } = drm_panthor_group_priority.values;
export const drm_panthor_queue_create = struct('drm_panthor_queue_create', 'one queue of a new group', [
    f('priority', 'u8', 0, { doc: '0 to 15, 15 is the highest' }),
    array('pad', 'u8', 3, 1, { pad: true }),
    f('ringbuf_size', 'u32', 4, { unit: 'bytes' }),
], { lastMandatory: 'ringbuf_size' });
export const drm_panthor_group_create = struct('drm_panthor_group_create', 'creates a scheduling group', [
    f('queues', drm_panthor_obj_array, 0, { array: objects('queues', drm_panthor_queue_create) }),
    f('max_compute_cores', 'u8', 16, { unit: 'count' }),
    f('max_fragment_cores', 'u8', 17, { unit: 'count' }),
    f('max_tiler_cores', 'u8', 18, { unit: 'count' }),
    f('priority', 'u8', 19, { set: drm_panthor_group_priority }),
    f('pad', 'u32', 20, { pad: true }),
    f('compute_core_mask', 'u64', 24, { hex: true }),
    f('fragment_core_mask', 'u64', 32, { hex: true }),
    f('tiler_core_mask', 'u64', 40, { hex: true }),
    f('vm_id', 'u32', 48, { unit: 'handle', doc: 'VM that all its queues use' }),
    f('group_handle', 'u32', 52, { dir: 'out', unit: 'handle' }),
]);
export const drm_panthor_group_destroy = struct('drm_panthor_group_destroy', 'destroys a scheduling group', [
    f('group_handle', 'u32', 0, { unit: 'handle' }),
    f('pad', 'u32', 4, { pad: true }),
]);
export const drm_panthor_queue_submit = struct('drm_panthor_queue_submit', 'one job: a user command stream to call, or a synchronization point', [
    f('queue_index', 'u32', 0, { doc: 'queue inside the group' }),
    f('stream_size', 'u32', 4, { unit: 'bytes', doc: 'multiple of 8; 0 for a synchronization point' }),
    f('stream_addr', 'u64', 8, { unit: 'address', doc: 'GPU address, multiple of 64' }),
    f('latest_flush', 'u32', 16, { hex: true, doc: 'FLUSH_ID when the stream was built; 0 always flushes' }),
    f('pad', 'u32', 20, { pad: true }),
    f('syncs', drm_panthor_obj_array, 24, { array: objects('syncs', drm_panthor_sync_op) }),
], { lastMandatory: 'syncs' });
export const drm_panthor_group_submit = struct('drm_panthor_group_submit', 'queues jobs', [
    f('group_handle', 'u32', 0, { unit: 'handle' }),
    f('pad', 'u32', 4, { pad: true }),
    f('queue_submits', drm_panthor_obj_array, 8, { array: objects('queue_submits', drm_panthor_queue_submit) }),
]);
export const drm_panthor_group_state_flags = flagSet('drm_panthor_group_state_flags', {
    DRM_PANTHOR_GROUP_STATE_TIMEDOUT: 1 << 0,
    DRM_PANTHOR_GROUP_STATE_FATAL_FAULT: 1 << 1,
    DRM_PANTHOR_GROUP_STATE_INNOCENT: { value: 1 << 2, since: '1.3' },
});
export const { DRM_PANTHOR_GROUP_STATE_TIMEDOUT, DRM_PANTHOR_GROUP_STATE_FATAL_FAULT, DRM_PANTHOR_GROUP_STATE_INNOCENT, } = drm_panthor_group_state_flags.values;
export const drm_panthor_group_get_state = struct('drm_panthor_group_get_state', 'whether a group still works', [
    f('group_handle', 'u32', 0, { unit: 'handle' }),
    f('state', 'u32', 4, { dir: 'out', set: drm_panthor_group_state_flags }),
    f('fatal_queues', 'u32', 8, { dir: 'out', hex: true, doc: 'one bit for each queue with a fatal fault' }),
    f('pad', 'u32', 12, { pad: true }),
]);
//# sourceMappingURL=group.js.map