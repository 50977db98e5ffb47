/*
 * The hash of a state: a sum over blocks of memory, which is kept up to date by taking old terms out and putting new ones
 * in; and a chain over the threads, of their stacks from where they stand. Blocks of zeroes count nothing, so it does not matter
 * how far memory has ever been used.
 */
#include "journal.h"
#include "host.h"
#include "parts.h"

#define K1 0x9e3779b97f4a7c15UL
#define K2 0xc2b2ae3d27d4eb4fUL

static uint64_t of_words(uint64_t place, const uint64_t word[8])
{
	uint64_t a = place * K1 ^ 0x243f6a8885a308d3UL, b = place ^ 0x13198a2e03707344UL;

	if ((word[0] | word[1] | word[2] | word[3] | word[4] | word[5] | word[6] | word[7]) == 0)
		return 0;
	/* Two lanes, so that one multiplication need not wait for the other. */
	for (int i = 0; i < 8; i += 2) {
		a = (a ^ word[i]) * K1;
		b = (b ^ word[i + 1]) * K2;
		a ^= a >> 29;
		b ^= b >> 31;
	}
	a = (a ^ b >> 17 ^ b << 47) * K2;
	return a ^ a >> 32;
}

uint64_t hash_block(enum region region, size_t block, const uint8_t *at, size_t size)
{
	uint64_t words[8] = {0};

	memcpy(words, at, size);
	return of_words((uint64_t)region << 48 | block, words);
}

uint64_t sum_region(enum region region, const uint8_t *base, size_t bytes)
{
	uint64_t sum = 0;

	for (size_t at = 0; at < bytes; at += BLOCK)
		sum += hash_block(region, at / BLOCK, base + at, bytes - at < BLOCK ? bytes - at : BLOCK);
	return sum;
}

/* Blocks of the arena are counted from its start; stacks are not among them. */
static uint64_t sum_arena(const uint8_t *from, size_t bytes)
{
	uint64_t sum = 0;
	size_t first = (size_t)(from - arena.stacks) / BLOCK;

	for (size_t at = 0; at < bytes; at += BLOCK)
		sum += hash_block(ARENA, first + at / BLOCK, from + at, BLOCK);
	return sum;
}

uint64_t sum_from_scratch(void)
{
	const struct extent sizes = region_extent(SIZES), live = region_extent(LIVE);
	uint64_t sum = sum_region(VARIABLES, (const uint8_t *)kdata_begin, (size_t)(kdata_end - kdata_begin));

	sum += sum_arena(arena.heap, heap_high());
	sum += sum_arena(arena.tables, roots_high());
	sum += sum_arena(arena.tables + ROOT_BYTES, tables_high());
	sum += sum_region(SIZES, sizes.base, sizes.used);
	return sum + sum_region(LIVE, live.base, live.used);
}

/* Two lanes over words. */
uint64_t hash_words(uint64_t h, const void *at, size_t bytes)
{
	const uint64_t *word = at;
	uint64_t g = h ^ K2;
	size_t i = 0;

	for (; i + 2 <= bytes / 8; i += 2) {
		h = (h ^ word[i]) * K1;
		g = (g ^ word[i + 1]) * K2;
		h ^= h >> 29;
		g ^= g >> 31;
	}
	if (i < bytes / 8)
		h = (h ^ word[i]) * K1;
	h = (h ^ g >> 17 ^ g << 47) * K2;
	return h ^ h >> 32;
}

uint64_t hash_kept(void)
{
	return hash_threads(journal_sum(), false);
}

uint64_t hash_from_scratch(void)
{
	return hash_threads(sum_from_scratch(), true);
}
