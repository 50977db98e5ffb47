/* The client's memory and descriptors, from outside of it: the other implementation of preload/usermem.h. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "channel.h"
#include "door.h"
#include "usermem.h"

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif

#define PAGE 4096

__thread const struct notice *current;

/* Copies page by page where a whole is not to be had. */
static size_t copy(void *here, uint64_t there, size_t size, bool writing)
{
	size_t done = 0;

	while (done < size) {
		size_t in_page = PAGE - (there + done) % PAGE;
		size_t part = size - done;
		ssize_t n = -1;

		for (int whole = 1; whole >= 0 && n <= 0; whole--) {
			struct iovec local = {(char *)here + done, whole || part < in_page ? part : in_page};
			struct iovec remote = {(void *)(uintptr_t)(there + done), local.iov_len};

			n = writing ? process_vm_writev(current->tid, &local, 1, &remote, 1, 0)
				    : process_vm_readv(current->tid, &local, 1, &remote, 1, 0);
		}
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	return done;
}

size_t usermem_read(void *to, uint64_t address, size_t size)
{
	return copy(to, address, size, false);
}

size_t usermem_write(uint64_t address, const void *from, size_t size)
{
	return copy((void *)(uintptr_t)from, address, size, true);
}

bool usermem_write_all(const struct usermem_part *parts, unsigned count)
{
	bool all = true;

	for (unsigned i = 0; i < count; i++)
		all &= usermem_write(parts[i].address, parts[i].from, parts[i].size) == parts[i].size;
	return all;
}

int usermem_take_fd(int fd)
{
	return borrow(current, fd);
}

bool usermem_give_fd(int fd, bool cloexec, uint64_t address)
{
	int number;
	int probe;

	/* Nothing is given where its number cannot be told. */
	if (usermem_read(&probe, address, sizeof(probe)) != sizeof(probe))
		return false;
	number = give(current, fd, cloexec, false);
	if (number < 0)
		return false;
	close(fd);
	return usermem_write(address, &number, sizeof(number)) == sizeof(number);
}

bool read_path(const struct notice *n, uint64_t address, char *path, size_t size)
{
	size_t got;

	current = n;
	got = usermem_read(path, address, size);
	return memchr(path, 0, got) != NULL;
}

int borrow(const struct notice *n, int fd)
{
	int pidfd = (int)syscall(SYS_pidfd_open, n->tid, 0);
	int copy_of = -1;

	if (pidfd < 0) {
		/* A thread that is not its process's first: the process has the same descriptors. */
		char path[64];
		char text[2048];
		ssize_t got;
		int status, leader = 0;
		const char *line;

		snprintf(path, sizeof(path), "/proc/%d/status", n->tid);
		status = open(path, O_RDONLY | O_CLOEXEC);
		got = status < 0 ? -1 : read(status, text, sizeof(text) - 1);
		if (status >= 0)
			close(status);
		if (got <= 0)
			return -1;
		text[got] = '\0';
		line = strstr(text, "\nTgid:");
		if (line == NULL || sscanf(line, "\nTgid: %d", &leader) != 1)
			return -1;
		pidfd = (int)syscall(SYS_pidfd_open, leader, 0);
	}
	if (pidfd >= 0) {
		copy_of = (int)syscall(SYS_pidfd_getfd, pidfd, fd, 0);
		close(pidfd);
	}
	return copy_of;
}

struct identity identity_of(const struct notice *n, int fd)
{
	struct identity id = {.kind = FILE_OTHER};
	int here = borrow(n, fd);

	if (here >= 0) {
		id = identify(here);
		close(here);
	}
	return id;
}

bool still_waits(const struct notice *n)
{
	uint64_t id = n->id;

	return ioctl(n->listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}

void answer(const struct notice *n, int64_t result)
{
	struct seccomp_notif_resp r = {.id = n->id};

	if (result < 0)
		r.error = (int)result;
	else
		r.val = result;
	ioctl(n->listener, SECCOMP_IOCTL_NOTIF_SEND, &r);
}

void let_pass(const struct notice *n)
{
	struct seccomp_notif_resp r = {.id = n->id, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};

	ioctl(n->listener, SECCOMP_IOCTL_NOTIF_SEND, &r);
}

int give(const struct notice *n, int fd, bool cloexec, bool reply)
{
	struct seccomp_notif_addfd add = {
		.id = n->id,
		.srcfd = (uint32_t)fd,
		.newfd_flags = cloexec ? O_CLOEXEC : 0,
		.flags = reply ? SECCOMP_ADDFD_FLAG_SEND : 0,
	};
	int ret = ioctl(n->listener, SECCOMP_IOCTL_NOTIF_ADDFD, &add);

	return ret < 0 ? -errno : ret;
}
