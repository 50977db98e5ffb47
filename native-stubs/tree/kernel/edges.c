// SPDX-License-Identifier: MIT
/* Functions at the edges of what is modelled that are called on the way, and have nothing to do here. */
#include "../arena.h"

void *__kmalloc_noprof(unsigned long size, unsigned int flags);

/* A shrinker is called by whoever wants memory; here that is the caller, by the driver's own functions. */
void *shrinker_alloc(unsigned int flags, const char *format, ...)
{
	return heap_alloc(256);
}

void shrinker_register(void *shrinker) {}

void shrinker_free(void *shrinker)
{
	heap_free(shrinker);
}

void timer_init_key(void *timer, void *function, unsigned int flags, const char *name, void *key) {}

/* The firmware's VM is none of ours. */
void *panthor_fw_vm(void *dev)
{
	return 0;
}
