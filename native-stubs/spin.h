/*
 * Looking a few times before sleeping: waking a thread on another core takes longer than a call does. It pays only where what is
 * waited for comes soon and this thread takes no core from who is to bring it, which is learned from the waits before. The
 * preload library and the server both have this.
 */
#ifndef PANTHOR_SHIM_SPIN_H
#define PANTHOR_SHIM_SPIN_H

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

/* Looks at most; with what a look costs, and letting others run after it, some 50 us. */
#define SPIN_LOOKS 50
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

/* PANTHOR_SHIM_SPIN: looks before sleeping, 0 for none; SPIN_LOOKS where there is more than one core, none otherwise. */
static inline unsigned spin_looks(void)
{
	const char *said = getenv("PANTHOR_SHIM_SPIN");
	cpu_set_t cores;

	if (said != NULL && *said != '\0')
		return (unsigned)strtoul(said, NULL, 10);
	return sched_getaffinity(0, sizeof(cores), &cores) == 0 && CPU_COUNT(&cores) < 2 ? 0 : SPIN_LOOKS;
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

#endif
