/** What of a kernel is configured and compiled. */

/**
 * Symbols over allnoconfig. UML has no DMA and no MMIO unless something wants them: PCI over virtio does, and with it
 * register accesses become function calls. NVMEM: without it the 7.2 driver does not probe.
 */
export const CONFIGURATION = `CONFIG_64BIT=y
CONFIG_COMPILE_TEST=y
CONFIG_EXPERT=y
CONFIG_WERROR=n
CONFIG_MULTIUSER=y
CONFIG_PRINTK=y
CONFIG_BUG=y
CONFIG_VIRTIO_MENU=y
CONFIG_VIRTIO_UML=y
CONFIG_UML_PCI_OVER_VIRTIO=y
CONFIG_OF=y
CONFIG_PM=y
CONFIG_COMMON_CLK=y
CONFIG_NVMEM=y
CONFIG_REGULATOR=y
CONFIG_PM_DEVFREQ=y
CONFIG_PM_OPP=y
CONFIG_DRM=y
CONFIG_DRM_PANTHOR=y
CONFIG_FW_LOADER=y
CONFIG_INIT_STACK_ALL_ZERO=y
CONFIG_DEBUG_KERNEL=y
CONFIG_DEBUG_SPINLOCK=y
CONFIG_SHMEM=y
CONFIG_TMPFS=y
CONFIG_HIGH_RES_TIMERS=y
CONFIG_IOMMU_SUPPORT=y
`;

/** Without these there is nothing to run. */
export const REQUIRED = ['CONFIG_UML', 'CONFIG_DRM_PANTHOR', 'CONFIG_INDIRECT_IOMEM', 'CONFIG_HAS_DMA'];

/** Sources that the driver stands on, compiled by the tree's own build; a tree may lack those with a question mark. */
export const SOURCES = [
  'drivers/gpu/drm/panthor/panthor_gem.c',
  'drivers/gpu/drm/drm_gpuvm.c',
  'drivers/gpu/drm/drm_auth.c',
  'drivers/gpu/drm/drm_exec.c',
  'drivers/gpu/drm/drm_file.c',
  'drivers/gpu/drm/drm_ioctl.c',
  'drivers/gpu/drm/drm_syncobj.c',
  'drivers/gpu/drm/drm_mm.c',
  'drivers/gpu/drm/drm_gem.c',
  'drivers/gpu/drm/drm_gem_shmem_helper.c?',
  'drivers/gpu/drm/drm_prime.c',
  'drivers/gpu/drm/drm_managed.c',
  'drivers/gpu/drm/drm_vma_manager.c',
  'drivers/gpu/drm/drm_drv.c',
  'drivers/gpu/drm/scheduler/sched_main.c',
  'drivers/gpu/drm/scheduler/sched_entity.c',
  'drivers/gpu/drm/scheduler/sched_fence.c',
  'drivers/gpu/drm/scheduler/sched_rq.c?',
  'drivers/dma-buf/dma-fence.c',
  'drivers/dma-buf/dma-fence-array.c',
  'drivers/dma-buf/dma-fence-chain.c',
  'drivers/dma-buf/dma-fence-unwrap.c',
  'drivers/dma-buf/dma-resv.c',
  'drivers/iommu/io-pgtable.c',
  'drivers/iommu/io-pgtable-arm.c',
  'lib/bitmap.c',
  'lib/ctype.c',
  'lib/find_bit.c',
  'lib/hexdump.c',
  'lib/hweight.c',
  'lib/idr.c',
  'lib/interval_tree.c',
  'lib/kasprintf.c',
  'lib/kstrtox.c',
  'lib/list_sort.c',
  'lib/llist.c',
  'lib/math/div64.c',
  'lib/math/gcd.c',
  'lib/radix-tree.c',
  'lib/rbtree.c',
  'lib/refcount.c',
  'lib/scatterlist.c',
  'lib/sort.c',
  'lib/string.c',
  'lib/string_helpers.c',
  'lib/vsprintf.c',
  'lib/xarray.c',
];

/** The object whose command line says how a file of the driver is compiled. */
export const COMMAND_OF = 'drivers/gpu/drm/panthor/panthor_gem';
