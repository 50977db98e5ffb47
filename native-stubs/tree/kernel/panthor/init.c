// SPDX-License-Identifier: MIT
/* The device and its one open file, as probe and open leave them, as far as the MMU and its objects need it. */

static int init_drm(struct drm_device *drm)
{
	static struct inode inode;
	static struct address_space mapping;

	inode.i_mapping = &mapping;
	kref_init(&drm->ref);
	drm->dev = gpu_device;
	drm->driver = tree_driver;
	drm->driver_features = ~0u;
	drm->anon_inode = &inode;
	INIT_LIST_HEAD(&drm->managed.resources);
	spin_lock_init(&drm->managed.lock);
	INIT_LIST_HEAD(&drm->filelist);
	INIT_LIST_HEAD(&drm->filelist_internal);
	INIT_LIST_HEAD(&drm->clientlist);
	INIT_LIST_HEAD(&drm->vblank_event_list);
	spin_lock_init(&drm->event_lock);
	mutex_init(&drm->filelist_mutex);
	mutex_init(&drm->clientlist_mutex);
	mutex_init(&drm->master_mutex);
#ifdef HAVE_GEM_LRU_MUTEX
	mutex_init(&drm->gem_lru_mutex);
#endif
	idr_init(&drm->object_name_idr);
	mutex_init(&drm->object_name_lock);
	drm->vma_offset_manager = kzalloc(sizeof(*drm->vma_offset_manager), GFP_KERNEL);
	if (!drm->vma_offset_manager)
		return -ENOMEM;
	drm_vma_offset_manager_init(drm->vma_offset_manager, DRM_FILE_PAGE_OFFSET_START, DRM_FILE_PAGE_OFFSET_SIZE);
	init_nodes(drm);
	return 0;
}

static long init(unsigned long as_present, unsigned long va_bits, unsigned long pa_bits, unsigned long coherent,
		 unsigned long task)
{
	int ret;

	run_initcalls();
	coherent_device = coherent;
	task_size = task;
	ptdev = kzalloc(sizeof(*ptdev), GFP_KERNEL);
	file = kzalloc(sizeof(*file), GFP_KERNEL);
	pfile = kzalloc(sizeof(*pfile), GFP_KERNEL);
	/* What this leaves when it fails is the whole device, which the caller resets. */
	if (!ptdev || !file || !pfile || init_drm(&ptdev->base))
		return -ENOMEM;
	ptdev->iomem = (void __iomem *)MMIO_BASE;
	ptdev->coherent = coherent;
	atomic_set(&ptdev->pm.state, PANTHOR_DEVICE_PM_STATE_ACTIVE);
	ptdev->reset.wq = alloc_ordered_workqueue("panthor-reset-wq", 0);
	reset_work = &ptdev->reset.work;
	panthor_cleanup_wq = alloc_workqueue("panthor-cleanup", WQ_UNBOUND, 0);
#ifdef HAVE_RECLAIM
	if (panthor_gem_shrinker_init(ptdev))
		return -ENOMEM;
#endif
	ret = panthor_mmu_pt_cache_init();
	if (!ret)
		ret = panthor_gpu_init(ptdev);
	ptdev->gpu_info.mmu_features = va_bits | pa_bits << 8;
	ptdev->gpu_info.as_present = as_present;
	if (!ret)
		ret = panthor_mmu_init(ptdev);
	if (ret)
		return ret;
	idr_init_base(&file->object_idr, 1);
	spin_lock_init(&file->table_lock);
	mutex_init(&file->prime.lock);
	file->prime.dmabufs = file->prime.handles = RB_ROOT;
	file->driver_priv = pfile;
	pfile->ptdev = ptdev;
	return panthor_vm_pool_create(pfile);
}
