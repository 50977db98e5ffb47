// SPDX-License-Identifier: MIT
/* Functions at the edges of what is modelled that are called on the way, and have nothing to do here. */
#include "../arena.h"

void *__kmalloc_noprof(unsigned long size, unsigned int flags);

/* A shrinker is called by a thread that wants memory; here that is the caller, by the driver's own functions. */
void *shrinker_alloc(unsigned int flags, const char *format, ...)
{
	return heap_alloc(256, call_site());
}

void shrinker_register(void *shrinker) {}

void shrinker_free(void *shrinker)
{
	heap_free(shrinker, call_site());
}

/* No timer ever fires; the function's name was another before 6.15. */
void timer_init_key(void *timer, void *function, unsigned int flags, const char *name, void *key) {}
void init_timer_key(void *timer, void *function, unsigned int flags, const char *name, void *key) {}

/* There are no clients in the kernel (consoles). */
void drm_client_dev_unregister(void *dev) {}

/* Nothing is leased: a master is its own lessor. */
void *drm_lease_owner(void *master)
{
	return master;
}

/* The firmware's VM is none of ours. */
void *panthor_fw_vm(void *dev)
{
	return 0;
}

int __cpuhp_setup_state(void)
{
	return 0;
}

/* Initialisers of what the driver stands on: nodes of xarrays, and those that link.ts has put into this section. */
extern void (*kinit_begin[])(void) __asm__("__start_kinit");
extern void (*kinit_end[])(void) __asm__("__stop_kinit");
void radix_tree_init(void);
void run_initcalls(void);

void run_initcalls(void)
{
	radix_tree_init();
	for (void (**call)(void) = kinit_begin; call < kinit_end; call++)
		(*call)();
}
