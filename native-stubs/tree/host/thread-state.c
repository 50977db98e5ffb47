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

static size_t depth_of(const struct thread *thread, unsigned int index)
{
	return thread->alive ? (size_t)(top_of(index) - (uint8_t *)thread->context.sp) : 0;
}

static uint8_t *end_of(unsigned int index)
{
	return threads[index].alive ? threads[index].context.sp : top_of(index);
}

struct saved_threads *save_threads(struct saved_threads *old)
{
	size_t size = sizeof(*old);
	struct saved_threads *to;
	uint8_t *at;

	for (unsigned int i = 0; i < MAX_THREADS; i++)
		size += depth_of(&threads[i], i);
	to = realloc(old, size);
	if (to == NULL)
		abort();
	memcpy(to->threads, threads, sizeof(threads));
	at = to->stacks;
	for (unsigned int i = 0; i < MAX_THREADS; i++) {
		size_t depth = depth_of(&threads[i], i);

		if (depth > 0)
			memcpy(at, threads[i].context.sp, depth);
		at += depth;
	}
	return to;
}

void each_stack(void (*look_at)(const void *from, size_t bytes))
{
	FOR_EACH_BIT(i, alive_threads)
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
		journal_memory(thread->context.sp, depth_of(thread, (unsigned int)index));
}

uint8_t *stack_end(int index)
{
	return end_of((unsigned int)index);
}

void depths(uint8_t *lowest[MAX_THREADS], uint32_t bits)
{
	FOR_EACH_BIT(i, bits)
		lowest[i] = end_of(i);
}

/* Words that the processor takes together. */
typedef uint64_t words __attribute__((vector_size(16), aligned(8), may_alias));

/* Both at once, which takes as long as one of them; gcc would make two loops of it. */
__attribute__((optimize("no-tree-loop-distribute-patterns"))) static void clear_down_from(uint8_t *sp)
{
	words *clear = (words *)(sp - CALL_DEPTH);
	const words *under = (const words *)(sp - 2 * CALL_DEPTH), zero = {0};
	words a = zero, b = zero;

	for (size_t i = 0; i < CALL_DEPTH / sizeof(words); i += 2) {
		clear[i] = clear[i + 1] = zero;
		a |= under[i];
		b |= under[i + 1];
	}
	a |= b;
	if ((a[0] | a[1]) != 0)
		memset(sp - DEEPEST_CALL, 0, DEEPEST_CALL - CALL_DEPTH);
}

void alive_again(uint32_t bits)
{
	FOR_EACH_BIT(i, bits)
		alive_threads = (alive_threads & ~(1u << i)) | (uint32_t)threads[i].alive << i;
}

void clear_under(unsigned int index)
{
	clear_down_from(end_of(index));
}

/* `lowest`: how far down threads have stood since; what was put back reaches no further. */
void clear_below(uint8_t *const lowest[MAX_THREADS], uint32_t changed)
{
	FOR_EACH_BIT(i, changed) {
		uint8_t *const end = end_of(i);

		if (lowest[i] < end)
			memset(lowest[i], 0, (size_t)(end - lowest[i]));
	}
}

static uint64_t term_of(unsigned int index)
{
	const struct thread *thread = &threads[index];
	const uint64_t words[] = {(uint64_t)index, thread->kind, thread->object, thread->detail};

	return hash_words(1, words, sizeof(words)) + hash_stack(top_of(index), depth_of(thread, index));
}

/* `fresh`: no term is taken from before. What a thread's task belongs to may change while others run. */
uint64_t hash_threads(uint64_t h, bool fresh)
{
	FOR_EACH_BIT(i, alive_threads) {
		uint64_t words[2] = {0, 0};

		if (!fresh && (stale >> i & 1) != 0) {
			terms[i] = term_of(i);
			stale &= ~(1u << i);
		}
		words[0] = fresh ? term_of(i) : terms[i];
		words[1] = thread_word((int)i);
		h = hash_words(h, words, sizeof(words));
	}
	return h;
}

/* At the far end of a stack, kernels before 6.14 have a pointer to the thread's task. */
static bool is_clear_below(unsigned int index)
{
	for (const uint8_t *at = top_of(index) - DEEPEST + BLOCK; at < end_of(index); at++)
		if (*at != 0)
			return false;
	return true;
}

bool threads_differ(const struct saved_threads *from)
{
	const uint8_t *at = from->stacks;

	if (memcmp(threads, from->threads, sizeof(threads)) != 0)
		return true;
	for (unsigned int i = 0; i < MAX_THREADS; i++) {
		size_t depth = depth_of(&threads[i], i);

		if (depth > 0 && memcmp(threads[i].context.sp, at, depth) != 0)
			return true;
		if (!is_clear_below(i))
			return true;
		at += depth;
	}
	return false;
}
