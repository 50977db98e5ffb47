/*
 * The heap. An allocation is decided by what is allocated now and by nothing that was before, so that the same state has
 * the same addresses whichever way it was reached: the lowest free place of its size class. Chunks of 16 KiB hold objects
 * of one class; larger objects are runs of chunks. What is freed reads as zeroes.
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

static const uint16_t CLASSES[] = {32, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096, 5440, 8192};
#define CLASS_COUNT (sizeof(CLASSES) / sizeof(CLASSES[0]))

enum { FREE, LARGE = 254, INSIDE = 255 };

/* By chunk: FREE, 1 + class, LARGE for the first of a run, INSIDE for the others. */
static uint8_t kind[CHUNKS];
static uint16_t used[CHUNKS];
/* Bytes asked for by object, 0 for none; of a run, in the first. */
static uint32_t *sizes;
static size_t high_chunk;

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

size_t heap_high(void)
{
	return high_chunk * CHUNK;
}

/* The number of chunks; then by chunk: kind, used, sizes. */
size_t heap_meta_size(void)
{
	return sizeof(high_chunk) + high_chunk * (1 + sizeof(*used) + PER_CHUNK * sizeof(*sizes));
}

uint8_t *save_heap_meta(uint8_t *to)
{
	to = put(to, &high_chunk, sizeof(high_chunk));
	to = put(to, kind, high_chunk);
	to = put(to, used, high_chunk * sizeof(*used));
	return put(to, sizes, high_chunk * PER_CHUNK * sizeof(*sizes));
}

const uint8_t *restore_heap_meta(const uint8_t *from)
{
	size_t chunks = high_chunk;

	memset(kind, 0, chunks);
	memset(used, 0, chunks * sizeof(*used));
	from = get(from, &high_chunk, sizeof(high_chunk));
	if (chunks > high_chunk)
		memset(sizes + high_chunk * PER_CHUNK, 0, (chunks - high_chunk) * PER_CHUNK * sizeof(*sizes));
	from = get(from, kind, high_chunk);
	from = get(from, used, high_chunk * sizeof(*used));
	return get(from, sizes, high_chunk * PER_CHUNK * sizeof(*sizes));
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

void reset_heap(void)
{
	if (sizes == NULL)
		sizes = mmap(NULL, CHUNKS * PER_CHUNK * sizeof(*sizes), PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	madvise(arena.heap, high_chunk * CHUNK, MADV_DONTNEED);
	memset(kind, 0, high_chunk);
	memset(used, 0, high_chunk * sizeof(*used));
	memset(sizes, 0, high_chunk * PER_CHUNK * sizeof(*sizes));
	high_chunk = 0;
	reset_tables();
}
