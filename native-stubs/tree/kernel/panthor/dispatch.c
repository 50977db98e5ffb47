// SPDX-License-Identifier: MIT
/* From a call's number to the function; VMs are named by uid. */

static long vm_call(unsigned long call, struct panthor_vm *vm, const unsigned long *args)
{
	switch (call) {
	case CALL_BIND:
		return bind_op(vm, args);
	case CALL_JOB_CREATE:
		/* A pointer, or an error as one. */
		return (long)job_create(vm, args);
	case CALL_KMAP:
		return map_kernel(vm, args);
	case CALL_KUNMAP:
		return panthor_vm_unmap_range(vm, args[1], args[2]);
	case CALL_ACTIVE:
		return panthor_vm_active(vm);
	case CALL_IDLE:
		panthor_vm_idle(vm);
		return 0;
	case CALL_VM_GET:
		panthor_vm_get(vm);
		return 0;
	case CALL_VM_PUT:
		panthor_vm_put(vm);
		return 0;
	case CALL_LOCK:
		return lock_region_call(vm, args[1], args[2]);
	case CALL_UNLOCK:
#ifdef HAVE_LOCKED_REGION
		panthor_vm_unlock_region(vm);
#endif
		return 0;
	case CALL_LOOKUP:
		return lookup(vm, args[1]);
	case CALL_FLUSH_ALL:
#ifdef HAVE_FLUSH_ALL
		return panthor_vm_flush_all(vm);
#else
		return 0;
#endif
	case CALL_ALLOC_VA:
		return alloc_va(vm, args[1], args[2]);
	case CALL_FREE_VA:
		panthor_vm_free_va(vm, (struct drm_mm_node *)args[1]);
		kfree((void *)args[1]);
		return 0;
	case CALL_VMAS:
		note_vmas(vm, args[1]);
		return 0;
	case CALL_LEAVES:
		note_leaves(vm, args[1]);
		return 0;
	default:
		return -ENOSYS;
	}
}

static long device_call(unsigned long call, const unsigned long *args)
{
	extern unsigned long bulk_skip, bulk_times, object_skip, object_times;
	size_t count;

	switch (call) {
	case CALL_INIT:
		return init(args[0], args[1], args[2], args[3], args[4]);
	case CALL_VM_CREATE:
		return vm_create(args[0], args[1]);
	case CALL_MCU_VM_CREATE:
		return mcu_vm_create();
	case CALL_VM_DESTROY:
		return panthor_vm_pool_destroy_vm(pfile->vms, vms[args[0] - 1].handle);
	case CALL_BO_CREATE:
		return bo_create(args[0], args[1], args[2]);
	case CALL_BO_DESTROY:
		return bo_destroy(args[0]);
	case CALL_RAW_INTERRUPT:
		return raw_interrupt(args[0]);
	case CALL_THREADED_INTERRUPT:
		return threaded_interrupt(args[0]);
	case CALL_SUSPEND:
		panthor_mmu_suspend(ptdev);
		return 0;
	case CALL_RESUME:
		panthor_mmu_resume(ptdev);
		return 0;
	case CALL_PRE_RESET:
		panthor_mmu_pre_reset(ptdev);
		return 0;
	case CALL_POST_RESET:
		panthor_mmu_post_reset(ptdev);
		return 0;
	case CALL_SOFT_RESET:
		return soft_reset();
	case CALL_UNPLUG:
		return unplug();
	case CALL_PACK:
		return pack(args[0], args[1], args[2]);
	case CALL_PAGE_SIZE:
		mailbox.results[1] = get_pgsize(args[0], args[1], &count);
		mailbox.results[2] = count;
		return 0;
	case CALL_SET_OOM:
		bulk_skip = args[0];
		bulk_times = args[1];
		return 0;
	case CALL_FAIL_OBJECT:
		/* How many of those before have not come. */
		count = object_times;
		object_skip = args[0];
		object_times = args[1];
		return count;
	case CALL_STATE:
		note_state();
		return 0;
	case CALL_BACKING:
		return note_backing(args[0], args[1]);
	case CALL_RUN_WORK:
		run_work();
		mailbox.results[1] = work_waits();
		return 0;
	case CALL_CLEAR_RESET:
		atomic_set(&ptdev->reset.pending, 0);
		return 0;
	case CALL_SCHEDULE_RESET:
		panthor_device_schedule_reset(ptdev);
		return 0;
	case CALL_ENTER:
		return enter_device(args[0]);
	case CALL_EXIT:
		return exit_device(args[0]);
	case CALL_FLUSH_CACHES:
		/* As the scheduler does it when it suspends groups, or as an address space is flushed. */
		return args[0] ? panthor_gpu_flush_caches(ptdev, CACHE_CLEAN, CACHE_CLEAN, 0) :
				 panthor_gpu_flush_caches(ptdev, CACHE_CLEAN | CACHE_INV, CACHE_CLEAN | CACHE_INV,
							  CACHE_INV);
	case CALL_GPU_UNPLUG:
		panthor_gpu_unplug(ptdev);
		return 0;
	case CALL_GPU_SUSPEND:
		gpu_block_suspend(ptdev);
		return 0;
	case CALL_GPU_RESUME:
		gpu_block_resume(ptdev);
		return 0;
	case CALL_JOB_RUN:
		return job_run((struct drm_sched_job *)args[0]);
	case CALL_JOB_PUT:
		job_put((struct drm_sched_job *)args[0]);
		return 0;
	case CALL_OPEN:
		return file_open(args[0]);
	case CALL_RELEASE:
		return file_release(args[0]);
	case CALL_IOCTL:
		return file_ioctl(args);
	case CALL_REPEAT:
		return file_repeat(args);
	case CALL_BACK_OBJECT:
		return object_back(args[0], args[1], args[2]);
	case CALL_IMPORT_OBJECT:
		return object_import(args[0], args[1], args[2]);
	case CALL_DESCRIBE_GPU:
		return describe_gpu(args);
	default:
		return shared_call(call, args);
	}
}

static bool is_vm_call(unsigned long call)
{
	switch (call) {
	case CALL_BIND:
	case CALL_JOB_CREATE:
	case CALL_KMAP:
	case CALL_KUNMAP:
	case CALL_ACTIVE:
	case CALL_IDLE:
	case CALL_VM_GET:
	case CALL_VM_PUT:
	case CALL_LOCK:
	case CALL_UNLOCK:
	case CALL_LOOKUP:
	case CALL_FLUSH_ALL:
	case CALL_ALLOC_VA:
	case CALL_FREE_VA:
	case CALL_VMAS:
	case CALL_LEAVES:
		return true;
	default:
		return false;
	}
}

/* Runs on the thread's stack, from its first step to its end. */
void call_kernel(unsigned long call)
{
	unsigned long args[ARRAY_SIZE(mailbox.args)];
	long ret;

	/* Before the first point: by then the mailbox is another call's. */
	memcpy(args, mailbox.args, sizeof(args));
	if (is_vm_call(call))
		ret = vm_by_uid(args[0]) ? vm_call(call, vm_by_uid(args[0]), args) : -EINVAL;
	else
		ret = device_call(call, args);
	check_released();
	mailbox.results[0] = ret;
}
