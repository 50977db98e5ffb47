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

/* As many bits as u8 has numbers. A tree's driver and what it stands on have some 60 places where locks are initialised. */
#define MAX_CLASSES 256
#define WORDS (MAX_CLASSES / 64)
#define PLACES (2 * MAX_CLASSES)
#define MAX_HELD 16

/* Where locks of a class are initialised. */
static unsigned int classes[MAX_CLASSES] KEPT;
static unsigned int class_count KEPT;
/* The class of such a place, plus one: where its hash says, or behind that. */
static u16 numbers[PLACES] KEPT;
static struct {
	const void *lock;
	int class;
	unsigned int site;
} held[MAX_THREADS][MAX_HELD] KEPT;
static int held_count[MAX_THREADS] KEPT;
/* By class, as bits: those that were taken while one of it was held. */
static u64 after[MAX_CLASSES][WORDS] KEPT;
/* For each of those bits: where the second class was taken with the first one held, and where that was taken. */
static struct {
	unsigned int second, first;
} sites[MAX_CLASSES][MAX_CLASSES] __section("kscratch");
/* What next_towards() has come to, and by which class it has left. */
static struct {
	u8 class, by;
} waiting[MAX_CLASSES] __section("kscratch");

UNANNOUNCED static int new_class(unsigned int init, unsigned int place)
{
	if (class_count == MAX_CLASSES)
		trap("more than 256 classes of locks");
	journal_memory(&classes[class_count], sizeof(classes[0]));
	journal_memory(&numbers[place], sizeof(numbers[0]));
	journal_memory(&class_count, sizeof(class_count));
	classes[class_count] = init;
	numbers[place] = ++class_count;
	return class_count - 1;
}

UNANNOUNCED static int class_number(unsigned int init)
{
	unsigned int place = init * 0x9e3779b1u >> 16;

	if (init == 0)
		trap("a lock that was never initialised");
	for (;; place++) {
		unsigned int number = numbers[place % PLACES];

		if (number == 0)
			return new_class(init, place % PLACES);
		if (classes[number - 1] == init)
			return number - 1;
	}
}

UNANNOUNCED static bool comes_after(int class, int before)
{
	return after[before][class / 64] >> class % 64 & 1;
}

/* The class after which `from` was taken so that `to` comes after it, too; -1 where it does not. */
UNANNOUNCED static int next_towards(int from, int to)
{
	u64 seen[WORDS] = {};
	int count = 0;

	for (int i = -1; i < count; i++) {
		int class = i < 0 ? from : waiting[i].class;

		for (int w = 0; w < WORDS; w++) {
			for (u64 new = after[class][w] & ~seen[w]; new != 0; new &= new - 1) {
				int next = w * 64 + __builtin_ctzll(new), by = i < 0 ? next : waiting[i].by;

				if (next == to)
					return by;
				waiting[count].class = next;
				waiting[count++].by = by;
			}
			seen[w] |= after[class][w];
		}
	}
	return -1;
}

/* A class is taken while one of another is held, as never before. */
UNANNOUNCED static void note_order(int before, unsigned int since, int class)
{
	unsigned int site = call_site();
	int next;

	journal_memory(&after[before][class / 64], sizeof(u64));
	after[before][class / 64] |= 1UL << class % 64;
	sites[before][class].second = site;
	sites[before][class].first = since;
	next = next_towards(class, before);
	if (next >= 0) {
		const unsigned long words[] = { classes[before], classes[class], site, since, sites[class][next].second,
						sites[class][next].first };

		note_fault(FAULT_LOCK_ORDER, words, ARRAY_SIZE(words));
	}
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

	if (thread < 0)
		return;
	for (int i = 0; i < held_count[thread]; i++) {
		int before = held[thread][i].class;

		if (before != class && !comes_after(class, before))
			note_order(before, held[thread][i].site, class);
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
		/* Who looks for leaks looks here, too. */
		memset(&held[thread][i], 0, sizeof(held[thread][i]));
		held_count[thread]--;
		return;
	}
}

/* A call is over: what it still holds nothing will ever release. */
UNANNOUNCED void check_released(void)
{
	int thread = current_thread();

	for (int i = 0; i < held_count[thread]; i++) {
		const unsigned long words[] = { classes[held[thread][i].class], held[thread][i].site };

		note_fault(FAULT_HELD_AT_RETURN, words, ARRAY_SIZE(words));
	}
}
#endif
