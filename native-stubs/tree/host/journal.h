/*
 * What changes while threads run: old contents, so that steps can be undone, and a sum of hashes of blocks, so that a
 * state's hash costs what a step has touched. Stores are told before they are made.
 */
#ifndef PANTHOR_SHIM_TREE_JOURNAL_H
#define PANTHOR_SHIM_TREE_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BLOCK 64UL

/* Memory that is hashed in blocks; a block's place in its region is hashed with it, its address is not. */
enum region { ARENA, SIZES, LIVE, VARIABLES, UNHASHED };

/* Sources of stores that the journal can be made to leave out, so that a test sees that it would be missed. */
enum source { ATOMICS = 1, GLOBALS = 2, OTHER_STACKS = 4, INTRINSICS = 8, LOADS = 16 };
extern unsigned int left_out;

/* Whether there is a journal: from begin_journal() to end_journal(). */
extern bool journaling;
/* The state now is moment 0. */
void begin_journal(void);
void end_journal(void);
/*
 * What the running thread is about to change, or to read: where gcc has announced a load, it does not announce a store to the same
 * place that follows it.
 */
void journal_access(const void *at, size_t size, enum source source);
/* By block of the arena: the step that has put it into the log last; the step that is under way. */
extern uint32_t *arena_stamps, journal_era;
/* The next step begins: it has put nothing into the log. */
void next_era(void);
/* What the host half is about to change: `offset` is from the region's base; of UNHASHED, memory by address. */
void journal_region(enum region region, size_t offset, size_t size);
void journal_memory(void *at, size_t size);
/* A thread is about to run on, and has stopped. */
void journal_step(int thread);
void journal_stepped(void);
size_t moment_now(void);
/* Whether the last step has changed anything that is hashed, but for where threads stand. */
bool journal_moved(void);
/* Everything as it was at a moment; later ones are gone. False where there was no such moment. */
bool undo_to(size_t moment);

/* Where a region begins; of UNHASHED, nowhere. */
uint8_t *region_base(enum region region);

/* fingerprint.c: the term of one block. */
uint64_t hash_block(enum region region, size_t block, const uint8_t *at, size_t size);
uint64_t hash_whole_block(enum region region, size_t block, const uint8_t *at);
/* The sum of all regions from scratch. */
uint64_t sum_from_scratch(void);
/* The state's hash: of the sum as the journal has kept it, or of one from scratch. */
uint64_t hash_kept(void);
uint64_t hash_from_scratch(void);
uint64_t journal_sum(void);

#endif
