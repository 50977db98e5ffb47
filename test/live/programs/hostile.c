/* What a client can do to make a server wait, or to write where it may not. It must end, and find the server as it was. */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

/* The server signals an eventfd that blocks, because its counter is full. */
static void full_eventfd(int fd)
{
	struct syncobj_eventfd wait = {.handle = make_syncobj(fd), .fd = eventfd(0, EFD_CLOEXEC)};
	uint64_t most = ~0ull - 1;

	CHECK(write(wait.fd, &most, sizeof(most)) == sizeof(most));
	CHECK(ioctl(fd, IOC_SYNCOBJ_EVENTFD, &wait) == 0);
	CHECK(signal_syncobj(fd, wait.handle) == 0);
	CHECK(make_syncobj(fd) > 0);
	close(wait.fd);
}

/* It looks for users of exported memory with leases, and opens memory that the client has a lease on. */
static void leases(int fd)
{
	struct prime_handle to = {.handle = make_bo(fd, 0x4000), .flags = DRM_RDWR | DRM_CLOEXEC, .fd = -1};
	struct prime_handle again = {.handle = to.handle, .flags = DRM_CLOEXEC, .fd = -1};
	struct timespec start, now;
	char link[64];
	int read_only;

	CHECK(ioctl(fd, IOC_HANDLE_TO_FD, &to) == 0);
	/* What the server's lease breaks is told to it by SIGIO. */
	snprintf(link, sizeof(link), "/proc/thread-self/root/proc/self/fd/%d", to.fd);
	clock_gettime(CLOCK_MONOTONIC, &start);
	do {
		int writer = open(link, O_RDWR | O_NONBLOCK | O_CLOEXEC);

		if (writer >= 0)
			close(writer);
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (now.tv_sec - start.tv_sec < 2);
	CHECK(make_syncobj(fd) > 0);
	signal(SIGIO, SIG_IGN);
	close(to.fd);
	read_only = ioctl(fd, IOC_HANDLE_TO_FD, &again) == 0 ? again.fd : -1;
	if (read_only >= 0 && fcntl(read_only, F_SETLEASE, F_RDLCK) == 0) {
		int ret = ioctl(fd, IOC_HANDLE_TO_FD, &to);

		/* Refused or not: it does not wait for the lease. */
		CHECK(ret == 0 || errno != 0);
	}
	CHECK(make_syncobj(fd) > 0);
}

/* The page that shows LATEST_FLUSH_ID is mapped for reading; its file can be opened again by its mapping. */
static void flush_id(int fd)
{
	volatile uint32_t *page = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, FLUSH_ID_OFFSET);
	char link[64];
	int writer;

	CHECK(page != MAP_FAILED);
	CHECK(mprotect((void *)(uintptr_t)page, 4096, PROT_READ | PROT_WRITE) == -1);
	snprintf(link, sizeof(link), "/proc/self/map_files/%lx-%lx", (unsigned long)page, (unsigned long)page + 4096);
	writer = open(link, O_RDWR);
	if (writer >= 0) {
		uint32_t word = 0xbad;

		CHECK_ERROR(pwrite(writer, &word, sizeof(word), 0), EPERM);
		CHECK(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, writer, 0) == MAP_FAILED);
		close(writer);
	}
	CHECK(*page != 0xbad);
}

int main(void)
{
	int fd = open(RENDER, O_RDWR);

	CHECK(fd >= 0);
	full_eventfd(fd);
	leases(fd);
	flush_id(fd);
	FINISH();
}
