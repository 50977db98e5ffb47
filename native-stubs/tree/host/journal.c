/* The log of old contents, and the moments that one can go back to. */
#define _GNU_SOURCE
#include "journal.h"
#include "host.h"
#include "parts.h"
#include <stdlib.h>
#include <sys/mman.h>

#define STACKS_BYTES (MAX_THREADS * STACK_SIZE)
#define ARENA_BYTES (STACKS_BYTES + HEAP_BYTES + ROOT_BYTES + TABLE_BYTES)

unsigned int left_out;
bool journaling;

struct entry {
	uint8_t *at;
	size_t from;
	uint32_t size;
	uint32_t region;
	uint32_t block;
};

struct moment {
	size_t entries, bytes;
	uint64_t sum;
	uint32_t stacks;
};

static struct {
	struct entry *entries;
	uint8_t *bytes;
	struct moment *moments;
	size_t entry_count, entry_room, byte_count, byte_room, moment_count, moment_room;
	uint64_t sum;
	/* Counts steps and never goes back: a block that carries it is in the log of this step already. */
	uint32_t era;
	uint32_t *stamps[VARIABLES];
	/* The variables as they were after the last step. */
	uint8_t *variables;
	bool wrote;
} log_;

static void *room_for(void *old, size_t *room, size_t need, size_t size)
{
	if (need <= *room)
		return old;
	*room = need * 2 + 1024;
	void *to = realloc(old, *room * size);
	if (to == NULL)
		abort();
	return to;
}

static void put_entry(uint8_t *at, const uint8_t *old, size_t size, enum region region, size_t block)
{
	size_t to = log_.byte_count;

	log_.entries = room_for(log_.entries, &log_.entry_room, log_.entry_count + 1, sizeof(*log_.entries));
	log_.bytes = room_for(log_.bytes, &log_.byte_room, to + size, 1);
	memcpy(log_.bytes + to, old, size);
	log_.entries[log_.entry_count++] = (struct entry){at, to, (uint32_t)size, region, (uint32_t)block};
	log_.byte_count = to + size;
	log_.wrote = true;
}

static __attribute__((noinline)) void touch_blocks(enum region region, size_t offset, size_t size)
{
	uint8_t *base = region_base(region);
	uint32_t *stamps = log_.stamps[region];

	if (size == 0)
		return;
	for (size_t block = offset / BLOCK; block <= (offset + size - 1) / BLOCK; block++) {
		if (stamps[block] == log_.era)
			continue;
		stamps[block] = log_.era;
		put_entry(base + block * BLOCK, base + block * BLOCK, BLOCK, region, block);
	}
}

/* How long the log is by now is no part of the state. */
static inline void leave_nothing(void)
{
	if (log_.wrote)
		clear_called();
	log_.wrote = false;
}

void journal_region(enum region region, size_t offset, size_t size)
{
	if (journaling)
		touch_blocks(region, offset, size);
	leave_nothing();
}

static __attribute__((noinline)) void keep_memory(void *at, size_t size)
{
	size_t offset = (size_t)((uint8_t *)at - arena.stacks);

	if (offset >= STACKS_BYTES && offset < ARENA_BYTES)
		touch_blocks(ARENA, offset, size);
	else
		put_entry(at, at, size, UNHASHED, 0);
}

void journal_memory(void *at, size_t size)
{
	if (journaling)
		keep_memory(at, size);
	leave_nothing();
}

static bool is_in(const void *at, const void *from, size_t size)
{
	return (size_t)((const uint8_t *)at - (const uint8_t *)from) < size;
}

static __attribute__((noinline)) void keep_accessed(const void *at, size_t size)
{
	size_t offset = (size_t)((const uint8_t *)at - arena.stacks);

	if (offset >= STACKS_BYTES && offset < ARENA_BYTES) {
		touch_blocks(ARENA, offset, size);
	} else if (offset < STACKS_BYTES) {
		/* A thread's own stack is kept as a whole when it runs on. */
		if ((int)(offset / STACK_SIZE) == current_thread() || (left_out & OTHER_STACKS) != 0)
			return;
		log_.moments[log_.moment_count - 1].stacks |= stale_stack((int)(offset / STACK_SIZE));
		put_entry((uint8_t *)at, at, size, UNHASHED, 0);
	} else if (is_in(at, ktasks_begin, (size_t)(ktasks_end - ktasks_begin)) ||
		   is_in(at, arena.page_structs, PAGE_STRUCT_BYTES)) {
		put_entry((uint8_t *)at, at, size, UNHASHED, 0);
	}
}

