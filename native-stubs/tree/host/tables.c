/*
 * Page tables: pages with physical addresses. Roots are handed out once each, in order, all others lowest first; what is
 * freed reads as zeroes.
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

static uint64_t live[TABLES / 64];
static struct {
	size_t first_free, high_table, live_tables, next_root;
} pages;

void *root_alloc(void)
{
	if (pages.next_root == ROOTS)
		return NULL;
	return arena.tables + PAGE * pages.next_root++;
}

void *table_alloc(void)
{
	size_t word = pages.first_free / 64;

	while (word < TABLES / 64 && live[word] == ~0UL)
		word++;
	if (word == TABLES / 64)
		return NULL;
	size_t page = word * 64 + (size_t)__builtin_ctzl(~live[word]);

	journal_region(LIVE, word * 8, 8);
	live[word] |= 1UL << page % 64;
	pages.first_free = page + 1;
	if (pages.first_free > pages.high_table)
		pages.high_table = pages.first_free;
	pages.live_tables++;
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
	journal_region(LIVE, page / 64 * 8, 8);
	live[page / 64] &= ~(1UL << page % 64);
	if (page < pages.first_free)
		pages.first_free = page;
	pages.live_tables--;
}

bool is_freed_table(const void *address)
{
	size_t offset = (size_t)((const uint8_t *)address - arena.tables - ROOT_BYTES), page = offset / PAGE;

	return offset < pages.high_table * PAGE && (live[page / 64] >> page % 64 & 1) == 0;
}

unsigned long tables_live(void)
{
	return pages.live_tables;
}

unsigned long tables_left(void)
{
	return TABLES - pages.live_tables;
}

struct extent tables_in_use(void)
{
	return (struct extent){(uint8_t *)live, (pages.high_table + 511) / 512 * 64};
}

size_t live_room(void)
{
	return sizeof(live);
}

void journal_table_counters(void)
{
	journal_memory(&pages, sizeof(pages));
}

size_t roots_high(void)
{
	return pages.next_root * PAGE;
}

size_t tables_high(void)
{
	return pages.high_table * PAGE;
}

/* The counters, then the bitmap. */
size_t table_meta_size(void)
{
	return sizeof(pages) + (pages.high_table + 63) / 64 * 8;
}

uint8_t *save_table_meta(uint8_t *to)
{
	to = put(to, &pages, sizeof(pages));
	return put(to, live, (pages.high_table + 63) / 64 * 8);
}

void reset_tables(void)
{
	madvise(arena.tables, pages.next_root * PAGE, MADV_DONTNEED);
	madvise(arena.tables + ROOT_BYTES, pages.high_table * PAGE, MADV_DONTNEED);
	memset(live, 0, (pages.high_table + 63) / 64 * 8);
	memset(&pages, 0, sizeof(pages));
}
