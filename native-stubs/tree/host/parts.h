/* What state.c asks of the files that keep a part of the state. */
#ifndef PANTHOR_SHIM_TREE_PARTS_H
#define PANTHOR_SHIM_TREE_PARTS_H

#include <stddef.h>
#include <stdint.h>

/* How far the heap, the roots and the tables have been used. */
struct heap_marks {
	size_t heap_bytes, root_bytes, table_bytes;
};

struct heap_marks heap_marks(void);
size_t meta_size(void);
void save_meta(uint8_t *to);
/* `now`: the marks before the state went back. */
void restore_meta(const uint8_t *from, const struct heap_marks *now);
uint64_t hash_heap(uint64_t h);
uint64_t hash_tables(uint64_t h);

struct saved_threads;
struct saved_threads *save_threads(struct saved_threads *old);
void restore_threads(const struct saved_threads *from);
uint64_t hash_threads(uint64_t h);

uint64_t hash_words(uint64_t h, const void *at, size_t bytes);

void save_state(void);
void restore_state(void);
uint64_t hash_state(void);

/* The tasks of threads: all of it is kept, but only their state tells states apart (thread_word()). */
extern char ktasks_begin[] __asm__("__start_ktasks"), ktasks_end[] __asm__("__stop_ktasks");
/* What of a thread's task belongs to the state. */
unsigned long thread_word(int thread);

#endif
