/* A text file that is read character by character: little of the stack, and no libc. */
#ifndef PANTHOR_SHIM_READ_TEXT_H
#define PANTHOR_SHIM_READ_TEXT_H

#include <stddef.h>

#include "sys.h"

struct text {
	int fd;
	size_t at, end;
	char bytes[512];
};

/* The next character; -1 at the end. */
static inline int next_char(struct text *t)
{
	if (t->at == t->end) {
		long n = SYS_3(SYS_read, t->fd, t->bytes, sizeof(t->bytes));

		if (n <= 0)
			return -1;
		t->at = 0;
		t->end = (size_t)n;
	}
	return (unsigned char)t->bytes[t->at++];
}

#endif
