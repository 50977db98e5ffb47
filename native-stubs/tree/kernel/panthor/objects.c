// SPDX-License-Identifier: MIT
/* Objects of the one open file: making and closing them, their numbers, their scatter lists; and the numbers of VMs. */

/* The place of a new VM: after the last one or, where all are taken, that of one that is gone. */
static unsigned int vm_place(const struct panthor_vm *vm)
{
	unsigned int free = MAX_VMS;

	if (vm_count < MAX_VMS)
		return vm_count++;
	journal_memory(vms, sizeof(vms));
	for (unsigned int i = 0; i < MAX_VMS; i++) {
		/* The new VM, or the next one, may have the address of one that is gone. */
		if (vms[i].vm == vm || !vm_by_uid(i + 1)) {
			vms[i].vm = NULL;
			free = i;
		}
	}
	if (free == MAX_VMS)
		trap("more than 512 VMs at a time");
	return free;
}

/* A VM that was made gets a number, and tells what is done to it. */
static void add_vm(struct panthor_vm *vm, unsigned long handle)
{
	unsigned int place = vm_place(vm);

	take_notes_of(vm);
	journal_memory(&vms[place], sizeof(vms[0]));
	vms[place].vm = vm;
	vms[place].handle = handle;
	mailbox.results[1] = place + 1;
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

/* The place of the next object: after the last one or, where all are taken, that of one without a handle. */
static unsigned int bo_place(void)
{
	if (bo_count < MAX_BOS)
		return bo_count++;
	for (unsigned int i = 0; i < MAX_BOS; i++)
		if (bos[i].handle == 0)
			return i;
	trap("more than 2048 objects of the driver's at a time");
}

static long bo_create(u64 size, unsigned long vm, u32 flags)
{
	struct sg_table *sgt;
	struct drm_gem_object *obj;
	unsigned int place;
	u32 handle;
	long ret;

	ret = panthor_gem_create_with_handle(file, &ptdev->base, vm_by_uid(vm), &size, flags, &handle);
	if (ret)
		return ret;
	obj = drm_gem_object_lookup(file, handle);
#ifdef HAVE_SHMEM_HELPER
	sgt = drm_gem_shmem_get_pages_sgt(&to_panthor_bo(obj)->base);
#else
	sgt = panthor_gem_get_dev_sgt(to_panthor_bo(obj));
#endif
	drm_gem_object_put(obj);
	if (IS_ERR(sgt)) {
		drm_gem_handle_delete(file, handle);
		return PTR_ERR(sgt);
	}
	place = bo_place();
	journal_memory(&bos[place], sizeof(bos[0]));
	bos[place].obj = obj;
	bos[place].handle = handle;
	mailbox.results[2] = handle;
	mailbox.results[1] = sgt->nents;
	return place + 1;
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
