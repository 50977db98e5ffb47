/* Threads, blocking calls and signals. */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

#define MS 1000000ll

static int fd;
static _Atomic int handled;
static sigjmp_buf back;

static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 * MS + t.tv_nsec;
}

static void sleep_ms(int ms)
{
	struct timespec t = {ms / 1000, ms % 1000 * MS};

	while (nanosleep(&t, &t) != 0)
		;
}

static void on_signal(int number)
{
	(void)number;
	handled++;
}

/* Makes a call of its own while one is under way. */
static void on_signal_call(int number)
{
	int saved = errno;

	(void)number;
	CHECK(make_vm(fd) > 0);
	handled++;
	errno = saved;
}

static void on_signal_leave(int number)
{
	(void)number;
	siglongjmp(back, 1);
}

static void handle(int number, void (*f)(int), int flags)
{
	struct sigaction action = {.sa_handler = f, .sa_flags = flags};

	sigaction(number, &action, NULL);
}

static void *many_calls(void *arg)
{
	for (int i = 0; i < 500; i++) {
		uint32_t bo = make_bo(fd, 4096);
		struct gem_close close_bo = {.handle = bo};

		if (bo == 0 || ioctl(fd, IOC_GEM_CLOSE, &close_bo) != 0)
			return arg;
	}
	return NULL;
}

static void *wait_for(void *arg)
{
	return (void *)(intptr_t)(wait_syncobj(fd, *(uint32_t *)arg, INT64_MAX) == 0 ? 0 : errno);
}

/* Eight threads wait, eight others work meanwhile; then all waits end. */
static void side_by_side(void)
{
	pthread_t waiting[8], working[8];
	uint32_t syncobj[8];
	void *result;

	for (int i = 0; i < 8; i++) {
		syncobj[i] = make_syncobj(fd);
		pthread_create(&waiting[i], NULL, wait_for, &syncobj[i]);
	}
	for (int i = 0; i < 8; i++)
		pthread_create(&working[i], NULL, many_calls, &syncobj[i]);
	for (int i = 0; i < 8; i++)
		CHECK(pthread_join(working[i], &result) == 0 && result == NULL);
	for (int i = 7; i >= 0; i--) {
		CHECK(pthread_tryjoin_np(waiting[i], &result) == EBUSY);
		CHECK(signal_syncobj(fd, syncobj[i]) == 0);
		CHECK(pthread_join(waiting[i], &result) == 0 && result == NULL);
	}
}

/* More waits at once than the library has connections ready. */
static void a_hundred_waits(void)
{
	pthread_t waiting[100];
	uint32_t syncobj = make_syncobj(fd);
	pthread_attr_t small;
	void *result;

	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 1 << 16);
	for (int i = 0; i < 100; i++)
		CHECK(pthread_create(&waiting[i], &small, wait_for, &syncobj) == 0);
	sleep_ms(50);
	CHECK(signal_syncobj(fd, syncobj) == 0);
	for (int i = 0; i < 100; i++)
		CHECK(pthread_join(waiting[i], &result) == 0 && result == NULL);
}

static void *signal_later(void *arg)
{
	sleep_ms(50);
	pthread_kill(*(pthread_t *)arg, SIGUSR1);
	return NULL;
}

static void timeouts(void)
{
	uint32_t syncobj = make_syncobj(fd);
	int64_t start = now();

	CHECK_ERROR(wait_syncobj(fd, syncobj, start + 30 * MS), ETIME);
	CHECK(now() >= start + 30 * MS && now() < start + 2000 * MS);
	start = now();
	CHECK_ERROR(wait_syncobj(fd, syncobj, 0), ETIME);
	CHECK_ERROR(wait_syncobj(fd, syncobj, -1), ETIME);
	CHECK(now() < start + 1000 * MS);
}

static void interrupted(void)
{
	uint32_t syncobj = make_syncobj(fd);
	pthread_t self = pthread_self(), other;
	int64_t start = now();

	/* Without SA_RESTART the wait ends. */
	handle(SIGUSR1, on_signal, 0);
	handled = 0;
	pthread_create(&other, NULL, signal_later, &self);
	CHECK_ERROR(wait_syncobj(fd, syncobj, INT64_MAX), EINTR);
	pthread_join(other, NULL);
	CHECK(handled == 1);
	CHECK(make_vm(fd) > 0);
	/* With it the wait goes on, to its deadline. */
	handle(SIGUSR1, on_signal, SA_RESTART);
	start = now();
	pthread_create(&other, NULL, signal_later, &self);
	CHECK_ERROR(wait_syncobj(fd, syncobj, start + 150 * MS), ETIME);
	pthread_join(other, NULL);
	CHECK(handled == 2 && now() >= start + 150 * MS);
	/* A handler that makes calls itself. */
	handle(SIGUSR1, on_signal_call, SA_RESTART);
	start = now();
	pthread_create(&other, NULL, signal_later, &self);
	CHECK_ERROR(wait_syncobj(fd, syncobj, start + 150 * MS), ETIME);
	pthread_join(other, NULL);
	CHECK(handled == 3);
	/* A handler that never returns to the call. */
	for (int i = 0; i < 5; i++) {
		handle(SIGUSR1, on_signal_leave, SA_NODEFER);
		if (sigsetjmp(back, 1) == 0) {
			pthread_create(&other, NULL, signal_later, &self);
			wait_syncobj(fd, syncobj, INT64_MAX);
			CHECK(!"the wait returned");
		}
		pthread_join(other, NULL);
		CHECK(make_vm(fd) > 0 || errno == EINVAL || errno == ENOSPC || errno == EBUSY || errno == ENOMEM);
	}
}

/* Handlers that make calls while calls are made, all the time. */
static void storm(void)
{
	struct itimerspec every = {{0, 200000}, {0, 200000}};
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
	struct vm_destroy destroy;
	timer_t timer;

	for (destroy.id = 1; destroy.id < 40; destroy.id++)
		ioctl(fd, IOC_VM_DESTROY, &destroy);
	handle(SIGALRM, on_signal, SA_RESTART);
	timer_create(CLOCK_MONOTONIC, &event, &timer);
	timer_settime(timer, 0, &every, NULL);
	for (int i = 0; i < 1000; i++) {
		uint32_t bo = make_bo(fd, 4096);
		struct gem_close close_bo = {.handle = bo};

		CHECK(bo != 0 && ioctl(fd, IOC_GEM_CLOSE, &close_bo) == 0);
	}
	timer_delete(timer);
}

static void *fork_often(void *arg)
{
	for (int i = 0; i < 20; i++) {
		int status;
		pid_t child = fork();

		if (child == 0)
			_exit(make_bo(fd, 4096) == 0);
		if (waitpid(child, &status, 0) != child || status != 0)
			return arg;
	}
	return NULL;
}

/* Processes are forked off while other threads are within calls. */
static void forks(void)
{
	pthread_t working[3], forking;
	void *result;

	for (int i = 0; i < 3; i++)
		pthread_create(&working[i], NULL, many_calls, &fd);
	pthread_create(&forking, NULL, fork_often, &fd);
	CHECK(pthread_join(forking, &result) == 0 && result == NULL);
	for (int i = 0; i < 3; i++)
		CHECK(pthread_join(working[i], &result) == 0 && result == NULL);
}

int main(void)
{
	fd = open(RENDER, O_RDWR);
	CHECK(fd >= 0);
	side_by_side();
	a_hundred_waits();
	timeouts();
	interrupted();
	storm();
	forks();
	FINISH();
}
