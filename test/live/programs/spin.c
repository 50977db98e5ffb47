/*
 * What native-stubs/spin.h decides about waits: "LENGTH..." in us, and whether it looks first and finds something if so ("+", "-").
 * Without arguments: how often it looks in vain before it sleeps, and how often it sleeps then.
 */
#include <stdio.h>
#include <stdlib.h>

#include "../../../native-stubs/spin.h"

struct tries {
	unsigned looks, sleeps;
};

/* There is nothing until it sleeps. */
static long come_late(void *from, bool sleeps)
{
	struct tries *tries = from;

	if (sleeps)
		tries->sleeps++;
	else
		tries->looks++;
	return sleeps ? 1 : -EAGAIN;
}

static void count_looks(void)
{
	struct spin s = {.short_ones = SPIN_SHORT_ONES};
	struct tries tries = {0};

	spin_wait(&s, spin_looks(), come_late, &tries);
	printf("%u %u", tries.looks, tries.sleeps);
}

int main(int argc, char **argv)
{
	struct spin s = {0};

	if (argc == 1)
		count_looks();
	for (int i = 1; i < argc; i++) {
		unsigned long us = strtoul(argv[i], NULL, 10);
		bool looks = spin_begins(&s), found = us * 1000 <= SPIN_SHORT_NS;

		if (looks)
			spin_ended(&s, found);
		if (!looks || !found)
			spin_slept(&s, us * 1000);
		putchar(!looks ? '.' : found ? '+' : '-');
	}
	putchar('\n');
	return 0;
}
