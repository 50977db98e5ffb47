#include "hidden.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/resource.h>

#include "sys.h"

#define SLOTS 512
#define EMPTY -1
#define CLAIMED -2

/* number + 1, so that zero-initialized slots are empty */
static _Atomic int slots[SLOTS];
static _Atomic int in_use;

static int lowest_number(void)
{
	struct rlimit limit = {.rlim_cur = 1024};

	SYS_4(SYS_prlimit64, 0, RLIMIT_NOFILE, 0, &limit);
	return limit.rlim_cur > 4096 ? 2000 : (int)(limit.rlim_cur / 2);
}

int hidden_add(int fd)
{
	for (int i = 0; i < SLOTS; i++) {
		int empty = EMPTY + 1;
		long high;

		if (atomic_load(&slots[i]) != empty ||
		    !atomic_compare_exchange_strong(&slots[i], &empty, CLAIMED + 1))
			continue;
		high = SYS_3(SYS_fcntl, fd, F_DUPFD_CLOEXEC, lowest_number());
		if (high >= 0)
			sys_close(fd);
		else
			SYS_3(SYS_fcntl, fd, F_SETFD, FD_CLOEXEC);
		atomic_store(&slots[i], (high >= 0 ? (int)high : fd) + 1);
		atomic_fetch_add(&in_use, 1);
		return i;
	}
	sys_close(fd);
	return -1;
}

int hidden_fd(int handle)
{
	return atomic_load(&slots[handle]) - 1;
}

void hidden_drop(int handle)
{
	int fd = atomic_exchange(&slots[handle], EMPTY + 1) - 1;

	if (fd < 0)
		return;
	atomic_fetch_sub(&in_use, 1);
	sys_close(fd);
}

static int find(int fd)
{
	if (fd < 0 || atomic_load(&in_use) == 0)
		return -1;
	for (int i = 0; i < SLOTS; i++) {
		if (atomic_load_explicit(&slots[i], memory_order_relaxed) == fd + 1)
			return i;
	}
	return -1;
}

bool hidden_contains(int fd)
{
	return find(fd) >= 0;
}

void hidden_make_way(int fd)
{
	int handle = find(fd);
	long moved;

	if (handle < 0)
		return;
	moved = SYS_3(SYS_fcntl, fd, F_DUPFD_CLOEXEC, lowest_number());
	if (moved >= 0)
		atomic_store(&slots[handle], (int)moved + 1);
}

int hidden_lowest(unsigned first, unsigned last)
{
	int lowest = -1;

	if (atomic_load(&in_use) == 0)
		return -1;
	for (int i = 0; i < SLOTS; i++) {
		int fd = atomic_load(&slots[i]) - 1;

		if (fd >= 0 && (unsigned)fd >= first && (unsigned)fd <= last && (lowest < 0 || fd < lowest))
			lowest = fd;
	}
	return lowest;
}
