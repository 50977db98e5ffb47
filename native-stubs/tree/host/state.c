/*
 * The state as a whole: saved once, restored as often as one likes, and hashed from scratch. What is in it: the kernel
 * half's variables, what is allocated, the page tables in use, and the stacks of threads from where they stand.
 */
#include "host.h"
#include "parts.h"
#include <stdlib.h>
#include <string.h>

/* How far each part was, or is, used: bytes. */
struct marks {
	size_t heap_bytes, root_bytes, table_bytes;
};

static struct marks marks_now(void)
{
	return (struct marks){heap_high(), roots_high(), tables_high()};
}

static struct {
	bool taken;
	struct marks marks;
	uint8_t *heap, *tables, *data, *tasks, *meta;
	struct saved_threads *threads;
} saved;

static size_t data_size(void)
{
	return (size_t)(kdata_end - kdata_begin);
}

static size_t tasks_size(void)
{
	return (size_t)(ktasks_end - ktasks_begin);
}

static void *copied(void *old, const void *from, size_t size)
{
	void *to = realloc(old, size == 0 ? 1 : size);

	if (to == NULL)
		abort();
	memcpy(to, from, size);
	return to;
}

void save_state(void)
{
	struct marks *marks = &saved.marks;

	*marks = marks_now();
	saved.heap = copied(saved.heap, arena.heap, marks->heap_bytes);
	saved.tables = copied(saved.tables, arena.tables, marks->root_bytes);
	saved.tables = realloc(saved.tables, marks->root_bytes + marks->table_bytes + 1);
	if (saved.tables == NULL)
		abort();
	memcpy(saved.tables + marks->root_bytes, arena.tables + ROOT_BYTES, marks->table_bytes);
	saved.data = copied(saved.data, kdata_begin, data_size());
	saved.tasks = copied(saved.tasks, ktasks_begin, tasks_size());
	saved.meta = realloc(saved.meta, heap_meta_size() + table_meta_size());
	if (saved.meta == NULL)
		abort();
	save_table_meta(save_heap_meta(saved.meta));
	saved.threads = save_threads(saved.threads);
	saved.taken = true;
}

void restore_state(void)
{
	const struct marks now = marks_now(), *then = &saved.marks;

	if (!saved.taken)
		return;
	memcpy(arena.heap, saved.heap, then->heap_bytes);
	if (now.heap_bytes > then->heap_bytes)
		memset(arena.heap + then->heap_bytes, 0, now.heap_bytes - then->heap_bytes);
	memcpy(arena.tables, saved.tables, then->root_bytes);
	if (now.root_bytes > then->root_bytes)
		memset(arena.tables + then->root_bytes, 0, now.root_bytes - then->root_bytes);
	memcpy(arena.tables + ROOT_BYTES, saved.tables + then->root_bytes, then->table_bytes);
	if (now.table_bytes > then->table_bytes)
		memset(arena.tables + ROOT_BYTES + then->table_bytes, 0, now.table_bytes - then->table_bytes);
	memcpy(kdata_begin, saved.data, data_size());
	memcpy(ktasks_begin, saved.tasks, tasks_size());
	restore_table_meta(restore_heap_meta(saved.meta));
	restore_threads(saved.threads);
}

/* Two lanes over words; what is hashed says where it is. */
uint64_t hash_words(uint64_t h, const void *at, size_t bytes)
{
	const uint64_t *word = at;

	for (size_t i = 0; i < bytes / 8; i++) {
		h = (h ^ word[i]) * 0x9e3779b97f4a7c15UL;
		h ^= h >> 29;
	}
	return h;
}

void each_root(void (*look_at)(const void *from, size_t bytes))
{
	look_at(kdata_begin, data_size());
	look_at(ktasks_begin, tasks_size());
	each_stack(look_at);
}

uint64_t hash_state(void)
{
	uint64_t h = hash_words(0x243f6a8885a308d3UL, kdata_begin, data_size());

	h = hash_heap(h);
	h = hash_tables(h);
	return hash_threads(h);
}
