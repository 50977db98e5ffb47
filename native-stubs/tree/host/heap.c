/*
 * The heap. An allocation is decided by what is allocated now and by nothing that was before, so that the same state has
 * the same addresses whichever way it was reached: the lowest free place of its size class. Chunks of 16 KiB hold objects
 * of one class; larger objects are runs of chunks. What is freed reads as zeroes.
 *
 * Tables are pages with physical addresses: roots are handed out once each, in order, all others lowest first.
 */
#define _GNU_SOURCE
#include "host.h"
#include "parts.h"
#include <string.h>
#include <sys/mman.h>

#define CHUNK 0x4000UL
#define CHUNKS (HEAP_BYTES / CHUNK)
#define SMALLEST 32UL
#define PER_CHUNK (CHUNK / SMALLEST)
#define PAGE 4096UL
#define TABLES (TABLE_BYTES / PAGE)
#define ROOTS (ROOT_BYTES / PAGE)

static const uint16_t CLASSES[] = {32, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096, 5440, 8192};
#define CLASS_COUNT (sizeof(CLASSES) / sizeof(CLASSES[0]))

enum { FREE, LARGE = 254, INSIDE = 255 };

/* By chunk: FREE, 1 + class, LARGE for the first of a run, INSIDE for the others. */
static uint8_t kind[CHUNKS];
static uint16_t used[CHUNKS];
/* Bytes asked for by object, 0 for none; of a run, in the first. */
static uint32_t *sizes;
static size_t high_chunk;

static uint64_t live[TABLES / 64];
static size_t first_free, high_table, live_tables;
static size_t next_root;

static int class_of(size_t size)
{
	for (size_t i = 0; i < CLASS_COUNT; i++)
		if (size <= CLASSES[i])
			return (int)i;
	return -1;
}

static void *take(size_t chunk, int class, size_t size)
{
	size_t step = CLASSES[class], count = CHUNK / step;
	uint32_t *row = sizes + chunk * PER_CHUNK;

	for (size_t i = 0; i < count; i++) {
		if (row[i] != 0)
			continue;
		row[i] = (uint32_t)size;
		used[chunk]++;
		return arena.heap + chunk * CHUNK + i * step;
	}
	return NULL;
}

static void *alloc_large(size_t size)
{
	size_t need = (size + CHUNK - 1) / CHUNK, run = 0;

	for (size_t chunk = 0; chunk < CHUNKS; chunk++) {
		run = kind[chunk] == FREE ? run + 1 : 0;
		if (run < need)
			continue;
		size_t first = chunk + 1 - need;

		kind[first] = LARGE;
		for (size_t i = first + 1; i <= chunk; i++)
			kind[i] = INSIDE;
		used[first] = 1;
		sizes[first * PER_CHUNK] = (uint32_t)size;
		if (chunk >= high_chunk)
			high_chunk = chunk + 1;
		return arena.heap + first * CHUNK;
	}
	return NULL;
}

void *heap_alloc(unsigned long size)
{
	int class = class_of(size);
	size_t empty = CHUNKS;

	if (class < 0)
		return alloc_large(size);
	for (size_t chunk = 0; chunk < high_chunk; chunk++) {
		if (kind[chunk] == FREE && chunk < empty)
			empty = chunk;
		if (kind[chunk] == 1 + class && used[chunk] < CHUNK / CLASSES[class])
			return take(chunk, class, size);
	}
	if (empty == CHUNKS)
		empty = high_chunk;
	if (empty >= CHUNKS)
		return NULL;
	if (empty == high_chunk)
		high_chunk++;
	kind[empty] = (uint8_t)(1 + class);
	return take(empty, class, size);
}

/* The chunk and the place in it of an object's first byte; false for anything else. */
static bool locate(const void *object, size_t *chunk, size_t *index)
{
	size_t offset = (size_t)((const uint8_t *)object - arena.heap);

	if ((const uint8_t *)object < arena.heap || offset >= HEAP_BYTES)
		return false;
	*chunk = offset / CHUNK;
	if (kind[*chunk] == FREE || kind[*chunk] == INSIDE)
		return false;
	if (kind[*chunk] == LARGE) {
		*index = 0;
		return offset % CHUNK == 0;
	}
	size_t step = CLASSES[kind[*chunk] - 1];

	*index = offset % CHUNK / step;
	return offset % CHUNK % step == 0 && sizes[*chunk * PER_CHUNK + *index] != 0;
}

unsigned long heap_size(const void *object)
{
	size_t chunk, index;

	return locate(object, &chunk, &index) ? sizes[chunk * PER_CHUNK + index] : 0;
}

void heap_free(void *object)
{
	size_t chunk, index;

	if (!locate(object, &chunk, &index))
		trap("kfree: double free, or not the start of an object");
	uint32_t *size = &sizes[chunk * PER_CHUNK + index];

	if (*size >= 1UL << 20)
		madvise(object, *size, MADV_DONTNEED);
	else
		memset(object, 0, *size);
	if (kind[chunk] == LARGE) {
		kind[chunk] = FREE;
		for (size_t i = chunk + 1; i < CHUNKS && kind[i] == INSIDE; i++)
			kind[i] = FREE;
	}
	*size = 0;
	if (--used[chunk] == 0)
		kind[chunk] = FREE;
}

void *root_alloc(void)
{
	if (next_root == ROOTS)
		return NULL;
	return arena.tables + PAGE * next_root++;
}

