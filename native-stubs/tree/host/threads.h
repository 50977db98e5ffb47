/* Threads as threads.c runs them and thread-state.c saves and hashes them. */
#ifndef PANTHOR_SHIM_TREE_THREADS_H
#define PANTHOR_SHIM_TREE_THREADS_H

#include "host.h"

/*
 * Below where a thread stands, its stack is what calls that have returned left there. New frames would have it in the
 * slots that they do not write, and the same state would look different by the way that led to it. So it is cleared at
 * each stop, as far down as a call between two points goes.
 */
#define CALL_DEPTH 0x2000UL

struct context {
	void *sp;
};

extern struct thread {
	struct context context;
	unsigned long function;
	unsigned long kind, object, detail;
	bool alive;
} threads[MAX_THREADS];

#endif
