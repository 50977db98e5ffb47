/* What heap.c and heap-state.c share: how the heap is cut up, and what is known of its objects. */
#ifndef PANTHOR_SHIM_TREE_HEAP_H
#define PANTHOR_SHIM_TREE_HEAP_H

#include "host.h"
#include "parts.h"

#define CHUNK 0x4000UL
#define CHUNKS (HEAP_BYTES / CHUNK)
#define SMALLEST 32UL
#define PER_CHUNK (CHUNK / SMALLEST)
#define CLASS_COUNT 16

enum { FREE, LARGE = 254, INSIDE = 255 };

struct heap {
	/* By chunk: FREE, 1 + class, LARGE for the first of a run, INSIDE for the others. */
	uint8_t kind[CHUNKS];
	/* What a chunk that is free was before. */
	uint8_t last[CHUNKS];
	uint16_t used[CHUNKS];
	/* Bytes asked for by object, 0 for none; of a run, in the first. */
	uint32_t *sizes;
	/* Who allocated an object last, and who freed it, as call_site() has it. */
	struct site {
		uint32_t allocated, freed;
	} *sites;
	/* By owner, how many of its chunks have been used. */
	size_t high[OWNERS];
};

extern struct heap heap;
extern const uint16_t heap_classes[CLASS_COUNT];

/* Half of the heap is what the initial state is made in, the rest is the threads', the same for each. */
#define OWN_CHUNKS (CHUNKS / 2 / MAX_THREADS)

static inline size_t first_chunk(int owner)
{
	return owner == 0 ? 0 : CHUNKS / 2 + (size_t)(owner - 1) * OWN_CHUNKS;
}

static inline size_t chunks_of(int owner)
{
	return owner == 0 ? CHUNKS / 2 : OWN_CHUNKS;
}

static inline int owner_of(size_t chunk)
{
	return chunk < CHUNKS / 2 ? 0 : 1 + (int)((chunk - CHUNKS / 2) / OWN_CHUNKS);
}

#endif
