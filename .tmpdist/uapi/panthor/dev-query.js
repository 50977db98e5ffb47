/** panthor_drm.h: DRM_IOCTL_PANTHOR_DEV_QUERY and what it returns. */
import { enumeration, flagSet } from '../enumeration.js';
import { array, f, struct } from '../layout.js';
import { drm_panthor_group_priority } from './group.js';
export const drm_panthor_dev_query_type = enumeration('drm_panthor_dev_query_type', {
    DRM_PANTHOR_DEV_QUERY_GPU_INFO: 0,
    DRM_PANTHOR_DEV_QUERY_CSIF_INFO: 1,
    DRM_PANTHOR_DEV_QUERY_TIMESTAMP_INFO: { value: 2, since: '1.1' },
    DRM_PANTHOR_DEV_QUERY_GROUP_PRIORITIES_INFO: { value: 3, since: '1.2' },
    DRM_PANTHOR_DEV_QUERY_MMU_INFO: { value: 4, since: '1.9' },
});
export const { DRM_PANTHOR_DEV_QUERY_GPU_INFO, DRM_PANTHOR_DEV_QUERY_CSIF_INFO, DRM_PANTHOR_DEV_QUERY_TIMESTAMP_INFO, DRM_PANTHOR_DEV_QUERY_GROUP_PRIORITIES_INFO, DRM_PANTHOR_DEV_QUERY_MMU_INFO, } = drm_panthor_dev_query_type.values;
export const drm_panthor_gpu_coherency = enumeration('drm_panthor_gpu_coherency', {
    DRM_PANTHOR_GPU_COHERENCY_ACE_LITE: 0,
    DRM_PANTHOR_GPU_COHERENCY_ACE: 1,
    DRM_PANTHOR_GPU_COHERENCY_NONE: 31,
}, { since: '1.7' });
export const { DRM_PANTHOR_GPU_COHERENCY_ACE_LITE, DRM_PANTHOR_GPU_COHERENCY_ACE, DRM_PANTHOR_GPU_COHERENCY_NONE, } = drm_panthor_gpu_coherency.values;
export const drm_panthor_gpu_info = struct('drm_panthor_gpu_info', 'what the GPU is (registers of the GPU control block, read once)', [
    f('gpu_id', 'u32', 0, { dir: 'out', hex: true, doc: 'GPU_ID: architecture, product and version' }),
    f('gpu_rev', 'u32', 4, { dir: 'out', hex: true }),
    f('csf_id', 'u32', 8, { dir: 'out', hex: true, doc: 'CSF_ID: front end and MCU versions' }),
    f('l2_features', 'u32', 12, { dir: 'out', hex: true }),
    f('tiler_features', 'u32', 16, { dir: 'out', hex: true }),
    f('mem_features', 'u32', 20, { dir: 'out', hex: true }),
    f('mmu_features', 'u32', 24, { dir: 'out', hex: true, doc: 'VA bits in 7:0, PA bits in 15:8' }),
    f('thread_features', 'u32', 28, { dir: 'out', hex: true }),
    f('max_threads', 'u32', 32, { dir: 'out', unit: 'count' }),
    f('thread_max_workgroup_size', 'u32', 36, { dir: 'out', unit: 'count' }),
    f('thread_max_barrier_size', 'u32', 40, { dir: 'out', unit: 'count' }),
    f('coherency_features', 'u32', 44, { dir: 'out', set: drm_panthor_gpu_coherency, bitPerValue: true }),
    array('texture_features', 'u32', 4, 48, { dir: 'out', hex: true }),
    f('as_present', 'u32', 64, { dir: 'out', hex: true, doc: 'one bit for each address space' }),
    f('selected_coherency', 'u32', 68, {
        dir: 'out',
        set: drm_panthor_gpu_coherency,
        since: '1.7',
        formerly: 'pad0',
    }),
    f('shader_present', 'u64', 72, { dir: 'out', hex: true, doc: 'one bit for each shader core' }),
    f('l2_present', 'u64', 80, { dir: 'out', hex: true, doc: 'one bit for each L2 slice' }),
    f('tiler_present', 'u64', 88, { dir: 'out', hex: true, doc: 'one bit for each tiler' }),
    f('core_features', 'u32', 96, { dir: 'out', hex: true }),
    f('pad', 'u32', 100, { dir: 'out', pad: true }),
    // It came without a version of its own: the driver tells its age by the size that DEV_QUERY returns.
    f('gpu_features', 'u64', 104, { dir: 'out', hex: true, since: '1.6' }),
], { lastMandatory: 'tiler_present' });
export const drm_panthor_csif_info = struct('drm_panthor_csif_info', 'the command stream interface', [
    f('csg_slot_count', 'u32', 0, { dir: 'out', unit: 'count', doc: 'group slots of the firmware' }),
    f('cs_slot_count', 'u32', 4, { dir: 'out', unit: 'count', doc: 'streams of a group' }),
    f('cs_reg_count', 'u32', 8, { dir: 'out', unit: 'count' }),
    f('scoreboard_slot_count', 'u32', 12, { dir: 'out', unit: 'count' }),
    f('unpreserved_cs_reg_count', 'u32', 16, {
        dir: 'out',
        unit: 'count',
        doc: 'last registers, which the kernel uses to call a user stream',
    }),
    f('pad', 'u32', 20, { dir: 'out', pad: true }),
], { lastMandatory: 'pad' });
export const drm_panthor_timestamp_info_flags = flagSet('drm_panthor_timestamp_info_flags', {
    DRM_PANTHOR_TIMESTAMP_GPU: 1 << 0,
    DRM_PANTHOR_TIMESTAMP_CPU_NONE: { value: 0 << 1, mask: 7 << 1 },
    DRM_PANTHOR_TIMESTAMP_CPU_MONOTONIC: { value: 1 << 1, mask: 7 << 1 },
    DRM_PANTHOR_TIMESTAMP_CPU_MONOTONIC_RAW: { value: 2 << 1, mask: 7 << 1 },
    DRM_PANTHOR_TIMESTAMP_CPU_TYPE_MASK: { value: 7 << 1, isMask: true },
    DRM_PANTHOR_TIMESTAMP_GPU_OFFSET: 1 << 4,
    DRM_PANTHOR_TIMESTAMP_GPU_CYCLE_COUNT: 1 << 5,
    DRM_PANTHOR_TIMESTAMP_FREQ: 1 << 6,
    DRM_PANTHOR_TIMESTAMP_DURATION: 1 << 7,
}, { since: '1.8' });
export const { DRM_PANTHOR_TIMESTAMP_GPU, DRM_PANTHOR_TIMESTAMP_CPU_NONE, DRM_PANTHOR_TIMESTAMP_CPU_MONOTONIC, DRM_PANTHOR_TIMESTAMP_CPU_MONOTONIC_RAW, DRM_PANTHOR_TIMESTAMP_CPU_TYPE_MASK, DRM_PANTHOR_TIMESTAMP_GPU_OFFSET, DRM_PANTHOR_TIMESTAMP_GPU_CYCLE_COUNT, DRM_PANTHOR_TIMESTAMP_FREQ, DRM_PANTHOR_TIMESTAMP_DURATION, } = drm_panthor_timestamp_info_flags.values;
export const drm_panthor_timestamp_info = struct('drm_panthor_timestamp_info', 'GPU and CPU time, as far as flags ask for it; flags 0 means GPU, GPU_OFFSET and FREQ', [
    f('timestamp_frequency', 'u64', 0, { dir: 'out', unit: 'Hz' }),
    f('current_timestamp', 'u64', 8, { dir: 'out', unit: 'cycles' }),
    f('timestamp_offset', 'u64', 16, { dir: 'out', unit: 'cycles' }),
    f('flags', 'u32', 24, { dir: 'in', set: drm_panthor_timestamp_info_flags, since: '1.8' }),
    f('duration_nsec', 'u32', 28, { dir: 'out', unit: 'ns', since: '1.8' }),
    f('cycle_count', 'u64', 32, { dir: 'out', unit: 'cycles', since: '1.8' }),
    f('cpu_timestamp_sec', 'u64', 40, { dir: 'out', unit: 's', since: '1.8' }),
    f('cpu_timestamp_nsec', 'u64', 48, { dir: 'out', unit: 'ns', since: '1.8' }),
], { since: '1.1', lastMandatory: 'current_timestamp' });
export const drm_panthor_group_priorities_info = struct('drm_panthor_group_priorities_info', 'group priorities that this process may ask for', [
    f('allowed_mask', 'u8', 0, { dir: 'out', set: drm_panthor_group_priority, bitPerValue: true }),
    array('pad', 'u8', 3, 1, { dir: 'out', pad: true }),
], { since: '1.2', lastMandatory: 'pad' });
export const drm_panthor_mmu_info = struct('drm_panthor_mmu_info', 'page sizes of the MMU', [f('page_size_bitmap', 'u64', 0, { dir: 'out', hex: true, doc: 'bit n: pages of 2^n bytes' })], { since: '1.9', lastMandatory: 'page_size_bitmap' });
export const drm_panthor_dev_query = struct('drm_panthor_dev_query', 'asks for one of the info structs; a NULL pointer asks for its size', [
    f('type', 'u32', 0, { set: drm_panthor_dev_query_type }),
    f('size', 'u32', 4, { dir: 'inout', unit: 'bytes', doc: 'size of the struct behind pointer' }),
    f('pointer', 'u64', 8, {
        unit: 'address',
        user: {
            dir: 'inout',
            length: { kind: 'bytes', field: 'size' },
            element: 'u8',
            variants: {
                field: 'type',
                structs: {
                    0: drm_panthor_gpu_info,
                    1: drm_panthor_csif_info,
                    2: drm_panthor_timestamp_info,
                    3: drm_panthor_group_priorities_info,
                    4: drm_panthor_mmu_info,
                },
            },
        },
    }),
]);
//# sourceMappingURL=dev-query.js.map