// SPDX-License-Identifier: MIT
/*
 * The allocators, over the heap of the arena. No allocator's own header is included: their prototypes differ between
 * versions, what is passed does not. A cache of pages is page tables, which have physical addresses of their own.
 */
#include <linux/gfp_types.h>
#include <linux/mm_types.h>
#include <linux/string.h>
#include "../arena.h"
#include "shim.h"

/* KMALLOC_MAX_SIZE, bytes. */
#define LARGEST 0x400000UL
#define TABLE_SIZE 0x1000UL
#define POISON 0x5a

struct kmem_cache {
	const char *name;
	unsigned long size;
	void (*constructor)(void *object);
};

void (*constructor_of(const void *args))(void *);

/* Only its addresses are of use: nothing is ever in it. */
void *kmalloc_caches[64][32] __section("kscratch");
struct page *mem_map;
unsigned long uml_physmem;

/* Bulk allocations that are to fail, as the vectors ask for: after `skip` good ones, `times` bad ones. */
unsigned long bulk_skip, bulk_times;
/* The same of objects of any kind, one that may not fail apart. */
unsigned long object_skip, object_times;

void kernel_start(unsigned long physical_zero, void *page_structs)
{
	uml_physmem = physical_zero;
	mem_map = page_structs;
}

static void *allocate(unsigned long size, unsigned int flags)
{
	void *object;

	if (size == 0)
		return (void *)16;
	if (object_times > 0 && !(flags & ___GFP_NOFAIL)) {
		if (object_skip == 0) {
			object_times--;
			return NULL;
		}
		object_skip--;
	}
	object = heap_alloc(size, call_site());
#ifdef PANTHOR_SHIM_PLAIN
	if (object && flags & ___GFP_ZERO)
		memset(object, 0, size);
#else
	if (object)
		memset(object, flags & ___GFP_ZERO ? 0 : POISON, size);
#endif
	return object;
}

void *__kmalloc_noprof(unsigned long size, unsigned int flags)
{
	return size > LARGEST ? NULL : allocate(size, flags);
}

void *__kmalloc_cache_noprof(void *cache, unsigned int flags, unsigned long size)
{
	return __kmalloc_noprof(size, flags);
}

void *__kmalloc_large_noprof(unsigned long size, unsigned int flags)
{
	return __kmalloc_noprof(size, flags);
}

void *__kmalloc_node_noprof(unsigned long size, unsigned int flags)
{
	return __kmalloc_noprof(size, flags);
}

void *__kmalloc_node_track_caller_noprof(unsigned long size, unsigned int flags)
{
	return __kmalloc_noprof(size, flags);
}

void *__kvmalloc_node_noprof(unsigned long size, unsigned long align, unsigned int flags)
{
	/* Before 6.18 there was no alignment: then the second argument is the flags, and never this small. */
	return allocate(size, align > 0x40 || flags == 0 ? align : flags);
}

void *vzalloc_noprof(unsigned long size)
{
	return allocate(size, ___GFP_ZERO);
}

void kfree(const void *object)
{
	if ((unsigned long)object > 16)
		heap_free((void *)object, call_site());
}

void kvfree(const void *object) { kfree(object); }
void vfree(const void *object) { kfree(object); }
void kfree_const(const void *object)
{
#ifndef PANTHOR_SHIM_PLAIN
	/* Only the arena tells an object from a constant. */
	if (heap_size(object))
		kfree(object);
#endif
}
void kfree_sensitive(const void *object) { kfree(object); }
unsigned long ksize(const void *object) { return heap_size(object); }
unsigned long kmalloc_size_roundup(unsigned long size) { return size; }

char *kstrdup(const char *text, unsigned int flags)
{
	char *copy = text ? __kmalloc_noprof(strlen(text) + 1, flags) : NULL;

	return copy ? strcpy(copy, text) : NULL;
}

const char *kstrdup_const(const char *text, unsigned int flags) { return kstrdup(text, flags); }

void *kmemdup_noprof(const void *from, unsigned long size, unsigned int flags)
{
	void *copy = __kmalloc_noprof(size, flags);

	return copy ? memcpy(copy, from, size) : NULL;
}

void *krealloc_node_align_noprof(const void *object, unsigned long size, unsigned long align, unsigned int flags)
{
	unsigned long old = heap_size(object);
	void *copy = __kmalloc_noprof(size, flags | ___GFP_ZERO);

	if (copy && old)
		memcpy(copy, object, old < size ? old : size);
	if (copy)
		kfree(object);
	return copy;
}

/* Caches. Those of whole pages are page tables. */

struct kmem_cache *__kmem_cache_create_args(const char *name, unsigned int size, void *args, unsigned int flags)
{
	struct kmem_cache *cache = allocate(sizeof(*cache), ___GFP_ZERO);

	if (!cache)
		return NULL;
	cache->name = name;
	cache->size = size;
	cache->constructor = constructor_of(args);
	return cache;
}

void kmem_cache_destroy(struct kmem_cache *cache) { kfree(cache); }

void *kmem_cache_alloc_noprof(struct kmem_cache *cache, unsigned int flags)
{
	void *object = cache->size == TABLE_SIZE ? table_alloc() : allocate(cache->size, flags);

	if (cache->constructor && object)
		cache->constructor(object);
	return object;
}

void *kmem_cache_alloc_lru_noprof(struct kmem_cache *cache, void *lru, unsigned int flags)
{
	return kmem_cache_alloc_noprof(cache, flags);
}

void kmem_cache_free(struct kmem_cache *cache, void *object)
{
	if (is_table(object))
		table_free(object);
	else
		kfree(object);
}

void kmem_cache_free_bulk(struct kmem_cache *cache, unsigned long count, void **objects)
{
	for (unsigned long i = 0; i < count; i++)
		kmem_cache_free(cache, objects[i]);
}

int kmem_cache_alloc_bulk_noprof(struct kmem_cache *cache, unsigned int flags, unsigned long count, void **objects)
{
	if (bulk_skip > 0)
		bulk_skip--;
	else if (bulk_times > 0 && bulk_times--)
		return 0;
	if (cache->size == TABLE_SIZE && count > tables_left())
		return 0;
	for (unsigned long i = 0; i < count; i++) {
		objects[i] = kmem_cache_alloc_noprof(cache, flags);
		if (!objects[i]) {
			kmem_cache_free_bulk(cache, i, objects);
			return 0;
		}
	}
	return count;
}

/*
 * Pages: the driver takes one for each root table by its struct page, and only those have physical addresses. Those that
 * are asked for by address are memory like any other (a part of a scatter list, for one).
 */

static struct page *page_of(const void *address)
{
	return mem_map + (((unsigned long)address - uml_physmem) >> 12);
}

struct page *__alloc_pages_noprof(unsigned int flags, unsigned int order, int node, void *mask)
{
	void *page = order == 0 ? root_alloc() : NULL;

	return page ? page_of(page) : NULL;
}

unsigned long get_free_pages_noprof(unsigned int flags, unsigned int order)
{
	return (unsigned long)allocate(TABLE_SIZE << order, flags);
}

void free_pages(unsigned long address, unsigned int order)
{
	if (is_table((void *)address))
		table_free((void *)address);
	else
		kfree((void *)address);
}

bool is_vmalloc_addr(const void *address) { return false; }
