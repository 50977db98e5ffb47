/* The heap's objects one by one, for those who look for them; saving and emptying the heap. */
#define _GNU_SOURCE
#include "heap.h"
#include "journal.h"
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* What can hold anything but zeroes: by owner, its objects and their sizes. */
size_t heap_parts(struct part *to)
{
	size_t count = 0;

	for (int owner = 0; owner < OWNERS; owner++) {
		const size_t first = first_chunk(owner), high = heap.high[owner], row = PER_CHUNK * sizeof(*heap.sizes);

		to[count++] = (struct part){ARENA, (size_t)(arena.heap - arena.stacks) + first * CHUNK, high * CHUNK};
		to[count++] = (struct part){SIZES, first * row, high * row};
	}
	return count;
}

/* The numbers of chunks; then by chunk: kind, used, sites, what may be touched. */
size_t heap_meta_size(void)
{
	size_t size = sizeof(heap.high);

	for (int owner = 0; owner < OWNERS; owner++)
		size += heap.high[owner] * (1 + sizeof(*heap.used) + PER_CHUNK * sizeof(*heap.sites) + CHUNK / 8);
	return size;
}

uint8_t *save_heap_meta(uint8_t *to)
{
	to = put(to, &heap.high, sizeof(heap.high));
	for (int owner = 0; owner < OWNERS; owner++) {
		const size_t first = first_chunk(owner), high = heap.high[owner];

		to = put(to, heap.kind + first, high);
		to = put(to, heap.used + first, high * sizeof(*heap.used));
		to = put(to, heap.sites + first * PER_CHUNK, high * PER_CHUNK * sizeof(*heap.sites));
		to = put(to, accessible + first * CHUNK / 8, high * CHUNK / 8);
	}
	return to;
}

uint8_t *heap_sizes(void)
{
	return (uint8_t *)heap.sizes;
}

size_t sizes_room(void)
{
	return CHUNKS * PER_CHUNK * sizeof(*heap.sizes);
}

static void objects_of(size_t chunk, void (*with)(size_t at, size_t size, size_t number, void *arg), void *arg)
{
	size_t step, count;

	if (heap.kind[chunk] == FREE || heap.kind[chunk] == INSIDE)
		return;
	step = heap.kind[chunk] == LARGE ? CHUNK : heap_classes[heap.kind[chunk] - 1];
	count = heap.kind[chunk] == LARGE ? 1 : CHUNK / step;
	for (size_t i = 0; i < count; i++) {
		size_t number = chunk * PER_CHUNK + i;

		if (heap.sizes[number] != 0)
			with(chunk * CHUNK + i * step, heap.sizes[number], number, arg);
	}
}

/* For each object: where it is in the heap, its size, and its number in `sites`. */
void each_object(void (*with)(size_t at, size_t size, size_t number, void *arg), void *arg)
{
	for (int owner = 0; owner < OWNERS; owner++)
		for (size_t i = 0; i < heap.high[owner]; i++)
			objects_of(first_chunk(owner) + i, with, arg);
}

/* The place that an address lies in, used or not; false outside the heap and in chunks that were never used. */
bool place_of(const void *address, size_t *at, size_t *number)
{
	size_t offset = (size_t)((const uint8_t *)address - arena.heap), chunk = offset / CHUNK, step;
	uint8_t kind;

	if (offset >= HEAP_BYTES || chunk - first_chunk(owner_of(chunk)) >= heap.high[owner_of(chunk)])
		return false;
	while (heap.kind[chunk] == INSIDE)
		chunk--;
	kind = heap.kind[chunk] != FREE ? heap.kind[chunk] : heap.last[chunk];
	if (kind == FREE)
		return false;
	step = kind == LARGE ? HEAP_BYTES : heap_classes[kind - 1];
	*number = chunk * PER_CHUNK + (offset - chunk * CHUNK) / step;
	*at = chunk * CHUNK + (offset - chunk * CHUNK) / step * step;
	return true;
}

size_t object_size(size_t number)
{
	return heap.sizes[number];
}

bool is_allocated_near(const void *address)
{
	size_t at, number;

	return place_of(address, &at, &number) && heap.sizes[number] != 0;
}

void describe_object(const void *address, unsigned long *words)
{
	size_t at, number;

	if (!place_of(address, &at, &number))
		return;
	words[0] = (unsigned long)((const uint8_t *)address - arena.heap) - at;
	words[1] = heap.sites[number].allocated;
	words[2] = heap.sites[number].freed;
}

void *reserved(size_t bytes)
{
	void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (at == MAP_FAILED)
		abort();
	return at;
}

void reset_heap(void)
{
	if (heap.sizes == NULL) {
		heap.sizes = reserved(CHUNKS * PER_CHUNK * sizeof(*heap.sizes));
		heap.sites = reserved(CHUNKS * PER_CHUNK * sizeof(*heap.sites));
		open_accessible();
	}
	for (int owner = 0; owner < OWNERS; owner++) {
		const size_t first = first_chunk(owner), high = heap.high[owner];

		madvise(arena.heap + first * CHUNK, high * CHUNK, MADV_DONTNEED);
		memset(heap.kind + first, 0, high);
		memset(heap.used + first, 0, high * sizeof(*heap.used));
		memset(heap.sizes + first * PER_CHUNK, 0, high * PER_CHUNK * sizeof(*heap.sizes));
		forbid(first * CHUNK, high * CHUNK);
		heap.high[owner] = 0;
	}
	reset_tables();
}
