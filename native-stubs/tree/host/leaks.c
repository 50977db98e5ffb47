/*
 * Objects that nothing refers to, as kmemleak finds them: every word of the variables, of the stacks and of what has been
 * reached so far that looks like an address in an object, anywhere in it, refers to it.
 */
#define _GNU_SOURCE
#include "host.h"
#include "parts.h"
#include <stdlib.h>
#include <sys/mman.h>

/* By object's number (place_of()): the search that has reached it last; room for more than the heap ever holds. */
static uint32_t *reached, search;
static struct reference {
	size_t at, number;
} *waiting;
static size_t waiting_count, waiting_room;

static void look_at(const void *from, size_t bytes)
{
	const void *const *word = from;

	for (size_t i = 0; i < bytes / sizeof(*word); i++) {
		struct reference found;

		/* Most of what is looked at is no address of the heap. */
		if ((uint64_t)word[i] - (uint64_t)arena.heap >= HEAP_BYTES)
			continue;
		if (!place_of(word[i], &found.at, &found.number) || !is_allocated_near(word[i]) ||
		    reached[found.number] == search)
			continue;
		reached[found.number] = search;
		if (waiting_count == waiting_room) {
			waiting_room = waiting_room * 2 + 64;
			waiting = realloc(waiting, waiting_room * sizeof(*waiting));
			if (waiting == NULL)
				abort();
		}
		waiting[waiting_count++] = found;
	}
}

static void tell(size_t at, size_t size, size_t number, void *arg)
{
	unsigned long words[6] = {0, size};

	if (reached[number] == search)
		return;
	++*(unsigned long *)arg;
	describe_object(arena.heap + at, words + 3);
	note_fault(FAULT_LEAK, words, 6);
}

unsigned long find_leaks(void)
{
	unsigned long leaks = 0;

	if (reached == NULL)
		reached = mmap(NULL, HEAP_BYTES / 32 * sizeof(*reached), PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (reached == MAP_FAILED)
		abort();
	search++;
	waiting_count = 0;
	each_root(look_at);
	while (waiting_count > 0) {
		struct reference next = waiting[--waiting_count];

		look_at(arena.heap + next.at, object_size(next.number));
	}
	each_object(tell, &leaks);
	return leaks;
}
