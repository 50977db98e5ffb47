/*
 * Looking a few times before sleeping: waking a thread on another core takes longer than a call does. It pays only where what is
 * waited for comes soon and this thread takes no core from who is to bring it, which is learned from the waits before. The
 * preload library and the server both have this.
 */
#ifndef PANTHOR_SHIM_SPIN_H
#define PANTHOR_SHIM_SPIN_H

#include <errno.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include "preload/link/sys.h"

/* Looks where nothing is said; with what a look costs, and letting others run after it, some 50 us. */
#define SPIN_LOOKS 50
/* And at most, whatever is said, some 1 ms: the server's timeouts are late by that. */
#define SPIN_MOST_LOOKS 1000
/* A wait that is over by then was a short one, ns. */
#define SPIN_SHORT_NS 60000
/* So many short ones, one after the other, and the next is likely short. */
#define SPIN_SHORT_ONES 4
/* After looking in vain that is left for so many waits, twice as many each time. */
#define SPIN_LEAST_PAUSE 8
#define SPIN_MOST_PAUSE 4096

struct spin {
	unsigned short_ones, pause, next_pause;
};

/*
 * PANTHOR_SHIM_SPIN: looks before sleeping, 0 for none. Where it says nothing, or no number: SPIN_LOOKS with more than one core,
 * none otherwise. Leaves errno alone, as this is read within a client's calls.
 */
static inline unsigned spin_looks(void)
{
	const char *said = getenv("PANTHOR_SHIM_SPIN");
	cpu_set_t cores = {0};

	if (said != NULL && *said != '\0') {
		unsigned looks = 0;

		for (; *said >= '0' && *said <= '9'; said++) {
			looks = 10 * looks + (unsigned)(*said - '0');
			if (looks > SPIN_MOST_LOOKS)
				looks = SPIN_MOST_LOOKS;
		}
		if (*said == '\0')
			return looks;
	}
	return SYS_3(SYS_sched_getaffinity, 0, sizeof(cores), &cores) > 0 && CPU_COUNT(&cores) < 2 ? 0 : SPIN_LOOKS;
}

/* Whether to look before this wait. */
static inline bool spin_begins(struct spin *s)
{
	if (s->pause > 0) {
		s->pause--;
		return false;
	}
	return s->short_ones >= SPIN_SHORT_ONES;
}

/* What it was good for. */
static inline void spin_ended(struct spin *s, bool found)
{
	if (found) {
		s->next_pause -= s->next_pause > 0;
		return;
	}
	s->short_ones = 0;
	s->next_pause *= 2;
	if (s->next_pause < SPIN_LEAST_PAUSE)
		s->next_pause = SPIN_LEAST_PAUSE;
	if (s->next_pause > SPIN_MOST_PAUSE)
		s->next_pause = SPIN_MOST_PAUSE;
	s->pause = s->next_pause;
}

/* A wait without looks took that long, ns. */
static inline void spin_slept(struct spin *s, uint64_t ns)
{
	s->short_ones = ns > SPIN_SHORT_NS ? 0 : s->short_ones + (s->short_ones < SPIN_SHORT_ONES);
}

/* CLOCK_MONOTONIC, not as a library says that moves a client's clock. */
static inline uint64_t spin_now_ns(void)
{
	struct timespec now = {0};

	SYS_2(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/*
 * Waits by `get`, which either sleeps until there is something, or looks and returns -EAGAIN where there is nothing. Looks `looks`
 * times first, where that has paid. Returns what `get` returned last.
 */
static inline long spin_wait(struct spin *s, unsigned looks, long (*get)(void *from, bool sleeps), void *from)
{
	uint64_t begin;
	long got = -EAGAIN;

	if (looks == 0)
		return get(from, true);
	if (spin_begins(s)) {
		for (; looks > 0 && got == -EAGAIN; looks--) {
			got = get(from, false);
			if (got == -EAGAIN)
				SYS_1(SYS_sched_yield, 0);
		}
		spin_ended(s, got != -EAGAIN);
		if (got != -EAGAIN)
			return got;
	}
	begin = spin_now_ns();
	got = get(from, true);
	spin_slept(s, spin_now_ns() - begin);
	return got;
}

#endif
