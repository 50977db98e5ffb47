// SPDX-License-Identifier: MIT
/* The one thing that memory.c needs of the tree's slab.h: where a cache's constructor is given. */
#include <linux/slab.h>

void (*constructor_of(const struct kmem_cache_args *args))(void *);

void (*constructor_of(const struct kmem_cache_args *args))(void *)
{
	return args ? args->ctor : NULL;
}
