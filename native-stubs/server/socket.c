/* The listening socket, and who is at the other end of a connection. */
#include <errno.h>
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

/* connect(path, name): a connection, from the abstract name where it is not empty. */
napi_value fn_connect(napi_env env, napi_callback_info info)
{
	struct args a = take_args(env, info);
	struct sockaddr_un address;
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	size_t length = 0;
	int fd;

	if (!path_arg(&a, 0, &address))
		return int_result(env, -ENAMETOOLONG);
	napi_get_value_string_latin1(env, a.value[1], name.sun_path + 1, sizeof(name.sun_path) - 1, &length);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return int_result(env, -errno);
	if ((length > 0 && bind(fd, (struct sockaddr *)&name, sizeof(name)) < 0) ||
	    connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		int error = errno;

		close(fd);
		return int_result(env, -error);
	}
	return int_result(env, fd);
}

/* accept(listener): a non-blocking connection, -EAGAIN when nobody waits. */
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

/* The abstract name without its leading NUL and padding, or an empty string. */
static napi_value name_result(napi_env env, int ret, const struct sockaddr_un *name, socklen_t length)
{
	napi_value result = NULL;
	size_t size = 0;

	if (ret == 0 && length == sizeof(*name) && name->sun_family == AF_UNIX && name->sun_path[0] == '\0')
		size = strnlen(name->sun_path + 1, sizeof(name->sun_path) - 1);
	napi_create_string_latin1(env, name->sun_path + 1, size, &result);
	return result;
}

/* peerName(fd): the abstract name of the other end. */
napi_value fn_peer_name(napi_env env, napi_callback_info info)
{
	struct args a = take_args(env, info);
	struct sockaddr_un name;
	socklen_t length = sizeof(name);
	int ret = getpeername(int_arg(&a, 0), (struct sockaddr *)&name, &length);

	return name_result(env, ret, &name, length);
}

/* ownName(fd): the abstract name of this end. */
napi_value fn_own_name(napi_env env, napi_callback_info info)
{
	struct args a = take_args(env, info);
	struct sockaddr_un name;
	socklen_t length = sizeof(name);
	int ret = getsockname(int_arg(&a, 0), (struct sockaddr *)&name, &length);

	return name_result(env, ret, &name, length);
}

/*
 * namedPair(name, out): out[0] and out[1] become the ends of a connection, the second with that abstract name. What is
 * sent into the first makes the second readable; the first sees the end when the last copy of the second is closed.
 */
napi_value fn_named_pair(napi_env env, napi_callback_info info)
{
	struct args a = take_args(env, info);
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	size_t size, length = 0;
	int *out = array_arg(&a, 1, sizeof(int), &size);
	int ends[2];

	if (out == NULL || size < 2 * sizeof(int))
		return int_result(env, -EINVAL);
	if (napi_get_value_string_latin1(env, a.value[0], name.sun_path + 1, sizeof(name.sun_path) - 1, &length) != 0)
		return int_result(env, -EINVAL);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return int_result(env, -errno);
	if (bind(ends[1], (struct sockaddr *)&name, sizeof(name)) < 0) {
		int error = errno;

		close(ends[0]);
		close(ends[1]);
		return int_result(env, -error);
	}
	memcpy(out, ends, sizeof(ends));
	return int_result(env, 0);
}
