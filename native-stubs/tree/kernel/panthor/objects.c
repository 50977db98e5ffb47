// SPDX-License-Identifier: MIT
/* Objects of the one open file: making and closing them, their numbers, their scatter lists; and the numbers of VMs. */

/* A VM that was made gets the next number, and tells what is done to it. */
static void add_vm(struct panthor_vm *vm, unsigned long handle)
{
	if (vm_count == MAX_VMS)
		trap("more than 512 VMs");
	take_notes_of(vm);
	journal_memory(&vms[vm_count], sizeof(vms[0]));
	vms[vm_count].vm = vm;
	vms[vm_count++].handle = handle;
	mailbox.results[1] = vm_count;
}

/* Objects by the order of their creation, as the vectors number them. */
#define MAX_BOS 2048
static struct {
	const struct drm_gem_object *obj;
	u32 handle;
} bos[MAX_BOS] KEPT;
static unsigned int bo_count;

#ifdef HAVE_SPARSE
static struct drm_gem_object *dummy_of(struct panthor_file *pf)
{
	return pf->vms && pf->vms->dummy ? &pf->vms->dummy->base : NULL;
}
#endif

static const struct drm_gem_object *dummy_object(void)
{
#ifdef HAVE_SPARSE
	return dummy_of(pfile);
#else
	return NULL;
#endif
}

static unsigned long bo_number(const struct drm_gem_object *obj)
{
	if (obj == dummy_object())
		return 0;
	/* Those of a replay have numbers of their own (object_back()). */
	if (obj && obj->filp && file_number(obj->filp) >= 0)
		return file_number(obj->filp);
	if (obj && obj->import_attach)
		return foreign_number(obj->import_attach);
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

static long bo_create(u64 size, unsigned long vm, u32 flags)
{
	struct sg_table *sgt;
	struct drm_gem_object *obj;
	u32 handle;
	long ret;

	if (bo_count == MAX_BOS)
		trap("more than 2048 objects");
	ret = panthor_gem_create_with_handle(file, &ptdev->base, vm_by_uid(vm), &size, flags, &handle);
	if (ret)
		return ret;
	obj = drm_gem_object_lookup(file, handle);
	journal_memory(&bos[bo_count], sizeof(bos[0]));
	bos[bo_count].obj = obj;
	bos[bo_count++].handle = handle;
	mailbox.results[2] = handle;
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

	journal_memory(&bos[number - 1], sizeof(bos[0]));
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
