// IGT's tests that are run, and their subtests.

/** The IGT binaries with their subtests: a subtest that is not reported as SUCCESS has failed, skipped ones too. */
export const IGT = {
  panthor_query: ['query'],
  panthor_gem: [
    'bo_create',
    'bo_mmap_offset',
    'bo_mmap_offset_invalid_handle',
    'bo_create_round_size',
    'bo_zeroed',
  ],
  panthor_vm: [
    'vm_create_destroy',
    'vm_destroy_invalid',
    'vm_bind',
    'vm_unbind',
    'vm_unbind_invalid_address',
    'vm_unbind_identical_hugepage_single',
    'vm_unbind_identical_hugepage_single_partial',
    'vm_unbind_identical_hugepage_multiple',
    'vm_unbind_identical_hugepage_offset',
    'vm_unbind_hugepage_leftaligned',
    'vm_unbind_hugepage_rightaligned',
    'vm_unbind_hugepage_superset',
    'vm_unbind_hugepage_subset',
    'vm_unbind_hugepage_successive',
    'vm_bind_intersect_kbo_range',
  ],
  panthor_group: ['group_create', 'group_submit'],
};

/** IGT's tests of what every DRM driver has, as far as they do not ask for root or for drivers of their own (sw_sync). */
export const IGT_CORE = {
  syncobj_basic: [
    'bad-destroy',
    'bad-create-flags',
    'bad-handle-to-fd',
    'bad-fd-to-handle',
    'bad-flags-handle-to-fd',
    'bad-flags-fd-to-handle',
    'bad-pad-handle-to-fd',
    'bad-pad-fd-to-handle',
    'illegal-fd-to-handle',
    'bad-destroy-pad',
    'create-signaled',
    'test-valid-cycle',
  ],
  core_getversion: ['basic', 'all-cards'],
  core_getclient: ['basic'],
  core_getstats: ['basic'],
};

/**
 * IGT's tests of waits for syncobjs, and how many subtests they have besides those that are left out. They want fences that
 * a program signals, which programs/sw-sync.c makes. Left out are eight whose name ends in -snapshot: a thread has to be
 * done within 100 ms of another, which no busy machine promises.
 */
export const IGT_SYNC = { syncobj_wait: 65, syncobj_timeline: 117, syncobj_eventfd: 10 };

/**
 * IGT's tests of masters, which ask for root: they run as root of a user namespace. Not run are core_setmaster's
 * master-drop-set-user and -shared-fd: they go on as another user, whom a namespace of one user does not have, and whom a
 * server of this user does not serve.
 */
export const IGT_ROOT = {
  core_auth: ['getclient-simple', 'getclient-master-drop', 'basic-auth', 'many-magics'],
  core_setmaster: ['master-drop-set-root'],
  // It has no subtests.
  core_setmaster_vs_auth: [],
};
