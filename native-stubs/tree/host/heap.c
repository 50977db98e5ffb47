/*
 * The heap. An allocation is decided by what is allocated now and by nothing that was before, so that the same state has
 * the same addresses whichever way it was reached: the lowest free place of its size class, in the part of the heap that the
 * thread has to itself, so that threads which allocate in another order leave the same state. Chunks of 16 KiB hold objects
 * of one class; larger objects are runs of chunks. What is freed reads as zeroes.
 */
#define _GNU_SOURCE
#include "heap.h"
#include "journal.h"
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

const uint16_t heap_classes[CLASS_COUNT] = {32, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096, 5440, 8192};
struct heap heap;

/* What is known of a chunk, and of an object of it, is about to change. */
static void journal_chunk(size_t chunk)
{
	journal_memory(&heap.kind[chunk], sizeof(heap.kind[chunk]));
	journal_memory(&heap.last[chunk], sizeof(heap.last[chunk]));
	journal_memory(&heap.used[chunk], sizeof(heap.used[chunk]));
}

static void journal_object(size_t number)
{
	journal_region(SIZES, number * sizeof(*heap.sizes), sizeof(*heap.sizes));
	journal_memory(&heap.sites[number], sizeof(*heap.sites));
}

static int class_of(size_t size)
{
	for (size_t i = 0; i < CLASS_COUNT; i++)
		if (size <= heap_classes[i])
			return (int)i;
	return -1;
}

/* An object begins: its bytes may be touched, and those after it in its place may not. */
static void *born(size_t chunk, size_t index, size_t offset, size_t size, uint32_t site)
{
	heap.sites[chunk * PER_CHUNK + index] = (struct site){.allocated = site};
	allow(offset, size);
	return arena.heap + offset;
}

static void *take(size_t chunk, int class, size_t size, uint32_t site)
{
	size_t step = heap_classes[class], count = CHUNK / step;
	uint32_t *row = heap.sizes + chunk * PER_CHUNK;

	for (size_t i = 0; i < count; i++) {
		if (row[i] != 0)
			continue;
		journal_chunk(chunk);
		journal_object(chunk * PER_CHUNK + i);
		row[i] = (uint32_t)size;
		heap.used[chunk]++;
		return born(chunk, i, chunk * CHUNK + i * step, size, site);
	}
	return NULL;
}

/* A chunk is used: so have been all before it. */
static void reach(int owner, size_t chunk)
{
	if (chunk - first_chunk(owner) < heap.high[owner])
		return;
	journal_memory(&heap.high[owner], sizeof(heap.high[owner]));
	heap.high[owner] = chunk - first_chunk(owner) + 1;
}

static void *alloc_large(int owner, size_t size, uint32_t site)
{
	size_t need = (size + CHUNK - 1) / CHUNK, run = 0, end = first_chunk(owner) + chunks_of(owner);

	for (size_t chunk = first_chunk(owner); chunk < end; chunk++) {
		run = heap.kind[chunk] == FREE ? run + 1 : 0;
		if (run < need)
			continue;
		size_t first = chunk + 1 - need;

		for (size_t i = first; i <= chunk; i++)
			journal_chunk(i);
		journal_object(first * PER_CHUNK);
		heap.kind[first] = LARGE;
		for (size_t i = first + 1; i <= chunk; i++)
			heap.kind[i] = INSIDE;
		heap.used[first] = 1;
		heap.sizes[first * PER_CHUNK] = (uint32_t)size;
		reach(owner, chunk);
		return born(first, 0, first * CHUNK, size, site);
	}
	return NULL;
}

