/*
 * Calls of every kind with arguments of every kind: "fuzz SEED COUNT THREADS". COUNT 0 goes on until it is killed.
 * Nothing may crash or hang here, and nothing in the server either; what the calls return is of no interest.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

#define PAGE 4096
#define ARENA_PAGES 16

/* Requests that mean something; others are made up. */
static const unsigned long known[] = {
	IOC_VERSION,	      IOC_GEM_CLOSE,	     IOC_HANDLE_TO_FD,	    IOC_FD_TO_HANDLE,
	IOC_DEV_QUERY,	      IOC_VM_CREATE,	     IOC_VM_DESTROY,	    IOC_VM_BIND,
	IOC_VM_BIND,	      IOC_VM_BIND,	     IOC_BO_CREATE,	    IOC_BO_CREATE,
	IOC_BO_MMAP_OFFSET,   IOC_BO_SET_LABEL,	     IOC_SYNCOBJ_CREATE,    IOC_SYNCOBJ_DESTROY,
	IOC_SYNCOBJ_WAIT,     IOC_SYNCOBJ_SIGNAL,    IOC_SYNCOBJ_EVENTFD,   IOC_SYNCOBJ_HANDLE_TO_FD,
	IOC_SYNCOBJ_FD_TO_HANDLE, _IOWR('d', 0x44, char[8]), _IOWR('d', 0x47, char[56]), _IOWR('d', 0x48, char[8]),
	_IOWR('d', 0x49, char[24]), _IOWR('d', 0x4a, char[16]), _IOWR('d', 0x4b, char[48]), _IOWR('d', 0x4c, char[8]),
	_IOWR('d', 0x4e, char[8]), _IOWR('d', 0x4f, char[16]), _IOWR('d', 0x50, char[16]), _IOWR('d', 0xc4, char[16]),
	_IOWR('d', 0xca, char[48]), _IOWR('d', 0xcb, char[24]), _IOWR('d', 0xcc, char[32]), _IOWR('d', 0xcd, char[24]),
	_IOWR('d', 0x0a, char[8]), _IOWR('d', 0x0b, char[16]), _IOWR('d', 0x0c, char[16]), _IOWR('d', 0xd1, char[16]),
};

/* Per thread: memory to point into, with unreadable and read-only pages in it, and a state for random numbers. */
struct fuzzer {
	uint64_t state;
	unsigned long count;
	char *arena;
	int fds[4];
};

static uint64_t next(struct fuzzer *f)
{
	/* xorshift64*, Vigna 2016 */
	f->state ^= f->state >> 12;
	f->state ^= f->state << 25;
	f->state ^= f->state >> 27;
	return f->state * 0x2545f4914f6cdd1dull;
}

static uint64_t below(struct fuzzer *f, uint64_t limit)
{
	return next(f) % limit;
}

/* Somewhere: mostly in the arena, at times at the edge of a page, at times where nothing is. */
static uint64_t address(struct fuzzer *f)
{
	switch (below(f, 8)) {
	case 0:
		return below(f, PAGE);
	case 1:
		return next(f);
	case 2:
		return PTR(f->arena) + (1 + below(f, ARENA_PAGES)) * PAGE - below(f, 128);
	default:
		return PTR(f->arena) + (below(f, ARENA_PAGES * PAGE - 256) & ~7ull);
	}
}

static uint64_t number(struct fuzzer *f)
{
	switch (below(f, 8)) {
	case 0:
	case 1:
	case 2:
		return below(f, 5);
	case 3:
		return below(f, 64) * PAGE;
	case 4:
		return 1ull << below(f, 64);
	case 5:
		return next(f);
	case 6:
		return (below(f, 16) << 28) | below(f, 8);
	default:
		return address(f);
	}
}

/* Structs of counts, sizes and pointers, one inside the other by chance. */
static void fill(struct fuzzer *f)
{
	for (int i = 0; i < 64; i++) {
		uint64_t page = below(f, ARENA_PAGES);
		char *at = f->arena + page * PAGE + (below(f, PAGE - 64) & ~7ull);
		uint64_t values[4] = {number(f) | number(f) << 32, address(f), number(f), number(f) | number(f) << 32};

		if (page % 4 < 2) /* the others cannot be written */
			memcpy(at, values, sizeof(values));
	}
}

