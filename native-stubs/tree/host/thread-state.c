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

struct known_term term_before(int index)
{
	return (struct known_term){terms[index], (stale >> index & 1) != 0};
}

void term_again(int index, struct known_term before, uint32_t others)
{
	terms[index] = before.term;
	stale = (stale & ~(1u << index)) | (uint32_t)before.stale << index | others;
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

static bool is_clear(const uint8_t *from, size_t bytes)
{
	const uint64_t *word = (const uint64_t *)from;

	for (size_t i = 0; i < bytes / sizeof(*word); i += 4)
		if ((word[i] | word[i + 1] | word[i + 2] | word[i + 3]) != 0)
			return false;
	return true;
}

void clear_under(uint8_t *sp)
{
	memset(sp - CALL_DEPTH, 0, CALL_DEPTH);
	if (!is_clear(sp - 2 * CALL_DEPTH, CALL_DEPTH))
		memset(sp - DEEPEST_CALL, 0, DEEPEST_CALL - CALL_DEPTH);
}

void clear_below(uint8_t *const lowest[MAX_THREADS], uint32_t changed)
{
	for (int i = 0; i < MAX_THREADS; i++) {
		uint8_t *sp = threads[i].context.sp;

		if (!threads[i].alive || (changed >> i & 1) == 0)
			continue;
		if (lowest[i] < sp)
			memset(lowest[i], 0, (size_t)(sp - lowest[i]));
		else
			clear_under(sp);
	}
}

static uint64_t term_of(int index)
{
	const struct thread *thread = &threads[index];
	const uint64_t words[] = {(uint64_t)index, thread->kind, thread->object, thread->detail};

	return hash_words(1, words, sizeof(words)) + hash_stack(top_of(index), depth_of(thread, index));
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
