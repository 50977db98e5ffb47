/*
 * Page tables: pages with physical addresses. Roots are handed out once each, in order, all others lowest first, of those that
 * the thread has to itself where there are such (parts.h); what is freed reads as zeroes.
 */
#define _GNU_SOURCE
#include "host.h"
#include "journal.h"
#include "parts.h"
#include <string.h>
#include <sys/mman.h>

#define PAGE 4096UL
#define TABLES (TABLE_BYTES / PAGE)
#define ROOTS (ROOT_BYTES / PAGE)

/* Threads' own begin here: below, there is room for the initial state. All are in the window of src/tree/tables.ts. */
#define FIRST_OWN 0x4000UL
#define OWN_TABLES 0x1000UL

static uint64_t live[TABLES / 64];
static struct {
	/* By owner, from its first one on: below which none is free, how many have been used, and are in use. */
	struct {
		size_t first_free, high, live;
	} of[OWNERS];
	/* All in use; roots given out. */
	size_t live, next_root;
} pages;

static size_t first_table(int owner)
{
	return owner == 0 ? 0 : FIRST_OWN + (size_t)(owner - 1) * OWN_TABLES;
}

/* How many an owner can have. */
static size_t tables_of(int owner)
{
	return owner > 0 ? OWN_TABLES : journaling ? FIRST_OWN : TABLES;
}

/* Where no thread has its own, all are those of 0. */
static int owner_of(size_t page)
{
	if (page < FIRST_OWN || page >= first_table(OWNERS) || pages.of[0].high > FIRST_OWN)
		return 0;
	return 1 + (int)((page - FIRST_OWN) / OWN_TABLES);
}

void *root_alloc(void)
{
	if (pages.next_root == ROOTS)
		return NULL;
	journal_memory(&pages.next_root, sizeof(pages.next_root));
	return arena.tables + PAGE * pages.next_root++;
}

void *table_alloc(void)
{
	const int owner = owner_now();
	const size_t first = first_table(owner);
	size_t word = (first + pages.of[owner].first_free) / 64, page;

	while (word < (first + tables_of(owner)) / 64 && live[word] == ~0UL)
		word++;
	if (word == (first + tables_of(owner)) / 64)
		return NULL;
	page = word * 64 + (size_t)__builtin_ctzl(~live[word]);
	journal_region(LIVE, word * 8, 8);
	journal_memory(&pages.of[owner], sizeof(pages.of[owner]));
	live[word] |= 1UL << page % 64;
	pages.of[owner].first_free = page - first + 1;
	if (pages.of[owner].first_free > pages.of[owner].high)
		pages.of[owner].high = pages.of[owner].first_free;
	pages.of[owner].live++;
	journal_memory(&pages.live, sizeof(pages.live));
	pages.live++;
	return arena.tables + ROOT_BYTES + page * PAGE;
}

int is_table(const void *page)
{
	return (const uint8_t *)page >= arena.tables && (const uint8_t *)page < arena.tables + ROOT_BYTES + TABLE_BYTES;
}

/*
 * A page that is given back reads as zeroes; most of those that an operation has reserved were never written. Where speed is
 * measured it stays as it is: the driver clears a page when it takes it.
 */
static void clear(void *at)
{
#ifndef PANTHOR_SHIM_PLAIN
	const uint64_t *word = at;
	size_t i = 0;

	while (i < PAGE / 8 && word[i] == 0)
		i++;
	if (i == PAGE / 8)
		return;
	journal_memory(at, PAGE);
	memset(at, 0, PAGE);
#else
	(void)at;
#endif
}

void table_free(void *at)
{
	size_t offset = (size_t)((uint8_t *)at - arena.tables), page;

	if (offset < ROOT_BYTES) {
		clear(at);
		return;
	}
	page = (offset - ROOT_BYTES) / PAGE;
	if (offset % PAGE != 0 || (live[page / 64] >> page % 64 & 1) == 0)
		stop_with_fault(FAULT_DOUBLE_FREE, at, 0, 0);
	clear(at);
	const int owner = owner_of(page);

	journal_region(LIVE, page / 64 * 8, 8);
	journal_memory(&pages.of[owner], sizeof(pages.of[owner]));
	live[page / 64] &= ~(1UL << page % 64);
	if (page - first_table(owner) < pages.of[owner].first_free)
		pages.of[owner].first_free = page - first_table(owner);
	pages.of[owner].live--;
	journal_memory(&pages.live, sizeof(pages.live));
	pages.live--;
}

bool is_freed_table(const void *address)
{
	size_t offset = (size_t)((const uint8_t *)address - arena.tables - ROOT_BYTES), page = offset / PAGE;

	if (page >= TABLES)
		return false;
	const int owner = owner_of(page);

	return page - first_table(owner) < pages.of[owner].high && (live[page / 64] >> page % 64 & 1) == 0;
}

unsigned long tables_live(void)
{
	return pages.live;
}

unsigned long tables_left(void)
{
	return tables_of(owner_now()) - pages.of[owner_now()].live;
}

uint8_t *tables_in_use(void)
{
	return (uint8_t *)live;
}

size_t live_room(void)
{
	return sizeof(live);
}

size_t table_parts(struct part *to)
{
	const size_t base = (size_t)(arena.tables - arena.stacks);
	size_t count = 0;

	to[count++] = (struct part){ARENA, base, pages.next_root * PAGE};
	for (int owner = 0; owner < OWNERS; owner++) {
		const size_t first = first_table(owner), high = pages.of[owner].high;

		to[count++] = (struct part){ARENA, base + ROOT_BYTES + first * PAGE, high * PAGE};
		/* Whole blocks. */
		to[count++] = (struct part){LIVE, first / 8, (high + 511) / 512 * BLOCK};
	}
	return count;
}

size_t table_meta_size(void)
{
	return sizeof(pages);
}

uint8_t *save_table_meta(uint8_t *to)
{
	return put(to, &pages, sizeof(pages));
}

void reset_tables(void)
{
	madvise(arena.tables, pages.next_root * PAGE, MADV_DONTNEED);
	for (int owner = 0; owner < OWNERS; owner++) {
		const size_t first = first_table(owner), high = pages.of[owner].high;

		madvise(arena.tables + ROOT_BYTES + first * PAGE, high * PAGE, MADV_DONTNEED);
		memset(live + first / 64, 0, (high + 63) / 64 * 8);
	}
	memset(&pages, 0, sizeof(pages));
}