static void wait_at_most(struct fuzzer *f, char *arg)
{
	struct timespec t;
	int64_t until;

	(void)f;
	clock_gettime(CLOCK_MONOTONIC, &t);
	until = t.tv_sec * 1000000000ll + t.tv_nsec + 200000;
	memcpy(arg + 8, &until, sizeof(until));
	memcpy(arg + 16, &until, sizeof(until));
}

static void one_call(struct fuzzer *f)
{
	unsigned long request = known[below(f, sizeof(known) / sizeof(known[0]))];
	char arg[256];
	uint64_t values[32];
	int fd = f->fds[below(f, 4)];

	for (int i = 0; i < 32; i++)
		values[i] = below(f, 2) ? number(f) | number(f) << 32 : address(f);
	memcpy(arg, values, sizeof(arg));
	if (below(f, 4) == 0)
		request = (request & 0xffff) | _IOC(below(f, 4), 0, 0, below(f, 4) == 0 ? below(f, 16384) : below(f, 200));
	if (below(f, 16) == 0)
		request = (uint32_t)next(f);
	if ((request & 0xff) == 0xc3 || (request & 0xff) == 0xca)
		wait_at_most(f, arg);
	switch (below(f, 16)) {
	case 0:
		ioctl(fd, request, address(f));
		break;
	case 1: {
		size_t length = 1 + below(f, 1 << 16);
		void *p = mmap(NULL, length, below(f, 8), (int)below(f, 4), fd, (off_t)(number(f) * PAGE));

		if (p != MAP_FAILED)
			munmap(p, length);
		break;
	}
	case 2:
		fd = (int)below(f, 4);
		close(f->fds[fd]);
		f->fds[fd] = open(fd % 2 ? CARD : RENDER, O_RDWR);
		break;
	default: {
		/* Descriptors that a call makes would pile up. */
		int made = -1;

		if ((request & 0xffff) == 0x642d || (request & 0xffff) == 0x64c1)
			memcpy(arg + 8, &made, sizeof(made));
		/* The argument has the size that the request names, and the kernel may write all of it. */
		char *large = f->arena + 4 * PAGE - 16384 + ARENA_PAGES * PAGE;
		memcpy(large, arg, sizeof(arg));
		if (ioctl(fd, request, large) == 0 &&
		    ((request & 0xffff) == 0x642d || (request & 0xffff) == 0x64c1)) {
			memcpy(&made, large + 8, sizeof(made));
			close(made);
		}
	}
	}
}

static void *fuzz(void *argument)
{
	struct fuzzer *f = argument;

	/* Pages: two that can be written, one only read, one neither, and so on; then four for arguments. */
	f->arena = mmap(NULL, (ARENA_PAGES + 4) * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	for (int page = 2; page < ARENA_PAGES; page += 4) {
		mprotect(f->arena + page * PAGE, PAGE, PROT_READ);
		mprotect(f->arena + (page + 1) * PAGE, PAGE, PROT_NONE);
	}
	for (int i = 0; i < 4; i++)
		f->fds[i] = open(i % 2 ? CARD : RENDER, O_RDWR);
	for (unsigned long i = 0; f->count == 0 || i < f->count; i++) {
		if (i % 16 == 0)
			fill(f);
		one_call(f);
	}
	return NULL;
}

static void on_alarm(int number)
{
	(void)number;
}

int main(int argc, char **argv)
{
	struct itimerspec every = {{0, 50000000}, {0, 50000000}};
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
	struct sigaction action = {.sa_handler = on_alarm};
	struct fuzzer fuzzers[16] = {0};
	pthread_t threads[16];
	timer_t timer;
	int count = argc > 3 ? atoi(argv[3]) : 1;

	if (argc < 3 || count > 16)
		return 2;
	/* Whatever waits without an end is interrupted. */
	sigaction(SIGALRM, &action, NULL);
	timer_create(CLOCK_MONOTONIC, &event, &timer);
	timer_settime(timer, 0, &every, NULL);
	for (int i = 0; i < count; i++) {
		fuzzers[i].state = 0x9e3779b97f4a7c15ull * (strtoull(argv[1], NULL, 10) * 16 + (uint64_t)i + 1);
		fuzzers[i].count = strtoul(argv[2], NULL, 10);
		pthread_create(&threads[i], NULL, fuzz, &fuzzers[i]);
	}
	for (int i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
