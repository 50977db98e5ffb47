/** Behaviours of the rest: scheduler, power, reclaim, and what single calls answer. */
import type { Behaviour } from './behaviour.ts';

export const DEVICE_BEHAVIOURS = {
  bindFailureEndsTick: {
    name: 'bind-failure-ends-tick',
    in: { since: '7.2', backports: ['6.12.97', '7.1.5'] },
    what: 'A group that cannot be bound ends the tick and schedules a reset; otherwise the result is not looked at.',
    upstream: 'group_bind_locked() in tick_ctx_apply()',
    commit: '1f27cef1f41d ("drm/panthor: Interrupt group start/resumption if group_bind_locked() fails")',
    source: 'reading; 7.1.4 was not read',
  },
  evictMappings: {
    name: 'evict-mappings',
    in: { since: '7.2' },
    what: 'Memory pressure takes the pages of objects, and unmaps them from VMs; a submission maps them again, or is ENOMEM.',
    upstream: 'panthor_vm_evict_bo_mappings_locked() and panthor_vm_prepare_mapped_bos_resvs()',
    commit:
      'not known; 5fb40edc7439 ("drm/panthor: Fix NPD issue on partial unmap of an evicted BO") mended it',
    source: 'reading',
  },
  queueCountCheck: {
    name: 'queue-count-check',
    in: { since: '7.3', backports: ['6.12.113', '7.2.11'] },
    what: 'A group with more queues than the firmware has stream slots is refused.',
    upstream: 'panthor_group_create()',
    commit: '"drm/panthor: validate userspace queue count against initialized firmware slot count"',
    source: 'reading',
  },
  handleBeforeQueues: {
    name: 'handle-before-queues',
    in: { since: '7.0' },
    what: 'A full pool of groups is noticed before the queues of a new group are looked at.',
    upstream: 'panthor_group_create()',
    commit: 'not known',
    source: 'reading; between 6.18 and 7.1 not known',
  },
  noMmapHasNoOffset: {
    name: 'no-mmap-has-no-offset',
    in: { since: '6.18' },
    what: 'BO_MMAP_OFFSET of an object that must not be mapped is EPERM; otherwise it has an offset, and mmap() is EINVAL.',
    upstream: 'panthor_ioctl_bo_mmap_offset()',
    commit: 'not known',
    source: 'reading; between 6.13 and 6.17 not known',
  },
  gemChangeHandle: {
    name: 'gem-change-handle',
    in: { since: '6.18', until: '7.1' },
    what: 'DRM_IOCTL_GEM_CHANGE_HANDLE gives an object another handle; later it is refused, earlier unknown.',
    upstream: 'drm_gem_change_handle_ioctl()',
    commit: 'not known',
    source: 'reading; from which release on it is refused is not known',
  },
  setClientName: {
    name: 'set-client-name',
    in: { since: '6.13' },
    what: 'DRM_IOCTL_SET_CLIENT_NAME names a file, and syncobj descriptors may carry points.',
    upstream: 'drm_set_client_name()',
    commit: 'not known',
    source: 'reading; the first release is not known for sure',
  },
  pwrControl: {
    name: 'pwr-control',
    in: { since: '6.19' },
    what: 'GPUs of architecture 14 and later are reset through PWR_CONTROL; before, all are through GPU_CMD.',
    upstream: 'panthor_pwr_reset_soft()',
    commit: '9ee52f5cdc45 ("drm/panthor: Implement soft reset via PWR_CONTROL")',
    source: 'reading; 6.19 and 7.0 were not read, the commit is in what was merged for 6.19',
  },
  mmuInfo: {
    name: 'mmu-info',
    in: { since: '7.3' },
    what: 'DEV_QUERY 4 reports the page sizes (4 KiB and 2 MiB); uAPI 1.9.',
    upstream: 'DRM_PANTHOR_DEV_QUERY_MMU_INFO',
    commit: 'not known',
    source: 'reading',
  },
} as const satisfies Record<string, Behaviour>;
