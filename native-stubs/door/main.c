/* panthor-door COMMAND...: runs it under the filter, and ends as it does. */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "channel.h"
#include "door.h"

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

/* How often a call that waits looks whether its client has caught a signal, ms. */
#define LOOK_MS 20

static int wait_for_reply(int fd)
{
	for (;;) {
		struct pollfd look = {.fd = fd, .events = POLLIN};
		int ret = poll(&look, 1, LOOK_MS);

		if (ret != 0)
			return 0;
		if (current != NULL && !still_waits(current))
			return -EINTR;
	}
}

static void dispatch(const struct notice *n)
{
	const uint64_t *a = (const uint64_t *)n->data.args;

	switch (n->data.nr) {
	case SYS_openat:
		on_open(n, (int)a[0], a[1], (int)a[2], (mode_t)a[3]);
		break;
	case SYS_ioctl:
		on_ioctl(n);
		break;
	case SYS_mmap:
		on_mmap(n);
		break;
	case SYS_newfstatat:
		on_stat(n, (int)a[0], a[1], a[2], (int)a[3], false);
		break;
	case SYS_statx:
		on_stat(n, (int)a[0], a[1], a[4], (int)a[2], true);
		break;
	case SYS_fstat:
		on_stat(n, (int)a[0], 0, a[1], 0, false);
		break;
	case SYS_readlinkat:
		on_readlink(n, (int)a[0], a[1], a[2], a[3]);
		break;
	case SYS_faccessat:
		on_access(n, (int)a[0], a[1], (int)a[2]);
		break;
#if defined(__x86_64__)
	case SYS_open:
		on_open(n, AT_FDCWD, a[0], (int)a[1], (mode_t)a[2]);
		break;
	case SYS_stat:
		on_stat(n, AT_FDCWD, a[0], a[1], 0, false);
		break;
	case SYS_lstat:
		on_stat(n, AT_FDCWD, a[0], a[1], AT_SYMLINK_NOFOLLOW, false);
		break;
	case SYS_readlink:
		on_readlink(n, AT_FDCWD, a[0], a[1], a[2]);
		break;
	case SYS_access:
		on_access(n, AT_FDCWD, a[0], (int)a[1]);
		break;
#endif
	case SYS_getxattr:
	case SYS_lgetxattr:
		on_xattr(n, a[0], -ENODATA);
		break;
	case SYS_listxattr:
	case SYS_llistxattr:
		on_xattr(n, a[0], 0);
		break;
	default:
		let_pass(n);
	}
}

static int listener;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int idle;

static void start_thread(void);

/* Takes one notice after the other. There is always a thread that waits for the next, so a call that waits holds up no other. */
static void *serve(void *unused)
{
	for (;;) {
		struct seccomp_notif notif = {0};
		struct notice n;
		int ret;

		ret = ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &notif);
		if (ret < 0 && (errno == EINTR || errno == ENOENT)) {
			struct pollfd look = {.fd = listener, .events = POLLIN};

			/* The last process under the filter is gone. */
			if (poll(&look, 1, 0) == 1 && (look.revents & POLLHUP) != 0)
				return unused;
			continue;
		}
		if (ret < 0)
			return unused;
		n = (struct notice){.listener = listener,
				    .id = notif.id,
				    .tid = (pid_t)notif.pid,
				    .compat = notif.data.arch == AUDIT_ARCH_I386,
				    .data = notif.data};
		pthread_mutex_lock(&lock);
		if (--idle == 0)
			start_thread();
		pthread_mutex_unlock(&lock);
		current = &n;
		if (n.compat)
			dispatch_i386(&n);
		else
			dispatch(&n);
		current = NULL;
		pthread_mutex_lock(&lock);
		idle++;
		pthread_mutex_unlock(&lock);
	}
}

/* With the lock. */
static void start_thread(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, serve, NULL) == 0) {
		pthread_detach(thread);
		idle++;
	}
}

static pid_t client;

static void pass_on(int number)
{
	kill(client, number);
}

/* waitid(2) would also take the stops that redirect_mmap() waits for: a pidfd tells of the end alone. */
static void wait_for_end(void)
{
	struct pollfd look = {.fd = (int)syscall(SYS_pidfd_open, client, 0), .events = POLLIN};

	while (look.fd >= 0 && poll(&look, 1, -1) < 1)
		;
	close(look.fd);
}

int main(int argc, char **argv)
{
	siginfo_t end = {.si_pid = 0};
	int status = 0;

	if (argc < 2) {
		fprintf(stderr, "usage: panthor-door COMMAND...\n");
		return 2;
	}
	channel_wait = wait_for_reply;
	listener = start_client(argv + 1, &client);
	if (listener < 0) {
		waitpid(client, &status, 0);
		return WIFEXITED(status) ? WEXITSTATUS(status) : 126;
	}
	/* The terminal sends SIGINT and SIGQUIT to both. */
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	signal(SIGTERM, pass_on);
	signal(SIGHUP, pass_on);
	pthread_mutex_lock(&lock);
	start_thread();
	pthread_mutex_unlock(&lock);
	wait_for_end();
	while (waitid(P_PID, (id_t)client, &end, WEXITED) < 0 && errno == EINTR)
		;
	if (end.si_code == CLD_EXITED)
		return end.si_status;
	signal(end.si_status, SIG_DFL);
	raise(end.si_status);
	return 128 + end.si_status;
}