void journal_access(const void *at, size_t size, enum source source)
{
	if (journaling && (left_out & source) == 0)
		keep_accessed(at, size);
	leave_nothing();
}

/* gcc announces no store to a variable that it knows to be inside it. */
static void compare_variables(void)
{
	size_t size = (size_t)(kdata_end - kdata_begin);
	uint8_t *now = (uint8_t *)kdata_begin, *then = log_.variables;

	if ((left_out & GLOBALS) != 0)
		return;
	for (size_t at = 0; at < size; at += BLOCK) {
		size_t length = size - at < BLOCK ? size - at : BLOCK;

		if (memcmp(now + at, then + at, length) == 0)
			continue;
		put_entry(now + at, then + at, length, VARIABLES, at / BLOCK);
		memcpy(then + at, now + at, length);
	}
}

void begin_journal(void)
{
	size_t size = (size_t)(kdata_end - kdata_begin);

	if (log_.variables == NULL) {
		const size_t bytes[VARIABLES] = {ARENA_BYTES, sizes_room(), live_room()};

		for (int i = 0; i < VARIABLES; i++)
			log_.stamps[i] = mmap(NULL, bytes[i] / BLOCK * sizeof(uint32_t), PROT_READ | PROT_WRITE,
					      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		log_.variables = malloc(size);
		if (log_.variables == NULL || log_.stamps[ARENA] == MAP_FAILED || log_.stamps[SIZES] == MAP_FAILED ||
		    log_.stamps[LIVE] == MAP_FAILED)
			abort();
	}
	memcpy(log_.variables, kdata_begin, size);
	log_.entry_count = log_.byte_count = log_.moment_count = 0;
	log_.sum = sum_from_scratch();
	stale_stack(-1);
	journaling = true;
}

void end_journal(void)
{
	journaling = false;
}

void journal_step(int thread)
{
	if (!journaling)
		return;
	log_.moments = room_for(log_.moments, &log_.moment_room, log_.moment_count + 1, sizeof(*log_.moments));
	log_.moments[log_.moment_count++] = (struct moment){log_.entry_count, log_.byte_count, log_.sum, stale_stack(thread)};
	log_.era++;
	journal_thread(thread);
}

void journal_stepped(void)
{
	if (!journaling)
		return;
	compare_variables();
	for (size_t i = log_.moments[log_.moment_count - 1].entries; i < log_.entry_count; i++) {
		const struct entry *entry = &log_.entries[i];

		if (entry->region == UNHASHED || memcmp(entry->at, log_.bytes + entry->from, entry->size) == 0)
			continue;
		log_.sum += hash_block(entry->region, entry->block, entry->at, entry->size) -
			    hash_block(entry->region, entry->block, log_.bytes + entry->from, entry->size);
	}
}

size_t moment_now(void)
{
	return log_.moment_count;
}

uint64_t journal_sum(void)
{
	return log_.sum;
}

bool undo_to(size_t moment)
{
	const struct moment *to = &log_.moments[moment];
	uint8_t *lowest[MAX_THREADS];

	if (!journaling || moment > log_.moment_count)
		return false;
	if (moment == log_.moment_count)
		return true;
	depths(lowest);
	for (size_t i = log_.entry_count; i-- > to->entries;) {
		const struct entry *entry = &log_.entries[i];

		memcpy(entry->at, log_.bytes + entry->from, entry->size);
		if (entry->region == VARIABLES)
			memcpy(log_.variables + entry->block * BLOCK, log_.bytes + entry->from, entry->size);
	}
	for (size_t i = moment; i < log_.moment_count; i++)
		stale_stacks(log_.moments[i].stacks);
	clear_below(lowest);
	log_.sum = to->sum;
	log_.entry_count = to->entries;
	log_.byte_count = to->bytes;
	log_.moment_count = moment;
	return true;
}
