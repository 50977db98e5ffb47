/*
 * The state as a whole: what is in it (the kernel half's variables, what is allocated, the page tables in use, the stacks
 * of threads from where they stand), a copy of it, and whether it is still the same, for the tests of the journal.
 */
#include "host.h"
#include "journal.h"
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
	size_t meta_size;
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
	saved.meta_size = heap_meta_size() + table_meta_size();
	saved.meta = realloc(saved.meta, saved.meta_size);
	if (saved.meta == NULL)
		abort();
	save_table_meta(save_heap_meta(saved.meta));
	saved.threads = save_threads(saved.threads);
	saved.taken = true;
}

/* Beyond what was used then, there are zeroes. */
static bool differs(const uint8_t *now, const uint8_t *then, size_t was, size_t is)
{
	if (memcmp(now, then, was < is ? was : is) != 0)
		return true;
	for (size_t i = was; i < is; i++)
		if (now[i] != 0)
			return true;
	return false;
}

const char *differing_part(void)
{
	const struct marks now = marks_now(), *then = &saved.marks;
	size_t meta = heap_meta_size() + table_meta_size();
	uint8_t *copy;
	bool other;

	if (!saved.taken)
		return "nothing was saved";
	if (differs(arena.heap, saved.heap, then->heap_bytes, now.heap_bytes))
		return "heap";
	if (differs(arena.tables, saved.tables, then->root_bytes, now.root_bytes))
		return "roots";
	if (differs(arena.tables + ROOT_BYTES, saved.tables + then->root_bytes, then->table_bytes, now.table_bytes))
		return "tables";
	if (memcmp(kdata_begin, saved.data, data_size()) != 0)
		return "variables";
	if (memcmp(ktasks_begin, saved.tasks, tasks_size()) != 0)
		return "tasks";
	if (meta != saved.meta_size)
		return "what is known of the heap (its size)";
	copy = malloc(meta);
	if (copy == NULL)
		abort();
	save_table_meta(save_heap_meta(copy));
	other = memcmp(copy, saved.meta, meta) != 0;
	free(copy);
	if (other)
		return "what is known of the heap";
	return threads_differ(saved.threads) ? "threads" : NULL;
}

void each_root(void (*look_at)(const void *from, size_t bytes))
{
	look_at(kdata_begin, data_size());
	look_at(ktasks_begin, tasks_size());
	each_stack(look_at);
}

struct extent region_extent(enum region region)
{
	return region == SIZES ? heap_sizes() : tables_in_use();
}

void journal_counters(void)
{
	journal_heap_counters();
	journal_table_counters();
}
