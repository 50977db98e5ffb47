/*
 * close(2), dup(2) and fcntl(2). An open file of the model is a real descriptor, so the kernel does the counting; what
 * is left to do: a close waits until the server has released what it was the last reference to, the library's own
 * descriptors stay, and F_GETFL tells how the device was opened.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "channel.h"
#include "hidden.h"
#include "identity.h"
#include "next.h"
#include "sys.h"

int fcntl64(int fd, int command, ...);

/* A release that another process has yet to make is not ours to wait for; the server knows. */
static void settle(void)
{
	struct message request, reply;

	message_begin(&request);
	if (channel_call(&request, WIRE_SETTLE, -1, 0, &reply) == 0)
		message_free(&reply, true);
	message_free(&request, false);
}

EXPORT int close(int fd)
{
	bool ours;
	int result;

	if (hidden_contains(fd)) {
		errno = EBADF;
		return -1;
	}
	ours = identify(fd).kind != FILE_OTHER;
	identity_forget(fd);
	result = NEXT(close)(fd);
	if (ours)
		settle();
	return result;
}
ALSO(__close, close);

EXPORT int dup2(int from, int to)
{
	bool ours = from != to && identify(to).kind != FILE_OTHER;
	int result;

	hidden_make_way(to);
	identity_forget(to);
	result = NEXT(dup2)(from, to);
	if (ours)
		settle();
	return result;
}
ALSO(__dup2, dup2);

EXPORT int dup3(int from, int to, int flags)
{
	bool ours = from != to && identify(to).kind != FILE_OTHER;
	int result;

	hidden_make_way(to);
	identity_forget(to);
	result = NEXT(dup3)(from, to, flags);
	if (ours)
		settle();
	return result;
}

EXPORT int fclose(FILE *file)
{
	/* libc closes the descriptor without close(2). */
	identity_forget(fileno(file));
	return NEXT(fclose)(file);
}

static int get_flags(int fd, int flags)
{
	struct identity id;

	if (flags < 0)
		return flags;
	id = identify(fd);
	return id.kind == FILE_DEVICE ? (flags & ~O_ACCMODE) | (int)id.mode : flags;
}

EXPORT int fcntl(int fd, int command, ...)
{
	va_list args;
	void *argument;

	va_start(args, command);
	argument = va_arg(args, void *);
	va_end(args);
	if (command == F_GETFL)
		return get_flags(fd, NEXT(fcntl)(fd, command, argument));
	return NEXT(fcntl)(fd, command, argument);
}

EXPORT int fcntl64(int fd, int command, ...)
{
	va_list args;
	void *argument;

	va_start(args, command);
	argument = va_arg(args, void *);
	va_end(args);
	if (command == F_GETFL)
		return get_flags(fd, NEXT(fcntl64)(fd, command, argument));
	return NEXT(fcntl64)(fd, command, argument);
}
