/* Threads as threads.c runs them and thread-state.c saves and hashes them. */
#ifndef PANTHOR_SHIM_TREE_THREADS_H
#define PANTHOR_SHIM_TREE_THREADS_H

#include "host.h"

/*
 * Below where a thread stands, its stack is what calls that have returned left there. New frames would have it in the
 * slots that they do not write, and the same state would look different by the way that led to it. So it is cleared at
 * each stop: as far down as most calls between two points go, and further where there is something. All of the stack of a thread
 * that has not begun, or has ended, is clear.
 */
#define CALL_DEPTH 0x800UL
/* The deepest of them. */
#define DEEPEST_CALL 0x2000UL

/* A kernel's stack is this deep. */
#define DEEPEST 0x4000UL

void clear_under(unsigned int index);

struct context {
	void *sp;
};

/* src/tree/thread-states.ts has the offsets. */
extern struct thread {
	struct context context;
	unsigned long function;
	/* Of the point that it stands at: kind, and what the mailbox said of it. */
	unsigned long kind, object, detail;
	bool alive;
} threads[MAX_THREADS];

/* Bits of those that are alive. */
extern uint32_t alive_threads;

/* For each of `bits`, lowest first. */
#define FOR_EACH_BIT(i, bits) \
	for (uint32_t rest = (bits), i; rest != 0 && (i = (uint32_t)__builtin_ctz(rest), 1); rest &= rest - 1)

static inline uint8_t *top_of(unsigned int index)
{
	return arena.stacks + (size_t)(index + 1) * STACK_SIZE;
}

#endif
