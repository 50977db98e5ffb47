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

static void wait_at_most(char *arg, unsigned nr)
{
	struct timespec t;
	int64_t until;

	clock_gettime(CLOCK_MONOTONIC, &t);
	until = t.tv_sec * 1000000000ll + t.tv_nsec + 200000;
	memcpy(arg + (nr == 0xc3 ? 8 : 16), &until, sizeof(until));
}

#define PUT(value)                                                                                           \
	do {                                                                                                 \
		__typeof__(value) v_ = (value);                                                              \
		memcpy(arg, &v_, sizeof(v_));                                                                \
	} while (0)

/* A small number that is a handle or an id of something, if not right now then soon. */
static uint32_t handle(struct fuzzer *f)
{
	return 1 + (uint32_t)below(f, 6);
}

/* An array in the arena's first page, which can be written. */
static struct obj_array array(struct fuzzer *f, const void *elements, uint32_t size, uint32_t count)
{
	char *at = f->arena + below(f, 4) * 1024;

	memcpy(at, elements, (size_t)size * count);
	return (struct obj_array){size, count, PTR(at)};
}

static struct obj_array syncs(struct fuzzer *f, char *at)
{
	struct {
		uint32_t flags, handle;
		uint64_t point;
	} sync[2];
	uint32_t count = (uint32_t)below(f, 3);

	for (int i = 0; i < 2; i++) {
		sync[i].flags = (uint32_t)below(f, 2) | (uint32_t)below(f, 2) << 31;
		sync[i].handle = handle(f);
		sync[i].point = (sync[i].flags & 1) != 0 ? below(f, 9) : 0;
	}
	memcpy(at, sync, sizeof(sync));
	return (struct obj_array){16, count, PTR(at)};
}

static unsigned long bind(struct fuzzer *f, char *arg)
{
	static const uint64_t granules[] = {PAGE, 16 * PAGE, 512 * PAGE};
	struct vm_bind_op ops[4];
	uint32_t count = 1 + (uint32_t)below(f, 4);
	uint32_t async = (uint32_t)below(f, 3) == 0;

	for (uint32_t i = 0; i < count; i++) {
		uint64_t granule = granules[below(f, 3)];
		uint32_t type = (uint32_t)below(f, 8);

		ops[i] = (struct vm_bind_op){
			.flags = type < 4 ? (uint32_t)below(f, 16) & (uint32_t)below(f, 16) : type < 7 ? 1u << 28 : 2u << 28,
			.bo_handle = type < 4 ? handle(f) : 0,
			.bo_offset = type < 4 ? below(f, 8) * PAGE : 0,
			.va = below(f, 64) * granule,
			.size = (1 + below(f, 16)) * granule,
			.syncs = async ? syncs(f, f->arena + PAGE + i * 64) : (struct obj_array){0},
		};
		if (type == 7)
			ops[i].va = ops[i].size = 0;
	}
	PUT(((struct vm_bind){handle(f), async, array(f, ops, sizeof(ops[0]), count)}));
	return IOC_VM_BIND;
}

static unsigned long submit(struct fuzzer *f, char *arg)
{
	struct {
		uint32_t queue, size;
		uint64_t stream;
		uint32_t flush, pad;
		struct obj_array syncs;
	} job = {(uint32_t)below(f, 2), (uint32_t)below(f, 64) * 8, below(f, 64) * PAGE, 0, 0,
		 syncs(f, f->arena + PAGE)};
	struct {
		uint32_t group, pad;
		struct obj_array jobs;
	} all = {handle(f), 0, array(f, &job, sizeof(job), 1)};

	if (job.size == 0)
		job.stream = 0;
	PUT(all);
	return _IOWR('d', 0x49, char[24]);
}

static unsigned long group(struct fuzzer *f, char *arg)
{
	struct {
		uint8_t priority, pad[3];
		uint32_t size;
	} queues[2] = {{1, {0}, PAGE}, {2, {0}, 16 * PAGE}};
	struct {
		struct obj_array queues;
		uint8_t compute, fragment, tiler, priority;
		uint32_t pad;
		uint64_t masks[3];
		uint32_t vm, handle;
	} all = {array(f, queues, 8, 1 + (uint32_t)below(f, 2)), 1, 1, 1, 1, 0, {1, 1, 1}, handle(f), 0};

	PUT(all);
	return _IOWR('d', 0x47, char[56]);
}

