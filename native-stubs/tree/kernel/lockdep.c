// SPDX-License-Identifier: MIT
/*
 * The order in which locks are taken, as lockdep has it: locks that were initialised at the same place are a class, and a
 * class that is taken while another is held comes after it, for good. All of this is kept with the state, so that what is
 * found depends on the schedule alone; it does not tell states apart. Nothing but these variables and the thread's own stack is
 * looked at here, so loads and stores need not be announced.
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include "../arena.h"
#include "shim.h"

#define MAX_CLASSES 32
#define MAX_HELD 16

/* Where locks of a class are initialised; 0 is none. */
static unsigned int classes[MAX_CLASSES] KEPT;
static struct {
	const void *lock;
	int class;
	unsigned int site;
} held[MAX_THREADS][MAX_HELD] KEPT;
static int held_count[MAX_THREADS] KEPT;
/* Where the second class was taken with the first one held, and where that was taken. */
static struct {
	unsigned int second, first;
} order[MAX_CLASSES][MAX_CLASSES] KEPT;

UNANNOUNCED static int class_number(unsigned int init)
{
	for (int i = 0; init != 0 && i < MAX_CLASSES; i++) {
		if (classes[i] == 0) {
			journal_memory(&classes[i], sizeof(classes[i]));
			classes[i] = init;
		}
		if (classes[i] == init)
			return i;
	}
	return -1;
}

/* The class after which `from` was taken so that `to` comes after it, too; -1 where it does not. */
UNANNOUNCED static int next_towards(int from, int to)
{
	u32 seen = BIT(from), waiting = BIT(from), first[MAX_CLASSES] = {};

	while (waiting != 0) {
		int class = ffs(waiting) - 1;

		waiting &= ~BIT(class);
		for (int i = 0; i < MAX_CLASSES; i++) {
			if (order[class][i].second == 0 || seen & BIT(i))
				continue;
			first[i] = class == from ? i : first[class];
			if (i == to)
				return first[i];
			seen |= BIT(i);
			waiting |= BIT(i);
		}
	}
	return -1;
}

#ifdef PANTHOR_SHIM_PLAIN
/* Nothing is checked where speed is measured. */
void taking(const void *lock, unsigned int init) {}
void took(const void *lock, unsigned int init) {}
void released(const void *lock) {}
void check_released(void) {}
#else
/* A thread is about to take a lock of a class, and may have to wait for it. */
UNANNOUNCED void taking(const void *lock, unsigned int init)
{
	int thread = current_thread(), class = class_number(init);
	unsigned int site = call_site();

	if (class < 0 || thread < 0)
		return;
	for (int i = 0; i < held_count[thread]; i++) {
		int before = held[thread][i].class, next;

		if (before < 0 || before == class || order[before][class].second != 0)
			continue;
		journal_memory(&order[before][class], sizeof(order[before][class]));
		order[before][class].second = site;
		order[before][class].first = held[thread][i].site;
		next = next_towards(class, before);
		if (next >= 0) {
			const unsigned long words[] = { classes[before], classes[class], site, held[thread][i].site,
							order[class][next].second, order[class][next].first };

			note_fault(FAULT_LOCK_ORDER, words, ARRAY_SIZE(words));
		}
	}
}

UNANNOUNCED void took(const void *lock, unsigned int init)
{
	int thread = current_thread(), n;

	if (thread < 0)
		return;
	journal_memory(&held_count[thread], sizeof(held_count[thread]));
	n = held_count[thread]++;
	if (n >= MAX_HELD)
		trap("more than 16 locks at a time");
	journal_memory(&held[thread][n], sizeof(held[thread][n]));
	held[thread][n].lock = lock;
	held[thread][n].class = class_number(init);
	held[thread][n].site = call_site();
}

UNANNOUNCED void released(const void *lock)
{
	int thread = current_thread(), n;

	if (thread < 0)
		return;
	n = held_count[thread];
	for (int i = n - 1; i >= 0; i--) {
		if (held[thread][i].lock != lock)
			continue;
		journal_memory(held[thread], sizeof(held[thread]));
		journal_memory(&held_count[thread], sizeof(held_count[thread]));
		for (; i < n - 1; i++)
			held[thread][i] = held[thread][i + 1];
		held_count[thread]--;
		return;
	}
}

/* A call is over: what it still holds nothing will ever release. */
UNANNOUNCED void check_released(void)
{
	int thread = current_thread();

	for (int i = 0; i < held_count[thread]; i++) {
		unsigned int init = held[thread][i].class < 0 ? 0 : classes[held[thread][i].class];
		const unsigned long words[] = { init, held[thread][i].site };

		note_fault(FAULT_HELD_AT_RETURN, words, ARRAY_SIZE(words));
	}
}
#endif
