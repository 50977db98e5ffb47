/*
 * "eventfds leave" has a thousand eventfds wait for a syncobj, and ends; "eventfds signal" signals it: all are readable
 * when that call returns.
 */
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>

#include "check.h"

#define COUNT 1000

int main(int argc, char **argv)
{
	static struct pollfd looks[COUNT];
	struct rlimit most;
	int fd = open(RENDER, O_RDWR);
	uint32_t handle = make_syncobj(fd);

	getrlimit(RLIMIT_NOFILE, &most);
	most.rlim_cur = most.rlim_max;
	setrlimit(RLIMIT_NOFILE, &most);
	CHECK(handle > 0);
	for (int i = 0; i < COUNT; i++) {
		struct syncobj_eventfd wait = {.handle = handle, .fd = eventfd(0, EFD_CLOEXEC)};

		CHECK(ioctl(fd, IOC_SYNCOBJ_EVENTFD, &wait) == 0);
		looks[i] = (struct pollfd){.fd = wait.fd, .events = POLLIN};
	}
	CHECK(poll(looks, COUNT, 0) == 0);
	if (argc > 1 && strcmp(argv[1], "signal") == 0) {
		CHECK(signal_syncobj(fd, handle) == 0);
		CHECK(poll(looks, COUNT, 0) == COUNT);
	}
	FINISH();
}
