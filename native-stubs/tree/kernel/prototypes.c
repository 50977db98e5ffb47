// SPDX-License-Identifier: MIT
/* Functions whose prototypes differ between versions: without headers, taking what all versions pass first. */
#include "../arena.h"

void initialise_mutex(void *lock, unsigned int site);

void mutex_init_generic(void *lock)
{
	initialise_mutex(lock, call_site());
}

void __mutex_init(void *lock, const char *name, void *key)
{
	initialise_mutex(lock, call_site());
}

void *next_workqueue(void);

void *alloc_workqueue_noprof(void)
{
	return next_workqueue();
}

void *alloc_workqueue(void)
{
	return next_workqueue();
}

/* A batch begins with the number of its folios, in one byte. */
void __folio_batch_release(unsigned char *batch)
{
	*batch = 0;
}

void kvfree(const void *object);

void kvfree_call_rcu(void *head, void *object)
{
	kvfree(object);
}

void *__alloc_pages_noprof(unsigned int flags, unsigned int order, int node, void *mask);

void *alloc_pages_node_noprof(int node, unsigned int flags, unsigned int order)
{
	return __alloc_pages_noprof(flags, order, node, 0);
}
