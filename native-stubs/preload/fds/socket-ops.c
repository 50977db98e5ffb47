/* Calls of sockets: our descriptors are none, though sockets are behind them. */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../scm-rights.h"
#include "known.h"
#include "next.h"

static long fail(int error)
{
	errno = error;
	return -1;
}

/* What is no socket. */
#define NO_SOCKET(call)                                                                                      \
	do {                                                                                                 \
		struct identity id;                                                                          \
		if (known(fd, &id))                                                                          \
			return (int)fail(ENOTSOCK);                                                          \
		return call;                                                                                 \
	} while (0)

EXPORT int shutdown(int fd, int how)
{
	NO_SOCKET(NEXT(shutdown)(fd, how));
}

EXPORT int listen(int fd, int backlog)
{
	NO_SOCKET(NEXT(listen)(fd, backlog));
}

EXPORT int getsockname(int fd, struct sockaddr *restrict name, socklen_t *restrict length)
{
	NO_SOCKET(NEXT(getsockname)(fd, name, length));
}

EXPORT int getpeername(int fd, struct sockaddr *restrict name, socklen_t *restrict length)
{
	NO_SOCKET(NEXT(getpeername)(fd, name, length));
}

EXPORT int getsockopt(int fd, int level, int option, void *restrict value, socklen_t *restrict length)
{
	NO_SOCKET(NEXT(getsockopt)(fd, level, option, value, length));
}

EXPORT int setsockopt(int fd, int level, int option, const void *value, socklen_t length)
{
	NO_SOCKET(NEXT(setsockopt)(fd, level, option, value, length));
}

EXPORT ssize_t send(int fd, const void *from, size_t size, int flags)
{
	struct identity id;

	return known(fd, &id) ? fail(ENOTSOCK) : NEXT(send)(fd, from, size, flags);
}

EXPORT ssize_t recv(int fd, void *to, size_t size, int flags)
{
	struct identity id;

	return known(fd, &id) ? fail(ENOTSOCK) : NEXT(recv)(fd, to, size, flags);
}

static void learn(int fd, void *unused)
{
	(void)unused;
	known_learn(fd);
}

EXPORT ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
	struct identity id;
	ssize_t n;

	if (known(fd, &id))
		return fail(ENOTSOCK);
	n = NEXT(recvmsg)(fd, message, flags);
	if (n < 0 || message->msg_control == NULL)
		return n;
	each_fd(message, learn, NULL);
	return n;
}
