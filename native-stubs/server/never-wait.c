/* What must not make the server wait, though a client can arrange that it would. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "args.h"
#include "functions.h"

/* Ends a write(2) that waits. */
#define ALARM (SIGRTMAX - 3)
#define ALARM_NS 2000000

static void nothing(int number)
{
	(void)number;
}

/* A descriptor to close (-1: none), or memory to unmap (NULL: none). */
struct leftover {
	int fd;
	void *at;
	size_t size;
};

/* Memory is unmapped so much at a time: mmap(2) and the like wait meanwhile. */
#define UNMAP_BYTES ((size_t)1 << 21)

/* One thread for files that may never answer, and one for memory. */
enum { FILES, MEMORY, THREADS };

static int leftovers[THREADS][2] = {{-1, -1}, {-1, -1}};
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void *end_all(void *end)
{
	struct leftover one;

	while (read(*(int *)end, &one, sizeof(one)) == sizeof(one)) {
		for (size_t done = 0; done < one.size; done += UNMAP_BYTES)
			munmap((char *)one.at + done, one.size - done < UNMAP_BYTES ? one.size - done : UNMAP_BYTES);
		if (one.fd >= 0)
			close(one.fd);
	}
	return NULL;
}

static void start_threads(void)
{
	for (int i = 0; i < THREADS; i++) {
		pthread_t thread;

		if (pipe2(leftovers[i], O_CLOEXEC) < 0)
			return;
		fcntl(leftovers[i][1], F_SETFL, O_NONBLOCK);
		if (pthread_create(&thread, NULL, end_all, &leftovers[i][0]) == 0)
			pthread_detach(thread);
	}
}

static int end_elsewhere(int thread, int fd, void *at, size_t size)
{
	struct leftover one = {fd, at, size};

	return write(leftovers[thread][1], &one, sizeof(one)) == sizeof(one) ? 0 : -errno;
}

int unmap_elsewhere(void *at, size_t size)
{
	return end_elsewhere(MEMORY, -1, at, size);
}

/*
 * getReady(): to be called before the functions below. SIGIO, which a client can cause with a lease, ends nothing; nor does the alarm below. A handler, and not
 * SIG_IGN, because that would be the clients' too.
 */
napi_value fn_get_ready(napi_env env, napi_callback_info info)
{
	struct sigaction action = {.sa_handler = nothing};

	(void)info;
	sigaction(ALARM, &action, NULL);
	action.sa_flags = SA_RESTART;
	sigaction(SIGIO, &action, NULL);
	pthread_once(&once, start_threads);
	return int_result(env, 0);
}

static int is_writable(int fd)
{
	struct pollfd look = {.fd = fd, .events = POLLOUT};

	return poll(&look, 1, 0) == 1 && (look.revents & POLLOUT) != 0;
}

/*
 * eventfdSignal(fd): eventfd_signal(), which never waits, by way of write(2), which does where the counter is full. It
 * is looked at first; a client that fills it just then holds us up for 2 ms.
 */
napi_value fn_eventfd_signal(napi_env env, napi_callback_info info)
{
	struct args a = take_args(env, info);
	int fd = int_arg(&a, 0);
	uint64_t one = 1;
	struct itimerspec when = {.it_value.tv_nsec = ALARM_NS, .it_interval.tv_nsec = ALARM_NS};
	struct itimerspec never = {.it_value.tv_nsec = 0};
	struct sigevent event;
	timer_t timer;
	ssize_t n;
	int error;

	if (!is_writable(fd))
		return int_result(env, 0);
	memset(&event, 0, sizeof(event));
	event.sigev_notify = SIGEV_THREAD_ID;
	event.sigev_signo = ALARM;
	event._sigev_un._tid = (int)syscall(SYS_gettid);
	if (timer_create(CLOCK_MONOTONIC, &event, &timer) < 0)
		return int_result(env, -errno);
	timer_settime(timer, 0, &when, NULL);
	n = write(fd, &one, sizeof(one));
	error = errno;
	timer_settime(timer, 0, &never, NULL);
	timer_delete(timer);
	return int_result(env, n == sizeof(one) ? 1 : error == EINTR ? 0 : -error);
}

/*
 * closeElsewhere(fd, memory): close(2) in another thread, because a file of a file system that does not answer makes it wait
 * for ever, and giving back the pages of a large memfd (`memory` is not 0) takes milliseconds.
 */
napi_value fn_close_elsewhere(napi_env env, napi_callback_info info)
{
	struct args a = take_args(env, info);

	return int_result(env, end_elsewhere(int_arg(&a, 1) != 0 ? MEMORY : FILES, int_arg(&a, 0), NULL, 0));
}

/* tell(text): writes to standard error, unless that would wait or cannot be done: then the text is lost. */
napi_value fn_tell(napi_env env, napi_callback_info info)
{
	struct args a = take_args(env, info);
	char text[4096];
	size_t length = 0;

	if (napi_get_value_string_utf8(env, a.value[0], text, sizeof(text), &length) != 0 || !is_writable(2))
		return int_result(env, 0);
	return int_result(env, write(2, text, length) == (ssize_t)length);
}
