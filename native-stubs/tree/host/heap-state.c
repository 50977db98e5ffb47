/* The heap's objects one by one, for those who look for them; saving and emptying the heap. */
#define _GNU_SOURCE
#include "heap.h"
#include "journal.h"
#include "parts.h"
#include <string.h>
#include <sys/mman.h>

size_t heap_high(void)
{
	return heap.high_chunk * CHUNK;
}

/* The number of chunks; then by chunk: kind, used, sizes, sites, what may be touched. */
size_t heap_meta_size(void)
{
	return sizeof(heap.high_chunk) + heap.high_chunk * (1 + sizeof(*heap.used) + PER_CHUNK * (sizeof(*heap.sizes) + sizeof(*heap.sites)) + CHUNK / 8);
}

uint8_t *save_heap_meta(uint8_t *to)
{
	to = put(to, &heap.high_chunk, sizeof(heap.high_chunk));
	to = put(to, heap.kind, heap.high_chunk);
	to = put(to, heap.used, heap.high_chunk * sizeof(*heap.used));
	to = put(to, heap.sizes, heap.high_chunk * PER_CHUNK * sizeof(*heap.sizes));
	to = put(to, heap.sites, heap.high_chunk * PER_CHUNK * sizeof(*heap.sites));
	return put(to, accessible, heap.high_chunk * CHUNK / 8);
}

struct extent heap_sizes(void)
{
	return (struct extent){(uint8_t *)heap.sizes, heap.high_chunk * PER_CHUNK * sizeof(*heap.sizes)};
}

size_t sizes_room(void)
{
	return CHUNKS * PER_CHUNK * sizeof(*heap.sizes);
}

void journal_heap_counters(void)
{
	journal_memory(&heap.high_chunk, sizeof(heap.high_chunk));
}

/* For each object: where it is in the heap, its size, and its number in `sites`. */
void each_object(void (*with)(size_t at, size_t size, size_t number, void *arg), void *arg)
{
	for (size_t chunk = 0; chunk < heap.high_chunk; chunk++) {
		size_t step, count;

		if (heap.kind[chunk] == FREE || heap.kind[chunk] == INSIDE)
			continue;
		step = heap.kind[chunk] == LARGE ? CHUNK : heap_classes[heap.kind[chunk] - 1];
		count = heap.kind[chunk] == LARGE ? 1 : CHUNK / step;
		for (size_t i = 0; i < count; i++) {
			size_t number = chunk * PER_CHUNK + i;

			if (heap.sizes[number] != 0)
				with(chunk * CHUNK + i * step, heap.sizes[number], number, arg);
		}
	}
}

/* The place that an address lies in, used or not; false outside the heap and in chunks that were never used. */
bool place_of(const void *address, size_t *at, size_t *number)
{
	size_t offset = (size_t)((const uint8_t *)address - arena.heap), chunk = offset / CHUNK, step;
	uint8_t kind;

	if (offset >= heap.high_chunk * CHUNK)
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

static void *reserved(size_t bytes)
{
	return mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
}

void reset_heap(void)
{
	if (heap.sizes == NULL) {
		heap.sizes = reserved(CHUNKS * PER_CHUNK * sizeof(*heap.sizes));
		heap.sites = reserved(CHUNKS * PER_CHUNK * sizeof(*heap.sites));
		open_accessible();
	}
	madvise(arena.heap, heap.high_chunk * CHUNK, MADV_DONTNEED);
	memset(heap.kind, 0, heap.high_chunk);
	memset(heap.used, 0, heap.high_chunk * sizeof(*heap.used));
	memset(heap.sizes, 0, heap.high_chunk * PER_CHUNK * sizeof(*heap.sizes));
	forbid(0, heap.high_chunk * CHUNK);
	heap.high_chunk = 0;
	reset_tables();
}
