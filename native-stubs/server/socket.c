/* The listening socket, and who is at the other end of a connection. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "args.h"
#include "functions.h"

static bool path_arg(const struct args *a, int i, struct sockaddr_un *address)
{
	size_t length = 0;

	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	return napi_get_value_string_latin1(a->env, a->value[i], address->sun_path, sizeof(address->sun_path),
					    &length) == 0 &&
	       length > 0 && length < sizeof(address->sun_path) - 1;
}

/* listen(path, backlog): a non-blocking listening socket. */
napi_value fn_listen(napi_env env, napi_callback_info info)
{
	struct args a = take_args(env, info);
	struct sockaddr_un address;
	int fd;

	if (!path_arg(&a, 0, &address))
		return int_result(env, -ENAMETOOLONG);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return int_result(env, -errno);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 || listen(fd, int_arg(&a, 1)) < 0) {
		int error = errno;

		close(fd);
		return int_result(env, -error);
	}
	return int_result(env, fd);
}

/* connect(path): a connection. */
napi_value fn_connect(napi_env env, napi_callback_info info)
{
	struct args a = take_args(env, info);
	struct sockaddr_un address;
	int fd;

	if (!path_arg(&a, 0, &address))
		return int_result(env, -ENAMETOOLONG);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return int_result(env, -errno);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		int error = errno;

		close(fd);
		return int_result(env, -error);
	}
	return int_result(env, fd);
}

/* accept(listener): a non-blocking connection, -EAGAIN when no client waits. */
napi_value fn_accept(napi_env env, napi_callback_info info)
{
	struct args a = take_args(env, info);
	int fd = accept4(int_arg(&a, 0), NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	return int_result(env, fd < 0 ? -errno : fd);
}

/* peerUid(fd): effective user of who connected (SO_PEERCRED). */
napi_value fn_peer_uid(napi_env env, napi_callback_info info)
{
	struct args a = take_args(env, info);
	struct ucred peer;
	socklen_t length = sizeof(peer);
	napi_value result = NULL;

	if (getsockopt(int_arg(&a, 0), SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0)
		return int_result(env, -errno);
	napi_create_double(env, peer.uid, &result);
	return result;
}

/* peerPid(fd): the process that connected. */
napi_value fn_peer_pid(napi_env env, napi_callback_info info)
{
	struct args a = take_args(env, info);
	struct ucred peer;
	socklen_t length = sizeof(peer);

	if (getsockopt(int_arg(&a, 0), SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0)
		return int_result(env, -errno);
	return int_result(env, peer.pid);
}

/* cookie(fd): a number that no other socket of this system has had; below 0 for what is no socket. */
napi_value fn_cookie(napi_env env, napi_callback_info info)
{
	struct args a = take_args(env, info);
	uint64_t cookie = 0;
	socklen_t length = sizeof(cookie);
	napi_value result = NULL;

	if (getsockopt(int_arg(&a, 0), SOL_SOCKET, SO_COOKIE, &cookie, &length) < 0)
		return int_result(env, -errno);
	napi_create_double(env, (double)cookie, &result);
	return result;
}

/* hasEnded(fd): 1 when every copy of the other end is closed. */
napi_value fn_has_ended(napi_env env, napi_callback_info info)
{
	struct args a = take_args(env, info);
	struct pollfd look = {.fd = int_arg(&a, 0)};

	return int_result(env, poll(&look, 1, 0) == 1 && (look.revents & POLLHUP) != 0);
}

/*
 * Writes into a socket without a reader until poll(2) does not call it writable any more: a DRM file and a sync_file
 * never are.
 */
static void fill(int fd)
{
	static const char bytes[1024];
	int smallest = 1;

	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &smallest, sizeof(smallest));
	for (;;) {
		struct pollfd look = {.fd = fd, .events = POLLOUT};

		if (poll(&look, 1, 0) != 1 || send(fd, bytes, sizeof(bytes), MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
			return;
	}
}

/*
 * filePair(path, writable, out): out[0] and out[1] become the ends of a connection; the second has `path` as its name,
 * which is not in the file system any more. What is sent into the first makes the second readable; the first sees the
 * end when the last copy of the second is closed. The second looks writable to poll(2) only if `writable` is not 0.
 */
napi_value fn_file_pair(napi_env env, napi_callback_info info)
{
	struct args a = take_args(env, info);
	struct sockaddr_un name;
	size_t size;
	int *out = array_arg(&a, 2, sizeof(int), &size);
	int ends[2];

	if (out == NULL || size < 2 * sizeof(int))
		return int_result(env, -EINVAL);
	if (!path_arg(&a, 0, &name))
		return int_result(env, -ENAMETOOLONG);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return int_result(env, -errno);
	if (bind(ends[1], (struct sockaddr *)&name, sizeof(name)) < 0) {
		int error = errno;

		close(ends[0]);
		close(ends[1]);
		return int_result(env, -error);
	}
	unlink(name.sun_path);
	if (int_arg(&a, 1) == 0)
		fill(ends[1]);
	memcpy(out, ends, sizeof(ends));
	return int_result(env, 0);
}