/* A call that could be meant. */
static unsigned long plausible(struct fuzzer *f, char *arg)
{
	uint32_t *handles = (uint32_t *)(void *)(f->arena + PAGE + 2048);

	memset(arg, 0, 256);
	handles[0] = handle(f);
	handles[1] = handle(f);
	switch (below(f, 16)) {
	case 0:
		return IOC_VM_CREATE;
	case 1:
		PUT(((struct vm_destroy){handle(f), 0}));
		return below(f, 4) == 0 ? IOC_VM_DESTROY : _IOWR('d', 0x44, char[8]);
	case 2:
		PUT(((struct bo_create){.size = (1 + below(f, 1024)) * PAGE, .flags = (uint32_t)below(f, 2),
					.exclusive_vm_id = below(f, 4) == 0 ? handle(f) : 0}));
		return IOC_BO_CREATE;
	case 3:
		PUT(((struct gem_close){handle(f), 0}));
		return IOC_GEM_CLOSE;
	case 4:
		return group(f, arg);
	case 5:
	case 6:
		return submit(f, arg);
	case 7:
		PUT(((struct gem_close){handle(f), 0}));
		return below(f, 4) == 0 ? _IOWR('d', 0x48, char[8]) : _IOWR('d', 0x4a, char[16]);
	case 8:
		PUT(((struct syncobj_create){0, (uint32_t)below(f, 2)}));
		return IOC_SYNCOBJ_CREATE;
	case 9:
		PUT(((struct syncobj_wait){.handles = PTR(handles), .count = 1 + (uint32_t)below(f, 2), .flags = (uint32_t)below(f, 4)}));
		return IOC_SYNCOBJ_WAIT;
	case 10:
		PUT(((struct syncobj_array){PTR(handles), 2, 0}));
		return below(f, 2) ? IOC_SYNCOBJ_SIGNAL : _IOWR('d', 0xc4, char[16]);
	case 11:
		PUT(((struct prime_handle){handle(f), DRM_RDWR, (int32_t)handle(f) + 2}));
		return below(f, 2) ? IOC_HANDLE_TO_FD : IOC_FD_TO_HANDLE;
	case 12:
		PUT(((struct bo_mmap_offset){handle(f), 0, 0}));
		return IOC_BO_MMAP_OFFSET;
	default:
		return bind(f, arg);
	}
}

/* The argument has the size that the request names, and the kernel may write all of it. */
static void call(struct fuzzer *f, int fd, unsigned long request, const char *arg)
{
	char *large = f->arena + ARENA_PAGES * PAGE;
	/* Descriptors that a call makes would pile up. */
	int makes = (request & 0xffff) == 0x642d || (request & 0xffff) == 0x64c1;
	int made = -1;

	memcpy(large, arg, 256);
	if (ioctl(fd, request, large) == 0 && makes) {
		memcpy(&made, large + 8, sizeof(made));
		if (made > 2)
			close(made);
	}
}

static void one_call(struct fuzzer *f)
{
	unsigned long request = known[below(f, sizeof(known) / sizeof(known[0]))];
	char arg[256];
	uint64_t values[32];
	int fd = f->fds[below(f, 8) == 0 ? below(f, 4) : 0];

	for (int i = 0; i < 32; i++)
		values[i] = below(f, 2) ? number(f) | number(f) << 32 : address(f);
	memcpy(arg, values, sizeof(arg));
	if (below(f, 4) != 0) {
		request = plausible(f, arg);
		if (below(f, 8) == 0)
			arg[below(f, (request >> 16) & 0xff)] ^= (char)(1u << below(f, 8));
		if (below(f, 16) == 0)
			fill(f);
		if ((request & 0xff) == 0xc3)
			wait_at_most(arg, 0xc3);
		call(f, fd, request, arg);
		return;
	}
	if (below(f, 4) == 0)
		request = (request & 0xffff) | _IOC(below(f, 4), 0, 0, below(f, 4) == 0 ? below(f, 16384) : below(f, 200));
	if (below(f, 16) == 0)
		request = (uint32_t)next(f);
	if ((request & 0xff) == 0xc3 || (request & 0xff) == 0xca)
		wait_at_most(arg, request & 0xff);
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
		if (below(f, 8) != 0)
			break;
		fd = (int)below(f, 4);
		close(f->fds[fd]);
		f->fds[fd] = open(fd % 2 ? CARD : RENDER, O_RDWR);
		break;
	default:
		call(f, fd, request, arg);
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
	sigset_t alarm;
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
	/* The threads are to be interrupted, and not this one, which the kernel would choose. */
	sigemptyset(&alarm);
	sigaddset(&alarm, SIGALRM);
	pthread_sigmask(SIG_BLOCK, &alarm, NULL);
	for (int i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
