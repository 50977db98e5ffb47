// SPDX-License-Identifier: MIT
/*
 * The tree's own panthor_mmu.c, and after it what has to see its private structs and functions: the notes of what it does
 * (panthor/notes.c), its state for those who ask (panthor/state.c), its objects, and its entry points (panthor/calls.c,
 * panthor/power.c). What differs between versions was looked for in the source (src/tree/features.ts), and is a HAVE_ here.
 */
#include PANTHOR_MMU_C

#include <drm/drm_file.h>
#include <drm/drm_prime.h>
#include "../arena.h"
#include "panthor.h"
#include "shim.h"

static struct panthor_device *ptdev;
static struct drm_file *file;
static struct panthor_file *pfile;
struct work_struct *reset_work;
bool coherent_device;

/* VMs by the order of their creation, as the vectors number them; a VM's address may be that of an older one. */
#define MAX_VMS 512
static struct {
	struct panthor_vm *vm;
	unsigned long handle;
} vms[MAX_VMS] KEPT;
static unsigned int vm_count;

UNANNOUNCED static unsigned long uid_of(const struct panthor_vm *vm)
{
	for (unsigned int i = vm_count; i > 0; i--)
		if (vms[i - 1].vm == vm)
			return i;
	return 0;
}

/* Until kfree(): panthor_vm_free() takes a VM out of the list long before it gives up its slot. */
UNANNOUNCED static bool is_allocated(const struct panthor_vm *vm)
{
	return heap_size(vm) == sizeof(*vm);
}

/* A VM that is still there. */
UNANNOUNCED static struct panthor_vm *vm_by_uid(unsigned long uid)
{
	struct panthor_vm *vm = uid >= 1 && uid <= vm_count ? vms[uid - 1].vm : NULL;

	return vm && is_allocated(vm) && uid_of(vm) == uid ? vm : NULL;
}

static unsigned long bo_number(const struct drm_gem_object *obj);
extern struct workqueue_struct *panthor_cleanup_wq;
extern const struct drm_driver *const tree_driver;

#include "panthor/notes.c"
#include "panthor/state.c"
#include "panthor/objects.c"
#include "panthor/files.c"
#include "panthor/shared.c"
#include "panthor/init.c"
#include "panthor/calls.c"
#include "panthor/power.c"
#include "panthor/dispatch.c"
#include "panthor/view.c"
