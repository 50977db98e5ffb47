/* What native-stubs/spin.h decides about waits: "LENGTH..." in us, and whether it looks first and finds something if so ("+", "-"). */
#include <stdio.h>
#include <stdlib.h>

#include "../../../native-stubs/spin.h"

int main(int argc, char **argv)
{
	struct spin s = {0};

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
	return spin_looks() == 7 ? 0 : 1;
}
