// SPDX-License-Identifier: MIT
/*
 * The driver's entry points, called with mailbox.args; results go to mailbox.results, the return value in the first.
 * src/tree/driver.ts says what each takes.
 */

/* Objects by the order of their creation, as the vectors number them. */
#define MAX_BOS 2048
static struct {
	const struct drm_gem_object *obj;
	u32 handle;
} bos[MAX_BOS];
static unsigned int bo_count;

static const struct drm_gem_object *dummy_object(void)
{
#ifdef HAVE_SPARSE
	return pfile->vms && pfile->vms->dummy ? &pfile->vms->dummy->base : NULL;
#else
	return NULL;
#endif
}

static unsigned long bo_number(const struct drm_gem_object *obj)
{
	if (obj == dummy_object())
		return 0;
	for (unsigned int i = bo_count; i > 0; i--)
		if (bos[i - 1].obj == obj)
			return i;
	return -1;
}

static u32 handle_of(unsigned long number)
{
	return number >= 1 && number <= bo_count && bos[number - 1].handle ? bos[number - 1].handle :
	       number == 0 ? 0 : U32_MAX - 1;
}

static struct drm_gem_object *object_by_number(unsigned long number)
{
	return drm_gem_object_lookup(file, handle_of(number));
}

static void init_drm(struct drm_device *drm)
{
	static struct drm_driver driver = {
		.driver_features = DRIVER_RENDER | DRIVER_GEM | DRIVER_SYNCOBJ | DRIVER_SYNCOBJ_TIMELINE
#ifdef HAVE_GEM_GPUVA
				   | DRIVER_GEM_GPUVA
#endif
		,
#ifdef HAVE_SHMEM_HELPER
		.gem_create_object = panthor_gem_create_object,
#endif
	};
	static struct inode inode;
	static struct address_space mapping;

	inode.i_mapping = &mapping;
	kref_init(&drm->ref);
	drm->dev = gpu_device;
	drm->driver = &driver;
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
	drm_vma_offset_manager_init(drm->vma_offset_manager, 1UL << 20, 1UL << 40);
}

static long init(unsigned long as_present, unsigned long va_bits, unsigned long pa_bits, unsigned long coherent,
		 unsigned long task)
{
	int ret;

	run_initcalls();
	coherent_device = coherent;
	task_size = task;
	ptdev = kzalloc(sizeof(*ptdev), GFP_KERNEL);
	init_drm(&ptdev->base);
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
	file = kzalloc(sizeof(*file), GFP_KERNEL);
	pfile = kzalloc(sizeof(*pfile), GFP_KERNEL);
	idr_init_base(&file->object_idr, 1);
	spin_lock_init(&file->table_lock);
	mutex_init(&file->prime.lock);
	file->prime.dmabufs = file->prime.handles = RB_ROOT;
	file->driver_priv = pfile;
	pfile->ptdev = ptdev;
	return panthor_vm_pool_create(pfile);
}

static long vm_create(unsigned long range, unsigned long flags)
{
	struct drm_panthor_vm_create args = { .flags = flags, .user_va_range = range };
	long id = panthor_vm_pool_create_vm(ptdev, pfile->vms, &args);
	struct panthor_vm *vm;

	if (id <= 0)
		return id;
	if (vm_count == MAX_VMS)
		trap("more than 512 VMs");
	vm = xa_load(&pfile->vms->xa, id);
	take_notes_of(vm);
	vms[vm_count].vm = vm;
	vms[vm_count++].handle = id;
	mailbox.results[1] = vm_count;
	mailbox.results[2] = args.user_va_range;
	mailbox.results[3] = vm->kernel_auto_va.start;
	mailbox.results[4] = vm->kernel_auto_va.end;
	return id;
}

static long mcu_vm_create(void)
{
	struct panthor_vm *vm = panthor_vm_create(ptdev, true, 0, SZ_4G, 0x04000000, 0x04000000);

	if (IS_ERR(vm))
		return PTR_ERR(vm);
	take_notes_of(vm);
	vms[vm_count].vm = vm;
	vms[vm_count++].handle = 0;
	mailbox.results[1] = vm_count;
	return 0;
}

static long bo_create(u64 size, unsigned long vm)
{
	struct sg_table *sgt;
	struct drm_gem_object *obj;
	u32 handle;
	long ret;

	if (bo_count == MAX_BOS)
		trap("more than 2048 objects");
	ret = panthor_gem_create_with_handle(file, &ptdev->base, vm_by_uid(vm), &size, 0, &handle);
	if (ret)
		return ret;
	obj = drm_gem_object_lookup(file, handle);
	bos[bo_count].obj = obj;
	bos[bo_count++].handle = handle;
#ifdef HAVE_SHMEM_HELPER
	sgt = drm_gem_shmem_get_pages_sgt(&to_panthor_bo(obj)->base);
#else
	sgt = panthor_gem_get_dev_sgt(to_panthor_bo(obj));
#endif
	drm_gem_object_put(obj);
	if (IS_ERR(sgt))
		return PTR_ERR(sgt);
	mailbox.results[1] = sgt->nents;
	return bo_count;
}

static long bo_destroy(unsigned long number)
{
	u32 handle = handle_of(number);

	bos[number - 1].handle = 0;
	return drm_gem_handle_delete(file, handle);
}