void *arena_alloc(unsigned long size, unsigned int site)
{
	int class = class_of(size), owner = owner_now();
	size_t first = first_chunk(owner), end = first + heap.high[owner], empty = CHUNKS;

	if (class < 0)
		return alloc_large(owner, size, site);
	for (size_t chunk = first; chunk < end; chunk++) {
		if (heap.kind[chunk] == FREE && chunk < empty)
			empty = chunk;
		if (heap.kind[chunk] == 1 + class && heap.used[chunk] < CHUNK / heap_classes[class])
			return take(chunk, class, size, site);
	}
	if (empty == CHUNKS)
		empty = end;
	if (empty == first + chunks_of(owner))
		return NULL;
	reach(owner, empty);
	journal_chunk(empty);
	heap.kind[empty] = (uint8_t)(1 + class);
	return take(empty, class, size, site);
}

/* The chunk and the place in it of an object's first byte; false for anything else. */
static bool locate(const void *object, size_t *chunk, size_t *index)
{
	size_t offset = (size_t)((const uint8_t *)object - arena.heap);

	if ((const uint8_t *)object < arena.heap || offset >= HEAP_BYTES)
		return false;
	*chunk = offset / CHUNK;
	if (heap.kind[*chunk] == FREE || heap.kind[*chunk] == INSIDE)
		return false;
	if (heap.kind[*chunk] == LARGE) {
		*index = 0;
		return offset % CHUNK == 0;
	}
	/* A processor may take twice as long for 64 bits. */
	const uint32_t step = heap_classes[heap.kind[*chunk] - 1], inside = (uint32_t)(offset % CHUNK);

	*index = inside / step;
	return inside % step == 0 && heap.sizes[*chunk * PER_CHUNK + *index] != 0;
}

static unsigned long arena_size(const void *object)
{
	size_t chunk, index;

	return locate(object, &chunk, &index) ? heap.sizes[chunk * PER_CHUNK + index] : 0;
}

static void arena_free(void *object, unsigned int site)
{
	size_t chunk, index;

	if (!locate(object, &chunk, &index))
		stop_with_fault(FAULT_DOUBLE_FREE, object, 0, 0);
	uint32_t *size = &heap.sizes[chunk * PER_CHUNK + index];

	journal_chunk(chunk);
	journal_object(chunk * PER_CHUNK + index);
	journal_memory(object, *size);
	heap.sites[chunk * PER_CHUNK + index].freed = site;
	forbid((size_t)((uint8_t *)object - arena.heap), *size);
	if (*size >= 1UL << 20)
		madvise(object, *size, MADV_DONTNEED);
	else
		memset(object, 0, *size);
	heap.last[chunk] = heap.kind[chunk];
	if (heap.kind[chunk] == LARGE) {
		heap.kind[chunk] = FREE;
		for (size_t i = chunk + 1; i < CHUNKS && heap.kind[i] == INSIDE; i++) {
			journal_chunk(i);
			heap.kind[i] = FREE;
		}
	}
	*size = 0;
	if (--heap.used[chunk] == 0)
		heap.kind[chunk] = FREE;
}

#ifdef PANTHOR_SHIM_PLAIN
/* Where speed is measured the driver's objects are libc's, their size in front; what JavaScript hands over is not. */
struct plain {
	size_t size, unused;
};

static bool in_arena(const void *object)
{
	return (size_t)((const uint8_t *)object - arena.heap) < HEAP_BYTES;
}

void *heap_alloc(unsigned long size, unsigned int site)
{
	struct plain *at = malloc(sizeof(*at) + size);

	(void)site;
	if (at == NULL)
		return NULL;
	at->size = size;
	return at + 1;
}

unsigned long heap_size(const void *object)
{
	return object == NULL ? 0 : in_arena(object) ? arena_size(object) : ((const struct plain *)object - 1)->size;
}

void heap_free(void *object, unsigned int site)
{
	if (in_arena(object))
		arena_free(object, site);
	else
		free((struct plain *)object - 1);
}
#else
void *heap_alloc(unsigned long size, unsigned int site)
{
	return arena_alloc(size, site);
}

unsigned long heap_size(const void *object)
{
	return arena_size(object);
}

void heap_free(void *object, unsigned int site)
{
	arena_free(object, site);
}
#endif
