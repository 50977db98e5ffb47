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
#define K3 0x165667b19e3779f9UL
#define K4 0xd6e8feb86659fd93UL

/* All 128 bits of a product, folded. */
static inline uint64_t folded(uint64_t a, uint64_t b)
{
	const unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t of_words(uint64_t place, const uint64_t word[8])
{
	const uint64_t seed = place * K1 ^ 0x243f6a8885a308d3UL;

	if ((word[0] | word[1] | word[2] | word[3] | word[4] | word[5] | word[6] | word[7]) == 0)
		return 0;
	/* Four products of which none waits for another. */
	const uint64_t a = folded(word[0] ^ seed, word[1] ^ K1), b = folded(word[2] ^ seed, word[3] ^ K2),
		       c = folded(word[4] ^ seed, word[5] ^ K3), d = folded(word[6] ^ seed, word[7] ^ K4);

	return folded((a + (c << 32 | c >> 32)) ^ K3, (b + (d << 32 | d >> 32)) ^ seed);
}

uint64_t hash_block(enum region region, size_t block, const uint8_t *at, size_t size)
{
	uint64_t words[8] = {0};

	memcpy(words, at, size);
	return of_words((uint64_t)region << 48 | block, words);
}

uint64_t hash_whole_block(enum region region, size_t block, const uint8_t *at)
{
	return of_words((uint64_t)region << 48 | block, (const uint64_t *)at);
}

/* Blocks are counted from the region's base. */
static uint64_t sum_part(const struct part *part)
{
	const uint8_t *base = region_base(part->region);
	uint64_t sum = 0;

	for (size_t at = part->from; at < part->from + part->bytes; at += BLOCK) {
		size_t left = part->from + part->bytes - at;

		sum += hash_block(part->region, at / BLOCK, base + at, left < BLOCK ? left : BLOCK);
	}
	return sum;
}

uint64_t sum_from_scratch(void)
{
	struct part parts[MAX_PARTS];
	size_t count = heap_parts(parts);
	uint64_t sum = 0;

	count += table_parts(parts + count);
	parts[count++] = (struct part){VARIABLES, 0, (size_t)(kdata_end - kdata_begin)};
	for (size_t i = 0; i < count; i++)
		sum += sum_part(&parts[i]);
	return sum;
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

uint64_t hash_stack(const uint8_t *top, size_t bytes)
{
	uint64_t sum = bytes * K1;
	size_t at = BLOCK;

	for (; at <= bytes; at += BLOCK)
		sum += of_words(at, (const uint64_t *)(top - at));
	return at - BLOCK < bytes ? sum + hash_block(ARENA, at, top - bytes, bytes - (at - BLOCK)) : sum;
}

uint64_t hash_kept(void)
{
	return hash_threads(journal_sum(), false);
}

uint64_t hash_from_scratch(void)
{
	return hash_threads(sum_from_scratch(), true);
}
