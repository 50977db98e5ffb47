/* Bytes and descriptors over a connection. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../scm-rights.h"
#include "args.h"
#include "functions.h"

/*
 * Whether nothing but memory is behind the descriptor: a socket, a memfd, an eventfd. Asking and closing never waits
 * there; a file of a file system that does not answer may make both.
 */
static bool is_plain(int fd)
{
	static const char anonymous[] = "anon_inode:";
	int domain;
	socklen_t length = sizeof(domain);
	char link[32];
	char name[sizeof(anonymous) - 1];

	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &length) == 0 || fcntl(fd, F_GET_SEALS) >= 0)
		return true;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	return readlink(link, name, sizeof(name)) == sizeof(name) && memcmp(name, anonymous, sizeof(name)) == 0;
}

/* Descriptors that come along, as many as there is room for. */
struct received {
	int *fds;
	size_t room;
	size_t count;
};

static void keep_fd(int fd, void *to)
{
	struct received *r = to;

	if (r->count < r->room)
		r->fds[r->count++] = is_plain(fd) ? fd : ~fd;
	else
		close(fd);
}

/*
 * receive(fd, bytes, offset, fds, most): reads into bytes from `offset` on, `most` at most (0: all that there is room
 * for); fds[0] becomes how many descriptors came along, and they follow, files that may make us wait as their complement.
 * Never waits: -EAGAIN. 0 is the end.
 */
napi_value fn_receive(napi_env env, napi_callback_info info)
{
	struct args a = take_args(env, info);
	size_t size, fds_size;
	uint8_t *bytes = array_arg(&a, 1, 1, &size);
	size_t offset = (size_t)number_arg(&a, 2);
	int *fds = array_arg(&a, 3, sizeof(int), &fds_size);
	size_t most = (size_t)number_arg(&a, 4);
	union fd_space space;
	struct iovec part;
	struct msghdr msg = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &space,
		.msg_controllen = sizeof(space),
	};
	struct received received = {0};
	ssize_t n;

	if (bytes == NULL || offset >= size || fds == NULL || fds_size < sizeof(int))
		return int_result(env, -EINVAL);
	received.fds = fds + 1;
	received.room = fds_size / sizeof(int) - 1;
	part.iov_base = bytes + offset;
	part.iov_len = most > 0 && most < size - offset ? most : size - offset;
	n = recvmsg(int_arg(&a, 0), &msg, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	if (n >= 0)
		each_fd(&msg, keep_fd, &received);
	fds[0] = (int)received.count;
	return int_result(env, n < 0 ? -errno : (int)n);
}

/*
 * send(fd, bytes, offset, end, fds, count): writes bytes [offset, end) and `count` descriptors with them. Never waits.
 * Returns how many bytes went.
 */
napi_value fn_send(napi_env env, napi_callback_info info)
{
	struct args a = take_args(env, info);
	size_t size, fds_size;
	uint8_t *bytes = array_arg(&a, 1, 1, &size);
	size_t offset = (size_t)number_arg(&a, 2);
	size_t end = (size_t)number_arg(&a, 3);
	int *fds = array_arg(&a, 4, sizeof(int), &fds_size);
	int count = int_arg(&a, 5);
	union fd_space space;
	struct iovec part;
	struct msghdr msg = {.msg_iov = &part, .msg_iovlen = 1};
	ssize_t n;

	if (bytes == NULL || end > size || offset >= end || count < 0 || count > FDS_BESIDE ||
	    (size_t)count * sizeof(int) > fds_size)
		return int_result(env, -EINVAL);
	part.iov_base = bytes + offset;
	part.iov_len = end - offset;
	if (count > 0)
		put_fds(&msg, &space, fds, (size_t)count);
	n = sendmsg(int_arg(&a, 0), &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
	return int_result(env, n < 0 ? -errno : (int)n);
}
