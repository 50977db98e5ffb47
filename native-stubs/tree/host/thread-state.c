/* The threads' part of the state: stacks from where threads stand, saved, compared, hashed, and told to the journal. */
#include "host.h"
#include "journal.h"
#include "parts.h"
#include "threads.h"
#include <stdlib.h>

struct saved_threads {
	struct thread threads[MAX_THREADS];
	uint8_t stacks[];
};

static uint8_t *top_of(int index)
{
	return arena.stacks + (size_t)(index + 1) * STACK_SIZE;
}

static size_t depth_of(const struct thread *thread, int index)
{
	return thread->alive ? (size_t)(top_of(index) - (uint8_t *)thread->context.sp) : 0;
}

struct saved_threads *save_threads(struct saved_threads *old)
{
	size_t size = sizeof(*old);
	struct saved_threads *to;
	uint8_t *at;

	for (int i = 0; i < MAX_THREADS; i++)
		size += depth_of(&threads[i], i);
	to = realloc(old, size);
	if (to == NULL)
		abort();
	memcpy(to->threads, threads, sizeof(threads));
	at = to->stacks;
	for (int i = 0; i < MAX_THREADS; i++) {
		size_t depth = depth_of(&threads[i], i);

		if (depth > 0)
			memcpy(at, threads[i].context.sp, depth);
		at += depth;
	}
	return to;
}

void each_stack(void (*look_at)(const void *from, size_t bytes))
{
	for (int i = 0; i < MAX_THREADS; i++)
		if (threads[i].alive)
			look_at(threads[i].context.sp, depth_of(&threads[i], i));
}

/* Terms of threads, and the bits of those that have changed since. */
static uint64_t terms[MAX_THREADS];
static uint32_t stale;

uint32_t stale_stack(int index)
{
	const uint32_t bits = index < 0 ? ~0u : 1u << index;

	stale |= bits;
	return bits;
}

void stale_stacks(uint32_t bits)
{
	stale |= bits;
}

void journal_thread(int index)
{
	struct thread *thread = &threads[index];

	journal_memory(thread, sizeof(*thread));
	if (thread->alive)
		journal_memory(thread->context.sp, depth_of(thread, index));
}

void depths(uint8_t *lowest[MAX_THREADS])
{
	for (int i = 0; i < MAX_THREADS; i++)
		lowest[i] = threads[i].alive ? threads[i].context.sp : top_of(i);
}

void clear_below(uint8_t *const lowest[MAX_THREADS])
{
	for (int i = 0; i < MAX_THREADS; i++) {
		uint8_t *sp = threads[i].context.sp, *from;

		if (!threads[i].alive || (stale >> i & 1) == 0)
			continue;
		from = (lowest[i] < sp ? lowest[i] : sp) - CALL_DEPTH;
		memset(from, 0, (size_t)(sp - from));
	}
}

/*
 * Clears what functions that the caller called have left on the stack: the log runs on that of the thread whose store it
 * is told of, and the driver's next frames may have slots that they do not write.
 */
__attribute__((noinline)) void clear_called(void)
{
	uint8_t below[0x400];

	memset(below, 0, sizeof(below));
	__asm__ volatile("" : : "r"(below) : "memory");
}

static uint64_t term_of(int index)
{
	const struct thread *thread = &threads[index];
	const uint64_t words[] = {(uint64_t)index, thread->kind, thread->object};

	return hash_words(hash_words(1, words, sizeof(words)), thread->context.sp, depth_of(thread, index));
}

/* `fresh`: no term is taken from before. What a thread's task belongs to may change while others run. */
uint64_t hash_threads(uint64_t h, bool fresh)
{
	for (int i = 0; i < MAX_THREADS; i++) {
		uint64_t words[2] = {0, 0};

		if (!threads[i].alive)
			continue;
		if (!fresh && (stale >> i & 1) != 0) {
			terms[i] = term_of(i);
			stale &= ~(1u << i);
		}
		words[0] = fresh ? term_of(i) : terms[i];
		words[1] = thread_word(i);
		h = hash_words(h, words, sizeof(words));
	}
	return h;
}

bool threads_differ(const struct saved_threads *from)
{
	const uint8_t *at = from->stacks;

	if (memcmp(threads, from->threads, sizeof(threads)) != 0)
		return true;
	for (int i = 0; i < MAX_THREADS; i++) {
		size_t depth = depth_of(&threads[i], i);

		if (depth > 0 && memcmp(threads[i].context.sp, at, depth) != 0)
			return true;
		at += depth;
	}
	return false;
}
