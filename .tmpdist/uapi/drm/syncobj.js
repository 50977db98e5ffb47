/** drm.h: syncobjs, binary and timeline. */
import { flagSet } from '../enumeration.js';
import { f, struct } from '../layout.js';
const handles = {
    dir: 'in',
    element: 'u32',
    length: { kind: 'array', count: 'count_handles', stride: 4 },
};
const points = {
    dir: 'in',
    element: 'u64',
    length: { kind: 'array', count: 'count_handles', stride: 8 },
};
export const drm_syncobj_create_flags = flagSet('DRM_SYNCOBJ_CREATE', { DRM_SYNCOBJ_CREATE_SIGNALED: 1 << 0 }, { defines: true });
export const { DRM_SYNCOBJ_CREATE_SIGNALED } = drm_syncobj_create_flags.values;
export const drm_syncobj_create = struct('drm_syncobj_create', 'creates a syncobj', [
    f('handle', 'u32', 0, { dir: 'out', unit: 'handle' }),
    f('flags', 'u32', 4, { set: drm_syncobj_create_flags }),
]);
export const drm_syncobj_destroy = struct('drm_syncobj_destroy', 'gives a syncobj back', [
    f('handle', 'u32', 0, { unit: 'handle' }),
    f('pad', 'u32', 4, { pad: true }),
]);
export const drm_syncobj_fd_to_handle_flags = flagSet('DRM_SYNCOBJ_FD_TO_HANDLE_FLAGS', {
    DRM_SYNCOBJ_FD_TO_HANDLE_FLAGS_IMPORT_SYNC_FILE: 1 << 0,
    DRM_SYNCOBJ_FD_TO_HANDLE_FLAGS_TIMELINE: { value: 1 << 1, since: 'v6.16' },
}, { defines: true });
export const { DRM_SYNCOBJ_FD_TO_HANDLE_FLAGS_IMPORT_SYNC_FILE, DRM_SYNCOBJ_FD_TO_HANDLE_FLAGS_TIMELINE } = drm_syncobj_fd_to_handle_flags.values;
export const drm_syncobj_handle_to_fd_flags = flagSet('DRM_SYNCOBJ_HANDLE_TO_FD_FLAGS', {
    DRM_SYNCOBJ_HANDLE_TO_FD_FLAGS_EXPORT_SYNC_FILE: 1 << 0,
    DRM_SYNCOBJ_HANDLE_TO_FD_FLAGS_TIMELINE: { value: 1 << 1, since: 'v6.16' },
}, { defines: true });
export const { DRM_SYNCOBJ_HANDLE_TO_FD_FLAGS_EXPORT_SYNC_FILE, DRM_SYNCOBJ_HANDLE_TO_FD_FLAGS_TIMELINE } = drm_syncobj_handle_to_fd_flags.values;
export const drm_syncobj_handle = struct('drm_syncobj_handle', 'a syncobj and the file that stands for it', [
    f('handle', 'u32', 0, { dir: 'inout', unit: 'handle' }),
    f('flags', 'u32', 4, { set: drm_syncobj_handle_to_fd_flags, doc: 'bit 1 is SYNC_FILE, bit 2 TIMELINE' }),
    f('fd', 's32', 8, { dir: 'inout', unit: 'fd' }),
    f('pad', 'u32', 12, { pad: true }),
    f('point', 'u64', 16, { since: 'v6.16' }),
]);
export const drm_syncobj_transfer = struct('drm_syncobj_transfer', 'copies a fence between syncobj points', [
    f('src_handle', 'u32', 0, { unit: 'handle' }),
    f('dst_handle', 'u32', 4, { unit: 'handle' }),
    f('src_point', 'u64', 8, { doc: '0 for a binary syncobj' }),
    f('dst_point', 'u64', 16, { doc: '0 for a binary syncobj' }),
    f('flags', 'u32', 24, { hex: true, doc: 'DRM_SYNCOBJ_WAIT_FLAGS_WAIT_FOR_SUBMIT or 0' }),
    f('pad', 'u32', 28, { pad: true }),
]);
export const drm_syncobj_wait_flags = flagSet('DRM_SYNCOBJ_WAIT_FLAGS', {
    DRM_SYNCOBJ_WAIT_FLAGS_WAIT_ALL: 1 << 0,
    DRM_SYNCOBJ_WAIT_FLAGS_WAIT_FOR_SUBMIT: 1 << 1,
    DRM_SYNCOBJ_WAIT_FLAGS_WAIT_AVAILABLE: 1 << 2,
    DRM_SYNCOBJ_WAIT_FLAGS_WAIT_DEADLINE: { value: 1 << 3, since: 'v6.7' },
}, { defines: true });
export const { DRM_SYNCOBJ_WAIT_FLAGS_WAIT_ALL, DRM_SYNCOBJ_WAIT_FLAGS_WAIT_FOR_SUBMIT, DRM_SYNCOBJ_WAIT_FLAGS_WAIT_AVAILABLE, DRM_SYNCOBJ_WAIT_FLAGS_WAIT_DEADLINE, } = drm_syncobj_wait_flags.values;
export const drm_syncobj_wait = struct('drm_syncobj_wait', 'waits for binary syncobjs', [
    f('handles', 'u64', 0, { unit: 'address', user: handles }),
    f('timeout_nsec', 's64', 8, { unit: 'ns', doc: 'absolute, CLOCK_MONOTONIC' }),
    f('count_handles', 'u32', 16, { unit: 'count' }),
    f('flags', 'u32', 20, { set: drm_syncobj_wait_flags }),
    f('first_signaled', 'u32', 24, { dir: 'out', doc: 'index; only without WAIT_ALL' }),
    f('pad', 'u32', 28, { pad: true }),
    f('deadline_nsec', 'u64', 32, { unit: 'ns', since: 'v6.7', doc: 'hint, absolute, CLOCK_MONOTONIC' }),
]);
export const drm_syncobj_timeline_wait = struct('drm_syncobj_timeline_wait', 'waits for timeline points', [
    f('handles', 'u64', 0, { unit: 'address', user: handles }),
    f('points', 'u64', 8, { unit: 'address', user: points }),
    f('timeout_nsec', 's64', 16, { unit: 'ns', doc: 'absolute, CLOCK_MONOTONIC' }),
    f('count_handles', 'u32', 24, { unit: 'count' }),
    f('flags', 'u32', 28, { set: drm_syncobj_wait_flags }),
    f('first_signaled', 'u32', 32, { dir: 'out', doc: 'index; only without WAIT_ALL' }),
    f('pad', 'u32', 36, { pad: true }),
    f('deadline_nsec', 'u64', 40, { unit: 'ns', since: 'v6.7', doc: 'hint, absolute, CLOCK_MONOTONIC' }),
]);
export const drm_syncobj_eventfd = struct('drm_syncobj_eventfd', 'signals an eventfd when a point is reached', [
    f('handle', 'u32', 0, { unit: 'handle' }),
    f('flags', 'u32', 4, { set: drm_syncobj_wait_flags, doc: 'WAIT_AVAILABLE or 0' }),
    f('point', 'u64', 8),
    f('fd', 's32', 16, { unit: 'fd' }),
    f('pad', 'u32', 20, { pad: true }),
], { since: 'v6.6' });
export const drm_syncobj_array = struct('drm_syncobj_array', 'resets or signals binary syncobjs', [
    f('handles', 'u64', 0, { unit: 'address', user: handles }),
    f('count_handles', 'u32', 8, { unit: 'count' }),
    f('pad', 'u32', 12, { pad: true }),
]);
export const drm_syncobj_query_flags = flagSet('DRM_SYNCOBJ_QUERY_FLAGS', { DRM_SYNCOBJ_QUERY_FLAGS_LAST_SUBMITTED: 1 << 0 }, { defines: true });
export const { DRM_SYNCOBJ_QUERY_FLAGS_LAST_SUBMITTED } = drm_syncobj_query_flags.values;
export const drm_syncobj_timeline_array = struct('drm_syncobj_timeline_array', 'signals timeline points, or asks how far timelines are', [
    f('handles', 'u64', 0, { unit: 'address', user: handles }),
    f('points', 'u64', 8, { unit: 'address', user: points }),
    f('count_handles', 'u32', 16, { unit: 'count' }),
    f('flags', 'u32', 20, { set: drm_syncobj_query_flags, doc: 'only when asking' }),
]);
//# sourceMappingURL=syncobj.js.map