/* close_range(2) and closefrom(3): the library's own descriptors stay. */
#include <unistd.h>

#include "hidden.h"
#include "known.h"
#include "next.h"

EXPORT int close_range(unsigned first, unsigned last, int flags)
{
	int result = 0;

	known_forget_range(first, last);
	while (result == 0 && first <= last) {
		int keep = hidden_lowest(first, last);

		if (keep < 0)
			return NEXT(close_range)(first, last, flags);
		if ((unsigned)keep > first)
			result = NEXT(close_range)(first, (unsigned)keep - 1, flags);
		first = (unsigned)keep + 1;
	}
	return result;
}

EXPORT void closefrom(int first)
{
	close_range(first < 0 ? 0 : (unsigned)first, ~0u, 0);
}