void *table_alloc(void)
{
	size_t word = first_free / 64;

	while (word < TABLES / 64 && live[word] == ~0UL)
		word++;
	if (word == TABLES / 64)
		return NULL;
	size_t page = word * 64 + (size_t)__builtin_ctzl(~live[word]);

	live[word] |= 1UL << page % 64;
	first_free = page + 1;
	if (first_free > high_table)
		high_table = first_free;
	live_tables++;
	return arena.tables + ROOT_BYTES + page * PAGE;
}

int is_table(const void *page)
{
	return (const uint8_t *)page >= arena.tables && (const uint8_t *)page < arena.tables + ROOT_BYTES + TABLE_BYTES;
}

void table_free(void *at)
{
	size_t offset = (size_t)((uint8_t *)at - arena.tables), page;

	if (offset < ROOT_BYTES) {
		memset(at, 0, PAGE);
		return;
	}
	page = (offset - ROOT_BYTES) / PAGE;
	if (offset % PAGE != 0 || (live[page / 64] >> page % 64 & 1) == 0)
		trap("kmem_cache_free: double free of a page table");
	memset(at, 0, PAGE);
	live[page / 64] &= ~(1UL << page % 64);
	if (page < first_free)
		first_free = page;
	live_tables--;
}

unsigned long tables_live(void)
{
	return live_tables;
}

unsigned long tables_left(void)
{
	return TABLES - live_tables;
}

struct heap_marks heap_marks(void)
{
	return (struct heap_marks){high_chunk * CHUNK, next_root * PAGE, high_table * PAGE};
}

/* The counters, then by chunk: kind, used, sizes; then the bitmap of tables. */
static size_t counters[5];

static void gather(void)
{
	const size_t now[] = {high_chunk, first_free, high_table, live_tables, next_root};

	memcpy(counters, now, sizeof(counters));
}

size_t meta_size(void)
{
	return sizeof(counters) + high_chunk * (1 + sizeof(*used) + PER_CHUNK * sizeof(*sizes)) + TABLES / 8;
}

static uint8_t *put(uint8_t *to, const void *from, size_t size)
{
	memcpy(to, from, size);
	return to + size;
}

static const uint8_t *get(const uint8_t *from, void *to, size_t size)
{
	memcpy(to, from, size);
	return from + size;
}

void save_meta(uint8_t *to)
{
	gather();
	to = put(to, counters, sizeof(counters));
	to = put(to, kind, high_chunk);
	to = put(to, used, high_chunk * sizeof(*used));
	to = put(to, sizes, high_chunk * PER_CHUNK * sizeof(*sizes));
	put(to, live, (high_table + 63) / 64 * 8);
}

void restore_meta(const uint8_t *from, const struct heap_marks *now)
{
	size_t chunks = now->heap_bytes / CHUNK;

	from = get(from, counters, sizeof(counters));
	memset(kind, 0, chunks);
	memset(used, 0, chunks * sizeof(*used));
	high_chunk = counters[0];
	if (chunks > high_chunk)
		memset(sizes + high_chunk * PER_CHUNK, 0, (chunks - high_chunk) * PER_CHUNK * sizeof(*sizes));
	first_free = counters[1];
	high_table = counters[2];
	live_tables = counters[3];
	next_root = counters[4];
	from = get(from, kind, high_chunk);
	from = get(from, used, high_chunk * sizeof(*used));
	from = get(from, sizes, high_chunk * PER_CHUNK * sizeof(*sizes));
	memset(live, 0, (now->table_bytes / PAGE + 63) / 64 * 8);
	get(from, live, (high_table + 63) / 64 * 8);
}

uint64_t hash_heap(uint64_t h)
{
	for (size_t chunk = 0; chunk < high_chunk; chunk++) {
		size_t step, count;

		if (kind[chunk] == FREE || kind[chunk] == INSIDE)
			continue;
		step = kind[chunk] == LARGE ? CHUNK : CLASSES[kind[chunk] - 1];
		count = kind[chunk] == LARGE ? 1 : CHUNK / step;
		for (size_t i = 0; i < count; i++) {
			size_t size = sizes[chunk * PER_CHUNK + i], at = chunk * CHUNK + i * step;
			const size_t place[] = {at, size};

			if (size == 0)
				continue;
			h = hash_words(h, place, sizeof(place));
			h = hash_words(h, arena.heap + at, (size + 7) & ~7UL);
		}
	}
	return h;
}

uint64_t hash_tables(uint64_t h)
{
	h = hash_words(h, arena.tables, next_root * PAGE);
	h = hash_words(h, live, (high_table + 63) / 64 * 8);
	for (size_t page = 0; page < high_table; page++)
		if (live[page / 64] >> page % 64 & 1)
			h = hash_words(h, arena.tables + ROOT_BYTES + page * PAGE, PAGE);
	return h;
}

void reset_heap(void)
{
	if (sizes == NULL)
		sizes = mmap(NULL, CHUNKS * PER_CHUNK * sizeof(*sizes), PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	madvise(arena.heap, high_chunk * CHUNK, MADV_DONTNEED);
	madvise(arena.tables, next_root * PAGE, MADV_DONTNEED);
	madvise(arena.tables + ROOT_BYTES, high_table * PAGE, MADV_DONTNEED);
	memset(kind, 0, high_chunk);
	memset(used, 0, high_chunk * sizeof(*used));
	memset(sizes, 0, high_chunk * PER_CHUNK * sizeof(*sizes));
	memset(live, 0, (high_table + 63) / 64 * 8);
	high_chunk = first_free = high_table = live_tables = next_root = 0;
}
