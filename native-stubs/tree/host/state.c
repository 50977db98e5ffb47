/*
 * The state as a whole: what is in it (the kernel half's variables, what is allocated, the page tables in use, the stacks
 * of threads from where they stand), a copy of it, and whether it is still the same, for the tests of the journal.
 */
#include "host.h"
#include "journal.h"
#include "parts.h"
#include <stdlib.h>
#include <string.h>

/* The kernel half's variables. */
static const struct {
	const char *name, *begin, *end;
} variables[] = {
	{"variables", kdata_begin, kdata_end},
	{"tasks", ktasks_begin, ktasks_end},
	{"variables that are kept", kkept_begin, kkept_end},
};
#define VARIABLE_PARTS (sizeof(variables) / sizeof(variables[0]))

static struct {
	bool taken;
	struct part parts[MAX_PARTS];
	/* The parts' bytes, one after the other. */
	uint8_t *bytes, *variables[VARIABLE_PARTS], *meta;
	size_t meta_size;
	struct saved_threads *threads;
} saved;

static size_t parts_now(struct part *parts)
{
	size_t count = heap_parts(parts);

	return count + table_parts(parts + count);
}

static size_t size_of(size_t part)
{
	return (size_t)(variables[part].end - variables[part].begin);
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
	size_t count = parts_now(saved.parts), bytes = 0;
	uint8_t *to;

	for (size_t i = 0; i < count; i++)
		bytes += saved.parts[i].bytes;
	to = saved.bytes = realloc(saved.bytes, bytes + 1);
	if (to == NULL)
		abort();
	for (size_t i = 0; i < count; i++)
		to = put(to, region_base(saved.parts[i].region) + saved.parts[i].from, saved.parts[i].bytes);
	for (size_t i = 0; i < VARIABLE_PARTS; i++)
		saved.variables[i] = copied(saved.variables[i], variables[i].begin, size_of(i));
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

static const char *differing_region(void)
{
	static const char *const names[] = {"heap or tables", "sizes of objects", "tables in use"};
	struct part now[MAX_PARTS];
	const uint8_t *then = saved.bytes;

	for (size_t i = 0, count = parts_now(now); i < count; i++) {
		const struct part *part = &saved.parts[i];

		if (differs(region_base(part->region) + part->from, then, part->bytes, now[i].bytes))
			return names[part->region];
		then += part->bytes;
	}
	return NULL;
}

const char *differing_part(void)
{
	size_t meta = heap_meta_size() + table_meta_size();
	const char *region;
	uint8_t *copy;
	bool other;

	if (!saved.taken)
		return "nothing was saved";
	region = differing_region();
	if (region != NULL)
		return region;
	for (size_t i = 0; i < VARIABLE_PARTS; i++)
		if (memcmp(variables[i].begin, saved.variables[i], size_of(i)) != 0)
			return variables[i].name;
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
	for (size_t i = 0; i < VARIABLE_PARTS; i++)
		look_at(variables[i].begin, size_of(i));
	each_stack(look_at);
}

uint8_t *region_base(enum region region)
{
	switch (region) {
	case ARENA:
		return arena.stacks;
	case SIZES:
		return heap_sizes();
	case LIVE:
		return tables_in_use();
	case VARIABLES:
		return (uint8_t *)kdata_begin;
	default:
		return NULL;
	}
}
