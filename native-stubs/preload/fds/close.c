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
#include <string.h>
#include <unistd.h>

#include "channel.h"
#include "hidden.h"
#include "known.h"
#include "next.h"
#include "sys.h"

int fcntl64(int fd, int command, ...);

/* Waits until the server has released the file, where that was its last descriptor. */
static void await_release(const struct identity *closed)
{
	struct message request, reply;

	if (closed->kind == FILE_OTHER)
		return;
	message_begin(&request);
	memcpy(message_grow(&request, sizeof(closed->key)), &closed->key, sizeof(closed->key));
	if (channel_call(&request, WIRE_AWAIT_RELEASE, -1, 0, &reply) == 0)
		message_free(&reply, true);
	message_free(&request, false);
}

EXPORT int close(int fd)
{
	struct identity id;
	int result;

	if (hidden_contains(fd)) {
		errno = EBADF;
		return -1;
	}
	id = identify(fd);
	known_forget(fd);
	result = NEXT(close)(fd);
	await_release(&id);
	return result;
}
ALSO(__close, close);

/* A copy of what is ours is ours. */
static void known_learn_copy(int from, int to)
{
	struct identity id;

	if (to >= 0 && known(from, &id))
		known_learn(to);
}

EXPORT int dup(int fd)
{
	int result = NEXT(dup)(fd);

	known_learn_copy(fd, result);
	return result;
}
ALSO(__dup, dup);

EXPORT int dup2(int from, int to)
{
	struct identity replaced = from == to ? (struct identity){.kind = FILE_OTHER} : identify(to);
	int result;

	hidden_make_way(to);
	known_forget(to);
	result = NEXT(dup2)(from, to);
	known_learn_copy(from, result);
	await_release(&replaced);
	return result;
}
ALSO(__dup2, dup2);

EXPORT int dup3(int from, int to, int flags)
{
	struct identity replaced = from == to ? (struct identity){.kind = FILE_OTHER} : identify(to);
	int result;

	hidden_make_way(to);
	known_forget(to);
	result = NEXT(dup3)(from, to, flags);
	known_learn_copy(from, result);
	await_release(&replaced);
	return result;
}

EXPORT int fclose(FILE *file)
{
	/* libc closes the descriptor without close(2). */
	known_forget(fileno(file));
	return NEXT(fclose)(file);
}

/* What F_SETFL may change is the socket's own; the rest is as open(2) got it. */
#define CHANGEABLE (O_NONBLOCK | O_APPEND | O_ASYNC | O_NOATIME)

static int get_flags(int fd, int flags)
{
	struct identity id;

	if (flags < 0 || !known(fd, &id))
		return flags;
	if (id.kind == FILE_DEVICE)
		return (flags & CHANGEABLE) | ((int)id.flags & ~CHANGEABLE);
	/* dma_buf_getfile() and anon_inode_getfile(): no O_LARGEFILE, and sync files are O_RDWR */
	return flags & (O_ACCMODE | CHANGEABLE);
}

/* What a command returns, and what it means for the descriptor. */
static int finish(int fd, int command, int result)
{
	if (command == F_GETFL)
		return get_flags(fd, result);
	if (command == F_DUPFD || command == F_DUPFD_CLOEXEC)
		known_learn_copy(fd, result);
	return result;
}

EXPORT int fcntl(int fd, int command, ...)
{
	va_list args;
	void *argument;

	va_start(args, command);
	argument = va_arg(args, void *);
	va_end(args);
	return finish(fd, command, NEXT(fcntl)(fd, command, argument));
}

EXPORT int fcntl64(int fd, int command, ...)
{
	va_list args;
	void *argument;

	va_start(args, command);
	argument = va_arg(args, void *);
	va_end(args);
	return finish(fd, command, NEXT(fcntl64)(fd, command, argument));
}
