// SPDX-License-Identifier: MIT
/* Notes of what the driver does between its points: the steps that gpuvm hands it, and its calls to the page tables. */

static void note_part(const struct drm_gpuva_op_map *part)
{
	note_word(part != NULL);
	note_word(part ? part->va.addr : 0);
	note_word(part ? part->va.range : 0);
	note_word(part ? part->gem.offset : 0);
}

static int noted_step_map(struct drm_gpuva_op *op, void *priv)
{
	begin_note(NOTE_STEP_MAP);
	note_word(op->map.va.addr);
	note_word(op->map.va.range);
	note_word(bo_number(op->map.gem.obj));
	note_word(op->map.gem.offset);
	return panthor_gpuvm_ops.sm_step_map(op, priv);
}

static int noted_step_unmap(struct drm_gpuva_op *op, void *priv)
{
	begin_note(NOTE_STEP_UNMAP);
	note_word(op->unmap.va->va.addr);
	note_word(op->unmap.va->va.range);
	note_word(op->unmap.keep);
	return panthor_gpuvm_ops.sm_step_unmap(op, priv);
}

static int noted_step_remap(struct drm_gpuva_op *op, void *priv)
{
	begin_note(NOTE_STEP_REMAP);
	note_word(op->remap.unmap->va->va.addr);
	note_word(op->remap.unmap->va->va.range);
	note_word(op->remap.unmap->keep);
	note_part(op->remap.prev);
	note_part(op->remap.next);
	return panthor_gpuvm_ops.sm_step_remap(op, priv);
}

static struct drm_gpuvm_ops noted_ops;

/* The functions that io-pgtable gave the last VM; they are the same for all. */
static struct io_pgtable_ops table_ops;

static int noted_map_pages(struct io_pgtable_ops *ops, unsigned long iova, phys_addr_t paddr, size_t pgsize,
			   size_t pgcount, int prot, gfp_t gfp, size_t *mapped)
{
	size_t before = *mapped;
	int ret;

	stop_at(POINT_TABLE, iova, paddr, pgsize * pgcount);
	ret = table_ops.map_pages(ops, iova, paddr, pgsize, pgcount, prot, gfp, mapped);
	begin_note(NOTE_MAP);
	note_word(iova);
	note_word(paddr);
	note_word(pgsize);
	note_word(pgcount);
	note_word((long)ret);
	note_word(*mapped - before);
	return ret;
}

static size_t noted_unmap_pages(struct io_pgtable_ops *ops, unsigned long iova, size_t pgsize, size_t pgcount,
				struct iommu_iotlb_gather *gather)
{
	size_t size;

	stop_at(POINT_TABLE, iova, 0, pgsize * pgcount);
	size = table_ops.unmap_pages(ops, iova, pgsize, pgcount, gather);
	begin_note(NOTE_UNMAP);
	note_word(iova);
	note_word(pgsize);
	note_word(pgcount);
	note_word(size);
	return size;
}

static void take_notes_of(struct panthor_vm *vm)
{
#ifndef PANTHOR_SHIM_PLAIN
	noted_ops = panthor_gpuvm_ops;
	noted_ops.sm_step_map = noted_step_map;
	noted_ops.sm_step_unmap = noted_step_unmap;
	noted_ops.sm_step_remap = noted_step_remap;
	vm->base.ops = &noted_ops;
	if (vm->pgtbl_ops->map_pages != noted_map_pages)
		table_ops = *vm->pgtbl_ops;
	vm->pgtbl_ops->map_pages = noted_map_pages;
	vm->pgtbl_ops->unmap_pages = noted_unmap_pages;
#endif
}

/* The scheduler's side, as far as the MMU tells it something. */
void panthor_sched_report_mmu_fault(struct panthor_device *dev)
{
	begin_note(NOTE_MMU_FAULT);
}

void panthor_sched_prepare_for_vm_destruction(struct panthor_device *dev);
void panthor_sched_prepare_for_vm_destruction(struct panthor_device *dev)
{
	begin_note(NOTE_VM_DESTRUCTION);
	/* It flushes the tick that takes the VM's groups off the GPU. */
	stop_at(POINT_TICK, 0, 0, 0);
}

void panthor_heap_pool_destroy(struct panthor_heap_pool *pool)
{
	if (pool)
		trap("panthor_heap_pool_destroy");
}

const char *panthor_exception_name(struct panthor_device *dev, u32 code)
{
	return "fault";
}
