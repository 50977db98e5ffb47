#include "usermem.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>

#include "at-fork.h"
#include "hidden.h"
#include "known.h"
#include "own-stack.h"
#include "process.h"
#include "sys.h"

#define PAGE 4096
/* Bytes copied at once where that goes through a file. */
#define CHUNK 65536

/*
 * process_vm_readv(2) on ourselves where it works. qemu-user does not have it and a seccomp filter may refuse it; then
 * the bytes take the way through a memfd, whose write(2) and read(2) check addresses just as well. Each thread uses its
 * own stretch of the file, so no lock is needed.
 */
static _Atomic bool no_process_vm;

static int scratch_handle = -1;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void make_scratch(void)
{
	long fd = SYS_2(SYS_memfd_create, "panthor-shim-scratch", MFD_CLOEXEC);

	scratch_handle = fd < 0 ? -1 : hidden_add((int)fd);
}

static void child_needs_its_own(void)
{
	if (scratch_handle >= 0)
		hidden_drop(scratch_handle);
	make_scratch();
}

static void set_up(void)
{
	make_scratch();
	at_fork(NULL, NULL, child_needs_its_own);
}

static long through_file(void *here, uint64_t there, size_t size, bool writing)
{
	off_t at = (off_t)(own_tid() & 0x3fffff) * CHUNK;
	long n;

	pthread_once(&once, set_up);
	if (scratch_handle < 0)
		return -EFAULT;
	if (writing) {
		n = SYS_4(SYS_pwrite64, hidden_fd(scratch_handle), here, size, at);
		return n < 0 ? n : SYS_4(SYS_pread64, hidden_fd(scratch_handle), there, n, at);
	}
	n = SYS_4(SYS_pwrite64, hidden_fd(scratch_handle), there, size, at);
	return n < 0 ? n : SYS_4(SYS_pread64, hidden_fd(scratch_handle), here, n, at);
}

static long copy(void *here, uint64_t there, size_t size, bool writing)
{
	struct iovec local = {.iov_base = here, .iov_len = size};
	struct iovec remote = {.iov_base = (void *)(uintptr_t)there, .iov_len = size};
	long n;

	if (!atomic_load_explicit(&no_process_vm, memory_order_relaxed)) {
		n = SYS_6(writing ? SYS_process_vm_writev : SYS_process_vm_readv, own_pid(), &local, 1,
			  &remote, 1, 0);
		if (n != -ENOSYS && n != -EPERM)
			return n;
		atomic_store(&no_process_vm, true);
	}
	return through_file(here, there, size, writing);
}

static size_t walk(void *here, uint64_t there, size_t size, bool writing)
{
	size_t done = 0;

	while (done < size) {
		size_t part = size - done > CHUNK ? CHUNK : size - done;
		long n = copy((char *)here + done, there + done, part, writing);
		size_t in_page = PAGE - (there + done) % PAGE;

		if (n <= 0 && part > in_page) /* some page of the chunk is bad; the first one may be good */
			n = copy((char *)here + done, there + done, in_page, writing);
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	return done;
}

size_t usermem_read(void *to, uint64_t address, size_t size)
{
	if (!on_own_stack(address, size))
		return walk(to, address, size, false);
	memcpy(to, (const void *)(uintptr_t)address, size);
	return size;
}

size_t usermem_write(uint64_t address, const void *from, size_t size)
{
	if (!on_own_stack(address, size))
		return walk((void *)(uintptr_t)from, address, size, true);
	memcpy((void *)(uintptr_t)address, from, size);
	return size;
}

#define AT_ONCE 16

bool usermem_write_all(const struct usermem_part *parts, unsigned count)
{
	struct iovec local[AT_ONCE];
	struct iovec remote[AT_ONCE];
	unsigned far = 0;
	size_t total = 0;
	bool all = true;

	for (unsigned i = 0; i < count; i++) {
		if (on_own_stack(parts[i].address, parts[i].size) || far == AT_ONCE ||
		    atomic_load_explicit(&no_process_vm, memory_order_relaxed)) {
			all &= usermem_write(parts[i].address, parts[i].from, parts[i].size) == parts[i].size;
			continue;
		}
		/* The others in one system call. */
		local[far] = (struct iovec){(void *)(uintptr_t)parts[i].from, parts[i].size};
		remote[far] = (struct iovec){(void *)(uintptr_t)parts[i].address, parts[i].size};
		total += parts[i].size;
		far++;
	}
	if (far == 0 || SYS_6(SYS_process_vm_writev, own_pid(), local, far, remote, far, 0) == (long)total)
		return all;
	/* One of them is bad, or the call itself is not to be had: as far as each of them goes. */
	for (unsigned i = 0; i < far; i++) {
		uint64_t address = (uint64_t)(uintptr_t)remote[i].iov_base;

		all &= walk(local[i].iov_base, address, local[i].iov_len, true) == local[i].iov_len;
	}
	return all;
}

int usermem_take_fd(int fd)
{
	return SYS_2(SYS_fcntl, fd, F_GETFD) >= 0 ? fd : -1;
}

bool usermem_give_fd(int fd, bool cloexec, uint64_t address)
{
	if (!cloexec)
		SYS_3(SYS_fcntl, fd, F_SETFD, 0);
	if (usermem_write(address, &fd, sizeof(fd)) != sizeof(fd))
		return false;
	known_learn(fd);
	return true;
}
