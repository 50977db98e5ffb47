// SPDX-License-Identifier: MIT
/* The driver's state, written as notes in an order of our own; src/tree/state.ts reads it. */

static void state_of_vm(struct panthor_vm *vm)
{
	note_word(uid_of(vm));
	note_word((long)vm->as.id);
	note_word(refcount_read(&vm->as.active_cnt));
	note_word(vm->unusable | vm->unhandled_fault << 1 | vm->destroyed << 2);
#ifdef HAVE_LOCKED_REGION
	note_word(vm->locked_region.start);
	note_word(vm->locked_region.size);
#else
	note_word(0);
	note_word(0);
#endif
	note_word(io_pgtable_ops_to_pgtable(vm->pgtbl_ops)->cfg.arm_lpae_s1_cfg.ttbr);
}

/* masks and reset; VMs in list order, seven words each; slots as pairs; the LRU. */
static void note_state(void)
{
	struct panthor_mmu *mmu = ptdev->mmu;
	struct panthor_vm *vm;
	unsigned long n = 0;

	note_word(mmu->as.alloc_mask);
	note_word(mmu->as.faulty_mask);
	note_word(mmu->irq.mask);
	note_word(atomic_read(&ptdev->reset.pending));
	list_for_each_entry(vm, &mmu->vm.list, node)
		n++;
	note_word(n);
	list_for_each_entry(vm, &mmu->vm.list, node)
		state_of_vm(vm);
	for (u32 i = 0; i < MAX_AS_SLOTS; i++)
		note_word(mmu->as.slots[i].vm ? uid_of(mmu->as.slots[i].vm) : 0);
	n = 0;
	list_for_each_entry(vm, &mmu->as.lru_list, as.lru_node)
		n++;
	note_word(n);
	list_for_each_entry(vm, &mmu->as.lru_list, as.lru_node)
		note_word(uid_of(vm));
}

/*
 * A list that may be longer than there is room for is given in parts: those from `from` on. The first word says how many
 * there are in this part; the caller asks again where the part is full.
 */
#define PART 4000

static void note_vmas(struct panthor_vm *vm, unsigned long from)
{
	struct drm_gpuva *va;
	unsigned long at = 0, n = 0;
	unsigned long *count = &mailbox.results[1];

	drm_gpuvm_for_each_va(va, &vm->base) {
		struct panthor_vma *vma = container_of(va, struct panthor_vma, base);

		if (at++ < from)
			continue;
		if (n == PART)
			break;
		note_word(va->va.addr);
		note_word(va->va.range);
		note_word(bo_number(va->gem.obj));
		note_word(va->gem.offset);
		note_word(vma->flags);
		n++;
	}
	*count = n;
}

/* Leaves of the tables, neighbours that continue each other merged into runs. */
struct leaf_run {
	unsigned long va, pa, length, log2, attributes;
};

/* Who asks about the state must not change it: this is in a section that is no part of it. */
static struct {
	struct leaf_run run;
	unsigned long runs, from, noted, tables[4];
} leaves __section("kscratch");

static void end_run(void)
{
	const struct leaf_run *run = &leaves.run;

	if (run->length == 0)
		return;
	if (leaves.runs++ >= leaves.from && leaves.noted < PART) {
		note_word(run->va);
		note_word(run->pa);
		note_word(run->length);
		note_word(run->log2);
		note_word(run->attributes);
		leaves.noted++;
	}
}

static void add_leaf(unsigned long va, unsigned long descriptor, unsigned long log2)
{
	struct leaf_run *run = &leaves.run;
	unsigned long pa = descriptor & GENMASK_ULL(47, 12);
	unsigned long attributes = descriptor & ~GENMASK_ULL(47, 12);

	if (run->length > 0 && run->va + run->length == va && run->pa + run->length == pa && run->log2 == log2 &&
	    run->attributes == attributes) {
		run->length += 1UL << log2;
		return;
	}
	end_run();
	*run = (struct leaf_run){ va, pa, 1UL << log2, log2, attributes };
}

static void walk_table(const u64 *table, unsigned int level, unsigned long va)
{
	unsigned long log2 = 12 + 9 * (3 - level);

	leaves.tables[level]++;
	for (unsigned long i = 0; i < 512; i++) {
		unsigned long at = va + (i << log2);

		if ((table[i] & 3) == 3 && level < 3)
			walk_table(__va(table[i] & GENMASK_ULL(47, 12)), level + 1, at);
		else if ((table[i] & 3) == (level == 3 ? 3 : 1))
			add_leaf(at, table[i], log2);
	}
}

static void note_leaves(struct panthor_vm *vm, unsigned long from)
{
	const struct io_pgtable_cfg *cfg = &io_pgtable_ops_to_pgtable(vm->pgtbl_ops)->cfg;
	unsigned int level = 4 - DIV_ROUND_UP(cfg->ias - 12, 9);

	memset(&leaves, 0, sizeof(leaves));
	leaves.from = from;
	walk_table(__va(cfg->arm_lpae_s1_cfg.ttbr & GENMASK_ULL(47, 12)), level, 0);
	end_run();
	mailbox.results[1] = leaves.noted;
	mailbox.results[2] = leaves.runs;
	for (int i = 0; i < 4; i++)
		mailbox.results[3 + i] = leaves.tables[i];
}
