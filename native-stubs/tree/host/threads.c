/*
 * Threads of the driver as coroutines: each has a stack in the arena, and runs until its next point. There is one real
 * thread, so nothing is ever in the middle of anything but at a point.
 */
#include "host.h"
#include "journal.h"
#include "parts.h"
#include "threads.h"
#include <stdlib.h>
#include <string.h>

struct thread threads[MAX_THREADS];
uint32_t alive_threads;

static struct context host;
int running_thread = -1;

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
	struct thread *thread = &threads[running_thread];

	call_kernel(thread->function);
	thread->alive = false;
	alive_threads &= ~(1u << running_thread);
	stop_at(POINT_END, 0, 0, 0);
	__builtin_unreachable();
}

static void begin_at(int index, unsigned long function)
{
	struct thread *thread = &threads[index];
	void **top = (void **)top_of((unsigned int)index);

	prepare_stack(index, (unsigned long)top);
	/* A return address that is not used keeps the stack aligned as after a call. */
	*--top = NULL;
	*--top = (void *)begin;
	top -= 6;
	memset(top, 0, 6 * sizeof(*top));
	alive_threads |= 1u << index;
	*thread = (struct thread){.context = {top}, .function = function, .kind = POINT_CONDITION, .alive = true};
}

static void run_on(int index)
{
	struct thread *thread = &threads[index];

	running_thread = index;
	entered(index);
	switch_to(&host, &thread->context);
	entered(-1);
	running_thread = -1;
#ifndef PANTHOR_SHIM_PLAIN
	clear_under((unsigned int)index);
#endif
	thread->kind = mailbox.kind;
	thread->object = mailbox.object;
	thread->detail = mailbox.a;
	journal_stepped();
}

void start_thread(int index, unsigned long function)
{
	journal_step(index);
	begin_at(index, function);
}

void step_thread(int index)
{
	journal_step(index);
	run_on(index);
}

void run_thread(int index, unsigned long function)
{
	journal_step(index);
	begin_at(index, function);
	run_on(index);
}

unsigned long stop_at(enum point kind, unsigned long object, unsigned long a, unsigned long b)
{
	if ((mailbox.quiet >> kind & 1) != 0 && kind <= POINT_TABLE) {
		if (kind == POINT_READ)
			return immediate_read(object);
		if (kind == POINT_WRITE)
			immediate_write(object, (unsigned int)a);
		if (kind == POINT_READ || kind == POINT_WRITE || kind == POINT_TABLE)
			return 0;
	}
	mailbox.kind = kind;
	mailbox.object = object;
	mailbox.a = a;
	mailbox.b = b;
	switch_to(&threads[running_thread].context, &host);
	return mailbox.reply;
}

void pass(enum point kind, unsigned long object)
{
	if ((mailbox.quiet >> kind & 1) == 0)
		stop_at(kind, object, 0, 0);
}

int current_thread(void)
{
	return running_thread;
}

unsigned int threads_alive(void)
{
	return alive_threads;
}

bool thread_ended(int index)
{
	return !threads[index].alive;
}

uint32_t ready_threads(void)
{
	uint32_t bits = 0;

	FOR_EACH_BIT(i, alive_threads) {
		const struct thread *thread = &threads[i];
		unsigned long object = thread->kind == POINT_CONDITION ? thread->detail : thread->object;

		if (object == 0 || is_ready(thread->kind, object, (int)i))
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
#ifndef PANTHOR_SHIM_PLAIN
	/* A thread that met a trap or a fault has not come to where it would have been cleared. */
	FOR_EACH_BIT(i, alive_threads)
		memset(top_of(i) - DEEPEST, 0, DEEPEST);
#endif
	memset(threads, 0, sizeof(threads));
	alive_threads = 0;
	running_thread = -1;
}
