/*
 * Threads of the driver as coroutines: each has a stack in the arena, and runs until its next point. There is one real
 * thread, so nothing is ever in the middle of anything but at a point.
 */
#include "host.h"
#include "journal.h"
#include "parts.h"
#include <stdlib.h>
#include <string.h>

struct context {
	void *sp;
};

static struct thread {
	struct context context;
	unsigned long function;
	unsigned long kind, object, detail;
	bool alive;
} threads[MAX_THREADS];

static struct context host;
static int running = -1;

/*
 * Below where a thread stands, its stack is what calls that have returned left there. New frames would have it in the
 * slots that they do not write, and the same state would look different by the way that led to it. So it is cleared at
 * each stop, as far down as a call between two points goes.
 */
#define CALL_DEPTH 0x2000UL
/* A kernel's stack is this deep. */
#define DEEPEST 0x4000UL

/* Saves what a function call must preserve, and goes on where `to` stopped. */
void switch_to(struct context *from, struct context *to);
__asm__(".text\n"
	".type switch_to, @function\n"
	"switch_to:\n"
	"	pushq %rbp\n"
	"	pushq %rbx\n"
	"	pushq %r12\n"
	"	pushq %r13\n"
	"	pushq %r14\n"
	"	pushq %r15\n"
	"	movq %rsp, (%rdi)\n"
	"	movq (%rsi), %rsp\n"
	"	popq %r15\n"
	"	popq %r14\n"
	"	popq %r13\n"
	"	popq %r12\n"
	"	popq %rbx\n"
	"	popq %rbp\n"
	"	ret\n"
	".size switch_to, .-switch_to\n");

static void begin(void)
{
	struct thread *thread = &threads[running];

	call_kernel(thread->function);
	thread->alive = false;
	stop_at(POINT_END, 0, 0, 0);
	__builtin_unreachable();
}

void start_thread(int index, unsigned long function)
{
	struct thread *thread = &threads[index];
	void **top = (void **)(arena.stacks + (size_t)(index + 1) * STACK_SIZE);

	journal_step(index);
	memset((uint8_t *)top - DEEPEST, 0, DEEPEST);
	prepare_stack(index, (unsigned long)top);
	/* A return address that is not used keeps the stack aligned as after a call. */
	*--top = NULL;
	*--top = (void *)begin;
	top -= 6;
	memset(top, 0, 6 * sizeof(*top));
	*thread = (struct thread){.context = {top}, .function = function, .kind = POINT_CONDITION, .alive = true};
}

void step_thread(int index)
{
	struct thread *thread = &threads[index];

	journal_step(index);
	running = index;
	entered(index);
	switch_to(&host, &thread->context);
	entered(-1);
	running = -1;
	memset((uint8_t *)thread->context.sp - CALL_DEPTH, 0, CALL_DEPTH);
	thread->kind = mailbox.kind;
	thread->object = mailbox.object;
	thread->detail = mailbox.a;
	journal_stepped();
}

unsigned long stop_at(enum point kind, unsigned long object, unsigned long a, unsigned long b)
{
	if ((mailbox.quiet >> kind & 1) != 0 && kind == POINT_TABLE)
		return 0;
	mailbox.kind = kind;
	mailbox.object = object;
	mailbox.a = a;
	mailbox.b = b;
	switch_to(&threads[running].context, &host);
	return mailbox.reply;
}

void pass(enum point kind, unsigned long object)
{
	if ((mailbox.quiet >> kind & 1) == 0)
		stop_at(kind, object, 0, 0);
}

int current_thread(void)
{
	return running;
}

bool thread_ended(int index)
{
	return !threads[index].alive;
}

uint32_t ready_threads(void)
{
	uint32_t bits = 0;

	for (int i = 0; i < MAX_THREADS; i++) {
		const struct thread *thread = &threads[i];
		unsigned long object = thread->kind == POINT_CONDITION ? thread->detail : thread->object;

		if (thread->alive && (object == 0 || is_ready(thread->kind, object, i)))
			bits |= 1u << i;
	}
	return bits;
}

void trap(const char *name)
{
	strncpy(mailbox.text, name, sizeof(mailbox.text) - 1);
	for (;;)
		stop_at(POINT_TRAP, 0, 0, 0);
}

void reset_threads(void)
{
	memset(threads, 0, sizeof(threads));
	running = -1;
}

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
