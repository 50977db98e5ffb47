// SPDX-License-Identifier: MIT
/*
 * What is asked of a VM, called with mailbox.args; results go to mailbox.results, the return value in the first.
 * src/tree/vectors/vector-calls.ts says what each takes.
 */

static long vm_create(unsigned long range, unsigned long flags)
{
	struct drm_panthor_vm_create args = { .flags = flags, .user_va_range = range };
	long id = panthor_vm_pool_create_vm(ptdev, pfile->vms, &args);
	struct panthor_vm *vm;

	if (id <= 0)
		return id;
	vm = xa_load(&pfile->vms->xa, id);
	add_vm(vm, id);
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
	add_vm(vm, 0);
	return 0;
}

/* What the ioctl looks up and holds; NULL for a VM that was destroyed, whose handle may be another one's by now. */
static struct panthor_vm *get_vm_of(unsigned long uid)
{
	struct panthor_vm *vm;

	if (!vms[uid - 1].handle)
		return panthor_vm_get(vms[uid - 1].vm);
	vm = panthor_vm_pool_get_vm(pfile->vms, vms[uid - 1].handle);
	if (vm && vm != vms[uid - 1].vm) {
		panthor_vm_put(vm);
		return NULL;
	}
	return vm;
}

static struct drm_panthor_vm_bind_op bind_op_of(const unsigned long *args)
{
	return (struct drm_panthor_vm_bind_op){
		.flags = args[1],
		.bo_handle = handle_of(args[2]),
		.bo_offset = args[3],
		.va = args[4],
		.size = args[5],
		.syncs.count = args[6],
	};
}

static long bind_op(struct panthor_vm *vm, const unsigned long *args)
{
	struct drm_panthor_vm_bind_op op = bind_op_of(args);
	struct drm_sched_job *job;
	struct dma_fence *fence;

	if (!args[7]) {
		long ret;

		vm = get_vm_of(args[0]);
		if (!vm)
			return -EINVAL;
		ret = panthor_vm_bind_exec_sync_op(file, vm, &op);
		panthor_vm_put(vm);
		return ret;
	}
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
	long ret = node ? panthor_vm_alloc_va(vm, va, size, node) : -ENOMEM;

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

/* Jobs that hold what was allocated for them. */
static unsigned long jobs;

static struct drm_sched_job *job_create(struct panthor_vm *vm, const unsigned long *args)
{
	struct drm_panthor_vm_bind_op op = bind_op_of(args);
	struct drm_sched_job *job;

	vm = get_vm_of(args[0]);
	if (!vm)
		return ERR_PTR(-EINVAL);
	job = panthor_vm_bind_job_create(file, vm, &op);
	if (!IS_ERR(job))
		jobs++;
	panthor_vm_put(vm);
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
