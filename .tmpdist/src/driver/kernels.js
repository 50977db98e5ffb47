/**
 * Which driver is modelled: a kernel is a row of named behaviours over one source, and each behaviour can be switched
 * alone. The rows were read off 6.12.117, the atomic-page-table-update patch of July 2025 on top of it, and 7.2.13.
 */
export const KERNEL_NAMES = ['6.12', 'atomic-v4', '7.2', 'next'];
const OLD = ['6.12'];
const BEFORE = ['6.12', 'atomic-v4'];
const V4 = ['atomic-v4'];
const ATOMIC = ['atomic-v4', '7.2', 'next'];
const MERGED = ['7.2', 'next'];
const NEXT = ['next'];
/** Patches that are not merged. */
const NONE = [];
/** All behaviours, by property name in `Behaviours`. */
export const BEHAVIOURS = {
    flushAfterEachUpdate: {
        name: 'flush-after-each-update',
        in: OLD,
        what: 'map_pages and unmap_pages lock the range that they changed and FLUSH_PT it, once per gpuvm step.',
        upstream: 'panthor_vm_flush_range() at the end of panthor_vm_map_pages() and panthor_vm_unmap_pages()',
        seed: 'the flushes that the patch drops from map_pages and unmap_pages',
    },
    flushOnEnable: {
        name: 'flush-on-enable',
        in: BEFORE,
        what: 'Enabling and disabling an AS first locks the whole space and FLUSH_MEMs it.',
        upstream: 'mmu_hw_do_operation_locked() in panthor_mmu_as_enable() and panthor_mmu_as_disable()',
    },
    lockAroundOp: {
        name: 'lock-around-op',
        in: ATOMIC,
        what: "exec_op locks the operation's range before it touches page tables and unlocks it after.",
        upstream: 'panthor_vm_lock_region() and panthor_vm_unlock_region() in panthor_vm_exec_op()',
        seed: 'locked_region, lock and unlock around gpuvm_sm_map, and the warnings in map_pages and unmap_pages',
    },
    relockOnActivate: {
        name: 'relock-on-activate',
        in: V4,
        what: 'vm_active issues LOCK again when the VM has a locked region.',
        upstream: 'panthor_vm_active() in the patch of July 2025',
        seed: 'the relock in vm_active',
    },
    opLockOnActivate: {
        name: 'op-lock-on-activate',
        in: MERGED,
        what: 'vm_active takes op_lock, so no region can be locked while it runs, and warns where one is.',
        upstream: 'mutex_lock(&vm->op_lock) in panthor_vm_active()',
        seed: "the reviewer's question whether vm_active needs op_lock",
    },
    recordLockAfterSuccess: {
        name: 'record-lock-after-success',
        in: MERGED,
        what: 'locked_region is stored only when LOCK succeeded; otherwise it is stored first and a failed lock leaves it behind.',
        upstream: 'panthor_vm_lock_region()',
        seed: 'the error path: a failed lock goes to out: without unlocking',
    },
    recordPackedRegion: {
        name: 'record-packed-region',
        in: MERGED,
        what: 'What is recorded while an AS is assigned is the power-of-two region that LOCKADDR can express.',
        upstream: 'pack_region_range() updating start and size in panthor_vm_lock_region()',
    },
    widenLock: {
        name: 'widen-lock',
        in: MERGED,
        what: 'Locking while a region is locked keeps a lock that covers it, else takes the union; otherwise it warns and replaces.',
        upstream: 'panthor_vm_lock_region()',
    },
    explicitExpansion: {
        name: 'explicit-expansion',
        in: NONE,
        what: 'Locking refuses a VM with a locked region; only a remap step widens it, and gives up where that fails.',
        upstream: 'panthor_vm_expand_region() in "Explicit expansion of locked VM region", proposed in May 2026',
    },
    resetOnUnlockFailure: {
        name: 'reset-on-unlock-failure',
        in: MERGED,
        what: 'A failed flush or UNLOCK at the end of an operation schedules a reset; otherwise it warns.',
        upstream: 'panthor_device_schedule_reset() in panthor_vm_unlock_region()',
    },
    unusableOnMapFailure: {
        name: 'unusable-on-map-failure',
        in: MERGED,
        what: 'A failed map makes the VM unusable, sync or async; otherwise only a failed async operation does.',
        upstream: 'panthor_vm_declare_unusable() in panthor_vm_map_pages()',
    },
    tolerateShortUnmap: {
        name: 'tolerate-short-unmap',
        in: MERGED,
        what: 'An unmap that removed less than asked skips the hole, marks the VM unusable and goes on; otherwise it is an error.',
        upstream: 'panthor_vm_unmap_pages()',
    },
    maskPerSlot: {
        name: 'mask-per-slot',
        in: MERGED,
        what: "Interrupt mask bits follow each slot's enable and disable, across resume and reset too.",
        upstream: 'panthor_mmu_irq_enable_events() and panthor_mmu_irq_disable_events()',
    },
    memattrMidgardInner: {
        name: 'memattr-midgard-inner',
        in: MERGED,
        what: 'Cacheable memory of a non-coherent device is inner shareable in the way of Midgard (0x8f), not of the CPU (0x9f).',
        upstream: 'mair_to_memattr()',
    },
    unlockWithCommand: {
        name: 'unlock-with-command',
        in: MERGED,
        what: 'Unlocking flushes caches through GPU_CMD, then issues UNLOCK; otherwise FLUSH_MEM, which unlocks by itself.',
        upstream: 'panthor_vm_unlock_region()',
        seed: 'the FLUSH_MEM of unlock_region, replaced later',
    },
    waitAfterCommand: {
        name: 'wait-after-command',
        in: MERGED,
        what: 'Every AS command is waited for, UPDATE too.',
        upstream: 'as_send_cmd_and_wait()',
    },
    unlockBeforeDisable: {
        name: 'unlock-before-disable',
        in: MERGED,
        what: 'Disabling an AS whose VM has a locked region unlocks it first.',
        upstream: 'panthor_mmu_as_disable()',
    },
    flushOnEvict: {
        name: 'flush-on-evict',
        in: MERGED,
        what: "Evicting a VM masks its AS's interrupt, flushes caches and unlocks a locked region; the configuration stays.",
        upstream: 'panthor_mmu_as_disable(…, recycle_slot = true) in panthor_vm_active()',
    },
    flushByGpuCommand: {
        name: 'flush-by-gpu-command',
        in: MERGED,
        what: 'Disabling an AS flushes caches through GPU_CMD.',
        upstream: 'panthor_gpu_flush_caches() in panthor_mmu_as_disable()',
    },
    disableOnUnusable: {
        name: 'disable-on-unusable',
        in: MERGED,
        what: 'Declaring a VM unusable disables its AS.',
        upstream: 'panthor_vm_declare_unusable()',
    },
    alignUnmapToBlock: {
        name: 'align-unmap-to-block',
        in: MERGED,
        what: 'A partial unmap of a 2 MiB block unmaps the block, then maps the rest again, widening the locked region.',
        upstream: 'unmap_hugepage_align() in panthor_gpuva_sm_step_remap()',
    },
    splitBlockOnUnmap: {
        name: 'split-block-on-unmap',
        in: BEFORE,
        what: 'The page-table code itself splits a block of which a part is unmapped.',
        upstream: 'arm_lpae_split_blk_unmap(), removed in 6.13',
    },
    enterDeviceOnFlush: {
        name: 'enter-device-on-flush',
        in: OLD,
        what: 'The flush after a page-table update is inside drm_dev_enter and skipped once the device is unplugged.',
        upstream: 'drm_dev_enter() in panthor_vm_flush_range()',
        seed: "the reviewer's question whether drm_dev_enter is needed around lock and unlock",
    },
    stopGroupsBeforeDestroy: {
        name: 'stop-groups-before-destroy',
        in: KERNEL_NAMES,
        what: 'Destroying an active VM first stops the groups that run on it.',
        upstream: 'panthor_sched_prepare_for_vm_destruction() in panthor_vm_destroy()',
    },
    sparseMap: {
        name: 'sparse-map',
        in: MERGED,
        what: 'MAP_SPARSE maps a 2 MiB dummy object over and over.',
        upstream: 'panthor_vm_map_sparse()',
    },
    emptyReserveFails: {
        name: 'empty-reserve-fails',
        in: MERGED,
        what: 'A map that needs no page table at all (size 0 at a 512 GiB boundary, async) fails with ENOMEM.',
        upstream: 'kmem_cache_alloc_bulk() returning 0 in panthor_vm_op_ctx_prealloc_pts()',
    },
    mmuInfo: {
        name: 'mmu-info',
        in: NEXT,
        what: 'DEV_QUERY 4 reports the page sizes (4 KiB and 2 MiB); uAPI 1.9.',
        upstream: 'DRM_PANTHOR_DEV_QUERY_MMU_INFO, after 7.2',
    },
};
export const BEHAVIOUR_KEYS = Object.keys(BEHAVIOURS);
/** uAPI version that the driver reports in DRM_IOCTL_VERSION. */
const UAPI_MINOR = { '6.12': 0, 'atomic-v4': 0, '7.2': 8, next: 9 };
/** The property name of a behaviour given by its command-line name; throws RangeError for an unknown one. */
export function behaviourKey(name) {
    const key = BEHAVIOUR_KEYS.find((k) => BEHAVIOURS[k].name === name);
    if (key === undefined)
        throw new RangeError(`unknown behaviour '${name}' (see panthor-shim kernels)`);
    return key;
}
/** The kernel of that name with behaviours switched on (`with_`) and off (`without`), both by command-line name. */
export function kernel(name, with_ = [], without = []) {
    const known = KERNEL_NAMES.find((k) => k === name);
    if (known === undefined)
        throw new RangeError(`unknown kernel '${name}' (one of ${KERNEL_NAMES.join(', ')})`);
    const behaviours = {};
    for (const key of BEHAVIOUR_KEYS) {
        const row = BEHAVIOURS[key];
        behaviours[key] = row.in.includes(known);
    }
    const switched = [];
    for (const [list, on] of [
        [with_, true],
        [without, false],
    ]) {
        for (const one of list) {
            const key = behaviourKey(one);
            if (behaviours[key] !== on)
                switched.push((on ? '+' : '-') + one);
            behaviours[key] = on;
        }
    }
    // Properties added one by one under computed names end up in a hash table; parsed ones have fixed places, which makes
    // an operation that asks for fifteen of them twice as fast.
    const fast = JSON.parse(JSON.stringify(behaviours));
    return { name: known, uapi: { major: 1, minor: UAPI_MINOR[known] }, behaviours: fast, switched };
}
/** The kernel that a capture's driver_version names: 1.0 → 6.12, 1.8 → 7.2, 1.9 → next, anything else 7.2. */
export function kernelForVersion(version) {
    const [major, minor] = version.split('.').map(Number);
    if (major === 1 && minor === 0)
        return '6.12';
    if (major === 1 && minor === 9)
        return 'next';
    return '7.2';
}
//# sourceMappingURL=kernels.js.map