/* The scatter list of an object, entries from `from` on. */
static long note_backing(unsigned long number, unsigned long from)
{
	struct drm_gem_object *obj = object_by_number(number);
	struct scatterlist *sg;
	unsigned long n = 0;
	unsigned int i;

	if (!obj)
		return -EINVAL;
#ifdef HAVE_SHMEM_HELPER
	for_each_sgtable_dma_sg(to_panthor_bo(obj)->base.sgt, sg, i) {
#else
	for_each_sgtable_dma_sg(to_panthor_bo(obj)->dmap.sgt, sg, i) {
#endif
		if (i < from || n == PART)
			continue;
		note_word(sg_dma_address(sg));
		note_word(sg_dma_len(sg));
		n++;
	}
	mailbox.results[1] = n;
	drm_gem_object_put(obj);
	return 0;
}

static long bind_op(struct panthor_vm *vm, const unsigned long *args)
{
	struct drm_panthor_vm_bind_op op = {
		.flags = args[1],
		.bo_handle = handle_of(args[2]),
		.bo_offset = args[3],
		.va = args[4],
		.size = args[5],
		.syncs.count = args[6],
	};
	struct drm_sched_job *job;
	struct dma_fence *fence;

	if (!args[7])
		return panthor_vm_bind_exec_sync_op(file, vm, &op);
	job = panthor_vm_bind_job_create(file, vm, &op);
	if (IS_ERR(job))
		return PTR_ERR(job);
	fence = panthor_vm_bind_run_job(job);
	mailbox.results[1] = IS_ERR(fence) ? PTR_ERR(fence) : 0;
	panthor_vm_bind_job_put(job);
	return 0;
}

static long map_kernel(struct panthor_vm *vm, const unsigned long *args)
{
	struct drm_gem_object *obj = object_by_number(args[1]);
	long ret;

	if (!obj)
		return -EINVAL;
	ret = panthor_vm_map_bo_range(vm, to_panthor_bo(obj), args[2], args[3], args[4], args[5]);
	drm_gem_object_put(obj);
	return ret;
}

static long lookup(struct panthor_vm *vm, u64 va)
{
	struct panthor_gem_object *bo;
	u64 offset = 0;

	bo = panthor_vm_get_bo_for_va(vm, va, &offset);
	if (IS_ERR(bo))
		return PTR_ERR(bo);
#ifdef HAVE_SHMEM_HELPER
	mailbox.results[1] = bo_number(&bo->base.base);
	drm_gem_object_put(&bo->base.base);
#else
	mailbox.results[1] = bo_number(&bo->base);
	drm_gem_object_put(&bo->base);
#endif
	mailbox.results[2] = offset;
	return 0;
}

static long alloc_va(struct panthor_vm *vm, u64 va, u64 size)
{
	struct drm_mm_node *node = kzalloc(sizeof(*node), GFP_KERNEL);
	long ret = panthor_vm_alloc_va(vm, va, size, node);

	if (ret) {
		kfree(node);
		return ret;
	}
	mailbox.results[1] = (unsigned long)node;
	mailbox.results[2] = node->start;
	return 0;
}

static long lock_region_call(struct panthor_vm *vm, u64 start, u64 size)
{
#ifdef HAVE_LOCKED_REGION
	return panthor_vm_lock_region(vm, start, size);
#else
	return 0;
#endif
}

static long pack(u64 start, u64 size, u32 as)
{
#ifdef HAVE_PACK_REGION
	mailbox.results[1] = pack_region_range(ptdev, &start, &size);
	mailbox.results[2] = start;
	mailbox.results[3] = size;
#else
	lock_region(ptdev, as, start, size);
#endif
	return 0;
}

static long soft_reset(void)
{
	panthor_gpu_soft_reset(ptdev);
	return 0;
}

/* drm_dev_enter() around what an ioctl does; the cookie is the thread's. */
static int cookies[MAX_THREADS];

static long enter_device(unsigned long thread)
{
	return drm_dev_enter(&ptdev->base, &cookies[thread % MAX_THREADS]);
}

static long exit_device(unsigned long thread)
{
	drm_dev_exit(cookies[thread % MAX_THREADS]);
	cookies[thread % MAX_THREADS] = 0;
	return 0;
}

/* Jobs that hold what was allocated for them. */
static unsigned long jobs;

static struct drm_sched_job *job_create(struct panthor_vm *vm, const unsigned long *args)
{
	struct drm_panthor_vm_bind_op op = {
		.flags = args[1],
		.bo_handle = handle_of(args[2]),
		.bo_offset = args[3],
		.va = args[4],
		.size = args[5],
		.syncs.count = args[6],
	};
	struct drm_sched_job *job = panthor_vm_bind_job_create(file, vm, &op);

	if (!IS_ERR(job))
		jobs++;
	return job;
}

static void job_put(struct drm_sched_job *job)
{
	panthor_vm_bind_job_put(job);
	jobs--;
}

/* As the scheduler's work runs a job: who stops the scheduler waits for it. */
static long job_run(struct drm_sched_job *job)
{
	struct panthor_vm *vm = container_of(job, struct panthor_vm_bind_job, base)->vm;
	struct dma_fence *fence;

	begin_work(&vm->sched.work_run_job);
	fence = panthor_vm_bind_run_job(job);
	end_work();
	return IS_ERR(fence) ? PTR_ERR(fence) : 0;
}

/* The GPU block's interrupt alone, as panthor_gpu_suspend() and _resume() turn it off and on. */
static u32 gpu_interrupts;

static long gpu_suspend(void)
{
	void __iomem *mask = ptdev->iomem + 0x20 + 0x8;

	gpu_interrupts = readl(mask);
	writel(0, mask);
	synchronize_irq(1 + LINE_GPU);
	return 0;
}

static long gpu_resume(void)
{
	writel(gpu_interrupts, ptdev->iomem + 0x20 + 0x8);
	return 0;
}

static long unplug(void)
{
	drm_dev_unplug(&ptdev->base);
	panthor_mmu_unplug(ptdev);
	return 0;
}
