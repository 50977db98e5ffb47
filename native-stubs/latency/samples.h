/* Times of round trips, and their percentiles on standard output. */
#ifndef PANTHOR_SHIM_SAMPLES_H
#define PANTHOR_SHIM_SAMPLES_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static inline uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static inline int compare_samples(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* One line: name, p50 and p99 in ns. Sorts the samples. */
static inline void print_samples(const char *name, uint64_t *samples, size_t count)
{
	qsort(samples, count, sizeof(*samples), compare_samples);
	printf("%s %llu %llu\n", name, (unsigned long long)samples[count / 2],
	       (unsigned long long)samples[count * 99 / 100]);
}

#endif
