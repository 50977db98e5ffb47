/*
 * Loads and stores of the tree's code, which the compiler announces (-fsanitize=kernel-address, as calls): what they may
 * touch of the heap is what is allocated, byte by byte. Eight bytes of the heap have one byte here: how many of them may
 * be touched, from the first on.
 */
#define _GNU_SOURCE
#include "host.h"
#include "journal.h"
#include "parts.h"
#include <sys/mman.h>

/* Below this no object lies: what an array that is not there would hold may be far from 0. */
#define NULL_BYTES 0x10000000UL

extern char ktext_begin[] __asm__("__start_ktext"), ktext_end[] __asm__("__stop_ktext");
extern char image[] __asm__("__ehdr_start");

uint8_t *accessible;

void open_accessible(void)
{
	accessible = reserved(HEAP_BYTES / 8);
}

void allow(size_t offset, size_t size)
{
	journal_memory(accessible + offset / 8, (size + 7) / 8);
	memset(accessible + offset / 8, 8, size / 8);
	if (size % 8 != 0)
		accessible[(offset + size) / 8] = size % 8;
}

void forbid(size_t offset, size_t size)
{
	journal_memory(accessible + offset / 8, (size + 7) / 8);
	memset(accessible + offset / 8, 0, (size + 7) / 8);
}

/* Frame by frame up the stack, as far as the tree's code and ours have frame pointers. */
static size_t call_sites(unsigned long *sites, size_t most)
{
	const unsigned long *frame = __builtin_frame_address(0);
	size_t count = 0;

	for (int depth = 0; depth < 64 && count < most; depth++) {
		const unsigned long *up = (const unsigned long *)frame[0];

		if (frame[1] - (unsigned long)ktext_begin < (unsigned long)(ktext_end - ktext_begin))
			sites[count++] = frame[1] - (unsigned long)image;
		if (up <= frame || up > frame + STACK_SIZE / 8)
			break;
		frame = up;
	}
	return count;
}

unsigned int call_site(void)
{
#ifdef PANTHOR_SHIM_PLAIN
	return 0;
#else
	unsigned long site = 0;

	call_sites(&site, 1);
	return (unsigned int)site;
#endif
}

void note_fault(enum fault fault, const unsigned long *words, unsigned long count)
{
	begin_note(NOTE_FAULT);
	note_word(fault);
	note_word(count);
	for (unsigned long i = 0; i < count; i++)
		note_word(words[i]);
}

/* No thread goes on from here. */
_Noreturn void stop_with_fault(enum fault fault, const void *address, unsigned long size, int is_store)
{
	unsigned long words[6] = {0, size, (unsigned long)is_store};

	call_sites(words, 1);
	describe_object(address, words + 3);
	note_fault(fault, words, 6);
	for (;;)
		stop_at(POINT_BUG, 0, 0, 0);
}

static inline bool is_accessible(size_t offset, size_t size)
{
	const size_t last = offset + size - 1;
	size_t i = offset / 8;

	if (size != 0 && accessible[last / 8] <= last % 8)
		return false;
	while (i < last / 8 && accessible[i] == 8)
		i++;
	return i == last / 8;
}

static inline void look(unsigned long address, unsigned long size, int is_store)
{
	const uint8_t *object = (const uint8_t *)address;
	size_t offset = address - (unsigned long)arena.heap;

	if (offset < HEAP_BYTES) {
		if (is_accessible(offset, size))
			return;
		stop_with_fault(is_allocated_near(object) ? FAULT_OUT_OF_BOUNDS : FAULT_USE_AFTER_FREE, object, size, is_store);
	}
	if (address < NULL_BYTES)
		stop_with_fault(FAULT_NULL, object, size, is_store);
	if (is_freed_table(object))
		stop_with_fault(FAULT_USE_AFTER_FREE, object, size, is_store);
}

static __attribute__((noinline)) void look_and_keep(unsigned long address, unsigned long size, int is_store, enum source source)
{
	look(address, size, is_store);
	journal_access((const void *)address, size, is_store ? source : LOADS);
}

/* Most of what is accessed is on the thread's own stack, or in the log of this step. */
static inline __attribute__((always_inline)) void announced(unsigned long address, unsigned long size, int is_store,
							     enum source source)
{
	const size_t offset = address - (unsigned long)arena.stacks, block = offset / BLOCK;

	/* Who looks at the state between two steps is none of the driver's threads. */
	if (running_thread < 0 || offset / STACK_SIZE == (size_t)running_thread)
		return;
	if (offset - MAX_THREADS * STACK_SIZE < HEAP_BYTES && journaling &&
	    arena_stamps[block] == journal_era && (offset + size - 1) / BLOCK == block &&
	    is_accessible(offset - MAX_THREADS * STACK_SIZE, size))
		return;
	look_and_keep(address, size, is_store, source);
}

#define ACCESS(name, is_store)								\
	void __asan_##name##1_noabort(unsigned long at);				\
	void __asan_##name##2_noabort(unsigned long at);				\
	void __asan_##name##4_noabort(unsigned long at);				\
	void __asan_##name##8_noabort(unsigned long at);				\
	void __asan_##name##16_noabort(unsigned long at);				\
	void __asan_##name##N_noabort(unsigned long at, unsigned long size);		\
	void __asan_##name##1_noabort(unsigned long at) { announced(at, 1, is_store, 0); }	\
	void __asan_##name##2_noabort(unsigned long at) { announced(at, 2, is_store, 0); }	\
	void __asan_##name##4_noabort(unsigned long at) { announced(at, 4, is_store, 0); }	\
	void __asan_##name##8_noabort(unsigned long at) { announced(at, 8, is_store, 0); }	\
	void __asan_##name##16_noabort(unsigned long at) { announced(at, 16, is_store, 0); }	\
	void __asan_##name##N_noabort(unsigned long at, unsigned long size) { announced(at, size, is_store, 0); }

ACCESS(load, 0)
ACCESS(store, 1)
void __asan_handle_no_return(void);
void __asan_handle_no_return(void) {}

/* What atomics touch, in inline assembly: the kernel's own instrumentation calls these (include/announce.h). */
_Bool kasan_check_read(const volatile void *at, unsigned int size);
_Bool kasan_check_write(const volatile void *at, unsigned int size);

_Bool kasan_check_read(const volatile void *at, unsigned int size)
{
	announced((unsigned long)at, size, 0, ATOMICS);
	return 1;
}

_Bool kasan_check_write(const volatile void *at, unsigned int size)
{
	announced((unsigned long)at, size, 1, ATOMICS);
	return 1;
}

/* The tree's memcpy() and its like: those of libc, announced. */
void *tree_memcpy(void *to, const void *from, size_t size);
void *tree_memmove(void *to, const void *from, size_t size);
void *tree_memset(void *to, int value, size_t size);

static void announce_copy(const void *to, const void *from, size_t size)
{
#ifndef PANTHOR_SHIM_PLAIN
	if (size == 0)
		return;
	if (from != NULL)
		announced((unsigned long)from, size, 0, INTRINSICS);
	announced((unsigned long)to, size, 1, INTRINSICS);
#else
	(void)to, (void)from, (void)size;
#endif
}

void *tree_memcpy(void *to, const void *from, size_t size)
{
	announce_copy(to, from, size);
	return memcpy(to, from, size);
}

void *tree_memmove(void *to, const void *from, size_t size)
{
	announce_copy(to, from, size);
	return memmove(to, from, size);
}

void *tree_memset(void *to, int value, size_t size)
{
	announce_copy(to, NULL, size);
	return memset(to, value, size);
}
