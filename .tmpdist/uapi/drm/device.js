/** drm.h: version, capabilities, names, GEM handles, PRIME. */
import { enumeration, flagSet } from '../enumeration.js';
import { f, struct } from '../layout.js';
export const drm_version = struct('drm_version', 'driver version and names', [
    f('version_major', 's32', 0, { dir: 'out' }),
    f('version_minor', 's32', 4, { dir: 'out' }),
    f('version_patchlevel', 's32', 8, { dir: 'out' }),
    f('name_len', 'size_t', 16, { dir: 'inout', unit: 'bytes', doc: 'size of the buffer, then of the string' }),
    f('name', 'uptr', 24, {
        unit: 'address',
        user: { dir: 'out', length: { kind: 'bytes', field: 'name_len' }, element: 'text' },
    }),
    f('date_len', 'size_t', 32, { dir: 'inout', unit: 'bytes', doc: 'size of the buffer, then of the string' }),
    f('date', 'uptr', 40, {
        unit: 'address',
        user: { dir: 'out', length: { kind: 'bytes', field: 'date_len' }, element: 'text' },
    }),
    f('desc_len', 'size_t', 48, { dir: 'inout', unit: 'bytes', doc: 'size of the buffer, then of the string' }),
    f('desc', 'uptr', 56, {
        unit: 'address',
        user: { dir: 'out', length: { kind: 'bytes', field: 'desc_len' }, element: 'text' },
    }),
]);
export const drm_unique = struct('drm_unique', 'bus id of the device', [
    f('unique_len', 'size_t', 0, {
        dir: 'inout',
        unit: 'bytes',
        doc: 'size of the buffer, then of the string',
    }),
    f('unique', 'uptr', 8, {
        unit: 'address',
        user: { dir: 'out', length: { kind: 'bytes', field: 'unique_len' }, element: 'text' },
    }),
]);
export const drm_set_version = struct('drm_set_version', 'interface versions that the client speaks', [
    f('drm_di_major', 's32', 0, { dir: 'inout' }),
    f('drm_di_minor', 's32', 4, { dir: 'inout' }),
    f('drm_dd_major', 's32', 8, { dir: 'inout' }),
    f('drm_dd_minor', 's32', 12, { dir: 'inout' }),
]);
export const drm_capabilities = enumeration('DRM_CAP', {
    DRM_CAP_DUMB_BUFFER: 0x1,
    DRM_CAP_VBLANK_HIGH_CRTC: 0x2,
    DRM_CAP_DUMB_PREFERRED_DEPTH: 0x3,
    DRM_CAP_DUMB_PREFER_SHADOW: 0x4,
    DRM_CAP_PRIME: 0x5,
    DRM_CAP_TIMESTAMP_MONOTONIC: 0x6,
    DRM_CAP_ASYNC_PAGE_FLIP: 0x7,
    DRM_CAP_CURSOR_WIDTH: 0x8,
    DRM_CAP_CURSOR_HEIGHT: 0x9,
    DRM_CAP_ADDFB2_MODIFIERS: 0x10,
    DRM_CAP_PAGE_FLIP_TARGET: 0x11,
    DRM_CAP_CRTC_IN_VBLANK_EVENT: 0x12,
    DRM_CAP_SYNCOBJ: 0x13,
    DRM_CAP_SYNCOBJ_TIMELINE: 0x14,
    DRM_CAP_ATOMIC_ASYNC_PAGE_FLIP: { value: 0x15, since: 'v6.8' },
}, { defines: true });
export const { DRM_CAP_DUMB_BUFFER, DRM_CAP_VBLANK_HIGH_CRTC, DRM_CAP_DUMB_PREFERRED_DEPTH, DRM_CAP_DUMB_PREFER_SHADOW, DRM_CAP_PRIME, DRM_CAP_TIMESTAMP_MONOTONIC, DRM_CAP_ASYNC_PAGE_FLIP, DRM_CAP_CURSOR_WIDTH, DRM_CAP_CURSOR_HEIGHT, DRM_CAP_ADDFB2_MODIFIERS, DRM_CAP_PAGE_FLIP_TARGET, DRM_CAP_CRTC_IN_VBLANK_EVENT, DRM_CAP_SYNCOBJ, DRM_CAP_SYNCOBJ_TIMELINE, DRM_CAP_ATOMIC_ASYNC_PAGE_FLIP, } = drm_capabilities.values;
export const drm_prime_caps = flagSet('DRM_PRIME_CAP', { DRM_PRIME_CAP_IMPORT: 0x1, DRM_PRIME_CAP_EXPORT: 0x2 }, { defines: true });
export const { DRM_PRIME_CAP_IMPORT, DRM_PRIME_CAP_EXPORT } = drm_prime_caps.values;
export const drm_get_cap = struct('drm_get_cap', 'asks for a capability of the device', [
    f('capability', 'u64', 0, { set: drm_capabilities }),
    f('value', 'u64', 8, { dir: 'out' }),
]);
export const drm_client_capabilities = enumeration('DRM_CLIENT_CAP', {
    DRM_CLIENT_CAP_STEREO_3D: 1,
    DRM_CLIENT_CAP_UNIVERSAL_PLANES: 2,
    DRM_CLIENT_CAP_ATOMIC: 3,
    DRM_CLIENT_CAP_ASPECT_RATIO: 4,
    DRM_CLIENT_CAP_WRITEBACK_CONNECTORS: 5,
    DRM_CLIENT_CAP_CURSOR_PLANE_HOTSPOT: { value: 6, since: 'v6.7' },
    DRM_CLIENT_CAP_PLANE_COLOR_PIPELINE: { value: 7, since: 'v6.19' },
}, { defines: true });
export const { DRM_CLIENT_CAP_STEREO_3D, DRM_CLIENT_CAP_UNIVERSAL_PLANES, DRM_CLIENT_CAP_ATOMIC, DRM_CLIENT_CAP_ASPECT_RATIO, DRM_CLIENT_CAP_WRITEBACK_CONNECTORS, DRM_CLIENT_CAP_CURSOR_PLANE_HOTSPOT, DRM_CLIENT_CAP_PLANE_COLOR_PIPELINE, } = drm_client_capabilities.values;
export const drm_set_client_cap = struct('drm_set_client_cap', 'says what the client can do', [
    f('capability', 'u64', 0, { set: drm_client_capabilities }),
    f('value', 'u64', 8),
]);
/** DRM_CLIENT_NAME_MAX_LEN: longest client name in bytes. */
export const DRM_CLIENT_NAME_MAX_LEN = 64;
export const drm_set_client_name = struct('drm_set_client_name', 'names the client for debugging', [
    f('name_len', 'u64', 0, { unit: 'bytes' }),
    f('name', 'u64', 8, {
        unit: 'address',
        user: { dir: 'in', length: { kind: 'bytes', field: 'name_len' }, element: 'text' },
    }),
], { since: 'v6.13' });
export const drm_gem_close = struct('drm_gem_close', 'gives a handle back', [
    f('handle', 'u32', 0, { unit: 'handle' }),
    f('pad', 'u32', 4, { pad: true }),
]);
export const drm_gem_flink = struct('drm_gem_flink', 'gives an object a global name', [
    f('handle', 'u32', 0, { unit: 'handle' }),
    f('name', 'u32', 4, { dir: 'out' }),
]);
export const drm_gem_open = struct('drm_gem_open', 'opens an object by its global name', [
    f('name', 'u32', 0),
    f('handle', 'u32', 4, { dir: 'out', unit: 'handle' }),
    f('size', 'u64', 8, { dir: 'out', unit: 'bytes', hex: true }),
]);
export const drm_prime_flags = flagSet('DRM_PRIME_FLAGS', { DRM_RDWR: 0x2, DRM_CLOEXEC: 0x80000 }, { defines: true });
export const { DRM_RDWR, DRM_CLOEXEC } = drm_prime_flags.values;
export const drm_prime_handle = struct('drm_prime_handle', 'a handle and the dma-buf that stands for it', [
    f('handle', 'u32', 0, { dir: 'inout', unit: 'handle' }),
    f('flags', 'u32', 4, { set: drm_prime_flags, doc: 'only when exporting' }),
    f('fd', 's32', 8, { dir: 'inout', unit: 'fd' }),
]);
//# sourceMappingURL=device.js.map