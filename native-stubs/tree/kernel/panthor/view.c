// SPDX-License-Identifier: MIT
/* The driver's state as invariants look at it, between steps; src/explore/tree/view.ts reads it. Nothing is locked here. */

/*
 * VIEW_OF_DEVICE words for the device, then WORDS_OF_VM for each VM by uid, then how many slots there are up to the last one
 * that is used, those, and the LRU.
 */
#define WORDS_OF_VM 15
#define MAX_VIEW 1000

UNANNOUNCED static void view_vm(struct panthor_vm *vm, unsigned long *w)
{
	const struct panthor_vm_op_ctx *ctx = vm->op_ctx;

	w[0] = 1;
	w[1] = (long)vm->as.id;
	w[2] = refcount_read(&vm->as.active_cnt);
	w[3] = vm->unusable | vm->unhandled_fault << 1 | vm->destroyed << 2;
#ifdef HAVE_LOCKED_REGION
	w[4] = vm->locked_region.start;
	w[5] = vm->locked_region.size;
#endif
	w[6] = io_pgtable_ops_to_pgtable(vm->pgtbl_ops)->cfg.arm_lpae_s1_cfg.ttbr;
	w[7] = (unsigned long)ctx;
	if (ctx) {
		w[8] = ctx->va.addr;
		w[9] = ctx->va.range;
		w[10] = ctx->flags;
		w[11] = ctx->map.bo_offset;
		w[12] = ctx->map.vm_bo ? bo_number(ctx->map.vm_bo->obj) : -1;
	}
	w[13] = mutex_is_locked(&vm->op_lock);
	w[14] = READ_ONCE(vm->sched.pause_submit);
}

/* 0: the line is on, 1: it is being handled or on its way, 2: suspended. */
UNANNOUNCED static unsigned long line_state(const struct panthor_irq *irq)
{
#ifdef HAVE_IRQ_STATE
	int state = atomic_read(&irq->state);

	return state == PANTHOR_IRQ_STATE_ACTIVE ? 0 : state == PANTHOR_IRQ_STATE_SUSPENDED ? 2 : 1;
#else
	return atomic_read(&irq->suspended) ? 2 : 0;
#endif
}

UNANNOUNCED unsigned long view_driver(unsigned long *words)
{
	struct panthor_mmu *mmu = ptdev->mmu;
	unsigned long *w = words;
	struct panthor_vm *vm;

	*w++ = mmu->as.alloc_mask;
	*w++ = mmu->as.faulty_mask;
	*w++ = atomic_read(&ptdev->reset.pending);
	*w++ = ptdev->base.unplugged;
	*w++ = mutex_is_locked(&mmu->as.slots_lock);
	*w++ = vm_count;
	*w++ = jobs;
	*w++ = mmu->irq.mask;
	*w++ = line_state(&mmu->irq);
	*w++ = is_handled(LINE_MMU) | is_handled(LINE_GPU) << 1;
	*w++ = threads_alive();
	*w++ = tables_live();
	for (unsigned int i = 0; i < vm_count; i++, w += WORDS_OF_VM) {
		memset(w, 0, WORDS_OF_VM * sizeof(*w));
		if (vm_by_uid(i + 1))
			view_vm(vms[i].vm, w);
	}
	*w = 0;
	for (u32 i = 0; i < MAX_AS_SLOTS; i++) {
		if (!mmu->as.slots[i].vm)
			continue;
		while (*w <= i)
			w[1 + (*w)++] = 0;
		w[1 + i] = uid_of(mmu->as.slots[i].vm);
	}
	w += 1 + *w;
	/* A driver that is broken may have left anything in its list. */
	list_for_each_entry(vm, &mmu->as.lru_list, as.lru_node) {
		if (!is_allocated(vm) || w - words >= MAX_VIEW)
			break;
		*w++ = uid_of(vm);
	}
	*w++ = 0;
	return w - words;
}

unsigned long count_tables(unsigned long uid)
{
	const struct io_pgtable_cfg *cfg;
	struct panthor_vm *vm = vm_by_uid(uid);
	unsigned long count;

	if (!vm)
		return 0;
	if (counted_before(uid, &count))
		return count;
	cfg = &io_pgtable_ops_to_pgtable(vm->pgtbl_ops)->cfg;
	memset(&leaves, 0, sizeof(leaves));
	leaves.from = ULONG_MAX;
	walk_table(__va(cfg->arm_lpae_s1_cfg.ttbr & GENMASK_ULL(47, 12)), 4 - DIV_ROUND_UP(cfg->ias - 12, 9), 0);
	count = leaves.tables[0] + leaves.tables[1] + leaves.tables[2] + leaves.tables[3];
	remember_count(uid, count);
	return count;
}

void name_of(unsigned long object, char *name, unsigned long size)
{
	const char *known = NULL;

	for (unsigned int i = 0; i < vm_count; i++) {
		if (object == (unsigned long)&vms[i].vm->op_lock)
			snprintf(name, size, "op_lock of VM %u", i + 1);
		else if (object - (unsigned long)vms[i].vm < sizeof(*vms[i].vm))
			snprintf(name, size, "a lock of VM %u", i + 1);
		else
			continue;
		return;
	}
	if (object == (unsigned long)&ptdev->mmu->as.slots_lock)
		known = "slots_lock";
	else if (object == (unsigned long)&ptdev->mmu->vm.lock)
		known = "vm.lock";
#ifdef HAVE_GEM_LRU_MUTEX
	else if (object == (unsigned long)&ptdev->base.gem_lru_mutex)
		known = "gem_lru_mutex";
#endif
	else if (object == (unsigned long)&ptdev->mmu->irq)
		known = "irq.mask_lock";
	snprintf(name, size, "%s", known ?: "a lock");
}
