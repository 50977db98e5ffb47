/* Waiting for many connections at once. */
#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "../spin.h"
#include "args.h"
#include "functions.h"

#define MAX_EVENTS 64
#define NS_PER_MS 1000000.0
#define LONGEST_MS 3600000

napi_value fn_poll_create(napi_env env, napi_callback_info info)
{
	int fd = epoll_create1(EPOLL_CLOEXEC);

	(void)info;
	return int_result(env, fd < 0 ? -errno : fd);
}

/* pollSet(poll, operation, fd, events, tag): epoll_ctl(); `tag` (below 2^53) comes back with the events. */
napi_value fn_poll_set(napi_env env, napi_callback_info info)
{
	struct args a = take_args(env, info);
	struct epoll_event event = {.events = (uint32_t)number_arg(&a, 3), .data.u64 = (uint64_t)number_arg(&a, 4)};
	int ret = epoll_ctl(int_arg(&a, 0), int_arg(&a, 1), int_arg(&a, 2), &event);

	return int_result(env, ret < 0 ? -errno : 0);
}

/* Milliseconds for epoll_wait(2), rounded up: late is better than waking to find nothing. */
static int whole_ms(double ns)
{
	if (ns < 0)
		return -1;
	return ns > LONGEST_MS * NS_PER_MS ? LONGEST_MS : (int)((ns + NS_PER_MS - 1) / NS_PER_MS);
}

struct wait {
	int poll, room, ms;
	struct epoll_event *events;
};

/* epoll_wait(2): how many events, or -errno; -EAGAIN where there is none and it is not to sleep. */
static long get_events(void *from, bool sleeps)
{
	const struct wait *w = from;
	int count = epoll_wait(w->poll, w->events, w->room, sleeps ? w->ms : 0);

	if (count < 0)
		return -errno;
	return count == 0 && !sleeps ? -EAGAIN : count;
}

/*
 * pollWait(poll, out, timeoutNs): fills `out` with pairs of tag and events and returns how many pairs.
 * `timeoutNs` below zero: no limit.
 */
napi_value fn_poll_wait(napi_env env, napi_callback_info info)
{
	struct args a = take_args(env, info);
	struct epoll_event events[MAX_EVENTS];
	size_t size;
	double *out = array_arg(&a, 1, sizeof(double), &size);
	double ns = number_arg(&a, 2);
	int room = (int)(size / (2 * sizeof(double)));
	struct wait wait = {.poll = int_arg(&a, 0), .ms = whole_ms(ns), .events = events};
	static _Thread_local struct spin spin;
	static _Thread_local int looks = -1;
	int count;

	if (out == NULL || room < 1)
		return int_result(env, -EINVAL);
	if (looks < 0)
		looks = (int)spin_looks();
	wait.room = room > MAX_EVENTS ? MAX_EVENTS : room;
	count = (int)spin_wait(&spin, wait.ms == 0 ? 0 : (unsigned)looks, get_events, &wait);
	for (int i = 0; i < count; i++) {
		out[2 * i] = (double)events[i].data.u64;
		out[2 * i + 1] = (double)events[i].events;
	}
	return int_result(env, count);
}

/* pipe(out): out[0] reads what is written to out[1], and sees its end; neither waits. */
napi_value fn_pipe(napi_env env, napi_callback_info info)
{
	struct args a = take_args(env, info);
	size_t size;
	int *out = array_arg(&a, 0, sizeof(int), &size);

	if (out == NULL || size < 2 * sizeof(int))
		return int_result(env, -EINVAL);
	return int_result(env, pipe2(out, O_CLOEXEC | O_NONBLOCK) < 0 ? -errno : 0);
}
