/* The log of old contents (log.c), as the moments that one can go back to are made of it (journal.c). */
#ifndef PANTHOR_SHIM_TREE_LOG_H
#define PANTHOR_SHIM_TREE_LOG_H

#include "host.h"
#include "journal.h"

#define STACKS_BYTES (MAX_THREADS * STACK_SIZE)
#define ARENA_BYTES (STACKS_BYTES + HEAP_BYTES + ROOT_BYTES + TABLE_BYTES)

/* What was at a place, from `from` on in the log's bytes; of a region that is hashed, which block. */
struct entry {
	uint8_t *at;
	size_t from;
	uint32_t size;
	uint32_t region;
	uint32_t block;
};

struct log {
	struct entry *entries;
	uint8_t *bytes;
	size_t entry_count, entry_room, byte_count, byte_room;
	/* As arena_stamps, of the other regions. journal_era never goes back: what carries it is in the log of this step already. */
	uint32_t *stamps[VARIABLES];
	/* Bits of the threads whose stacks this step changes. */
	uint32_t stacks;
};

extern struct log step_log;

void put_entry(uint8_t *at, const uint8_t *old, size_t size, enum region region, size_t block);
/* Room for `need` of `size` bytes each: `old`, or what has taken its place. Never NULL. */
void *room_for(void *old, size_t *room, size_t need, size_t size);
/* An empty log. */
void open_log(void);

#endif
