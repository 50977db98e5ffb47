/* What state.c asks of the files that keep a part of the state. */
#ifndef PANTHOR_SHIM_TREE_PARTS_H
#define PANTHOR_SHIM_TREE_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "../arena.h"
#include "journal.h"

/* A place in the arena's heap: heap_alloc(), except where speed is measured. */
void *arena_alloc(unsigned long size, unsigned int site);

/*
 * Who has a part of the heap and of the tables to itself: 0 is who makes the initial state, then the threads. Only where states
 * are told apart do threads have their own: tables of one kernel are at the addresses that the model has them at.
 */
#define OWNERS (1 + MAX_THREADS)

static inline int owner_now(void)
{
	return journaling ? current_thread() + 1 : 0;
}

/* Part of a region, from its base on, outside of which there are zeroes. */
struct part {
	enum region region;
	size_t from, bytes;
};
#define MAX_PARTS (4 * OWNERS + 2)

/* The same number of parts, in the same order, whenever it is asked. */
size_t heap_parts(struct part *to);
size_t table_parts(struct part *to);

/* What is known of objects and tables, besides what is in them; functions return where the next part begins. */
size_t heap_meta_size(void);
size_t table_meta_size(void);
uint8_t *save_heap_meta(uint8_t *to);
uint8_t *save_table_meta(uint8_t *to);
void reset_tables(void);

/* Sizes of objects, and which tables are in use: as the journal has them. How much room each may take. */
uint8_t *heap_sizes(void);
uint8_t *tables_in_use(void);
size_t sizes_room(void);
size_t live_room(void);
void journal_thread(int index);

/* That a thread's term is old: its bit, of all for -1. */
uint32_t stale_stack(int index);
/* A thread's term, and whether it is old; back to that, and the terms of `others` are old. */
struct known_term {
	uint64_t term;
	bool stale;
};
struct known_term term_before(int index);
void term_again(int index, struct known_term before, uint32_t others);
/* Where the stacks of some threads end now; what lies between that and where they end later is cleared. */
void depths(uint8_t *lowest[MAX_THREADS], uint32_t threads);
/* Where a thread's stack ends; the top for one that is not alive. */
uint8_t *stack_end(int index);
/* views.c: the view is asked for; it is kept before a step; it is what it was; after a step: whether it says other things of VMs. */
unsigned long tell_view(void);
size_t keep_view(void);
void view_again(size_t at);
bool view_moved(void);
void forget_views(void);
/* Which of the threads are alive is as their structs have it. */
void alive_again(uint32_t threads);
void clear_below(uint8_t *const lowest[MAX_THREADS], uint32_t changed);

static inline uint8_t *put(uint8_t *to, const void *from, size_t size)
{
	memcpy(to, from, size);
	return to + size;
}

/* Zeroes that take memory where they are written (heap-state.c). Never NULL. */
void *reserved(size_t bytes);

/* host/access.c: which bytes of the heap may be touched. */
extern uint8_t *accessible;
void open_accessible(void);
void allow(size_t offset, size_t size);
void forbid(size_t offset, size_t size);
_Noreturn void stop_with_fault(enum fault fault, const void *address, unsigned long size, int is_store);
/* Where in its object an address is, and who allocated and who freed that: three words. */
void describe_object(const void *address, unsigned long *words);
void each_object(void (*with)(size_t at, size_t size, size_t number, void *arg), void *arg);
size_t object_size(size_t number);
bool place_of(const void *address, size_t *at, size_t *number);
bool is_allocated_near(const void *address);
bool is_freed_table(const void *address);
/* Objects that nothing refers to any more are told as faults; how many there are. */
unsigned long find_leaks(void);
/* For each part of memory that can refer to objects. */
void each_root(void (*look_at)(const void *from, size_t bytes));

struct saved_threads;
void each_stack(void (*look_at)(const void *from, size_t bytes));
struct saved_threads *save_threads(struct saved_threads *old);
bool threads_differ(const struct saved_threads *from);
uint64_t hash_threads(uint64_t h, bool fresh);

uint64_t hash_words(uint64_t h, const void *at, size_t bytes);
/* Of what lies below `top`: a sum over blocks, which do not wait for one another. */
uint64_t hash_stack(const uint8_t *top, size_t bytes);

/* A copy of the whole state, and the first part in which the state now is another; NULL for none. */
void save_state(void);
const char *differing_part(void);

/* The tasks of threads: all of it is kept, but only their state tells states apart (thread_word()). */
extern char ktasks_begin[] __asm__("__start_ktasks"), ktasks_end[] __asm__("__stop_ktasks");
/* Variables of ours that do not tell states apart (kernel/shim.h, KEPT): who changes them tells the journal. */
extern char kkept_begin[] __asm__("__start_kkept"), kkept_end[] __asm__("__stop_kkept");
/* What of a thread's task belongs to the state. */
unsigned long thread_word(int thread);

#endif
