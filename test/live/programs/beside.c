/*
 * "beside innocent SECONDS": what one does who disturbs no one, and how long each of its calls took: p50, p99 and the
 * longest, in microseconds. "beside KIND": what a client does that cares for no one else, until it is killed.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

#define BIND_ASYNC 1u
#define UNMAP (1u << 28)
#define BIG (16ull << 30)
#define MANY 10000
#define HANDLES 200000

struct heap_create {
	uint32_t vm_id, initial_chunks, chunk_size, max_chunks, target_in_flight, handle;
	uint64_t context, first_chunk;
};
struct heap_destroy {
	uint32_t handle, pad;
};
#define IOC_HEAP_CREATE _IOWR('d', 0x4a, struct heap_create)
#define IOC_HEAP_DESTROY _IOWR('d', 0x4b, struct heap_destroy)

static int fd;
static uint32_t vm, bo;
static struct vm_bind_op ops[MANY];
static uint32_t handles[HANDLES];

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static int bind(uint32_t flags, const struct vm_bind_op *list, uint32_t count)
{
	struct vm_bind call = {.vm_id = vm, .flags = flags, .ops = {sizeof(*list), count, PTR(list)}};

	return ioctl(fd, IOC_VM_BIND, &call);
}

static void set_up(uint64_t size)
{
	fd = open(RENDER, O_RDWR);
	vm = make_vm(fd);
	bo = make_bo(fd, size);
}

static int by_size(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static void innocent(double seconds)
{
	static uint64_t took[1 << 20];
	uint64_t end;
	size_t n = 0;

	set_up(1 << 20);
	end = now_ns() + (uint64_t)(seconds * 1e9);
	while (now_ns() < end && n < sizeof(took) / sizeof(*took)) {
		struct vm_bind_op map = {.bo_handle = bo, .va = 0x1000000, .size = 1 << 20};
		struct vm_bind_op unmap = {.flags = UNMAP, .va = 0x1000000, .size = 1 << 20};
		uint64_t begin = now_ns();

		CHECK(bind(0, n % 2 == 0 ? &map : &unmap, 1) == 0);
		took[n++] = now_ns() - begin;
		usleep(200);
	}
	qsort(took, n, sizeof(*took), by_size);
	printf("%zu %.1f %.1f %.1f\n", n, (double)took[n / 2] / 1e3, (double)took[n - 1 - n / 100] / 1e3,
		(double)took[n - 1] / 1e3);
}

/* 4 KiB pages: address and object are never both at the beginning of a block. */
static void one_large_map(uint32_t flags)
{
	struct vm_bind_op map = {.bo_handle = bo, .va = 0x40001000, .size = BIG};
	struct vm_bind_op unmap = {.flags = UNMAP, .va = 0x40001000, .size = BIG};

	bind(flags, &map, 1);
	bind(flags, &unmap, 1);
}

static void many_operations(uint32_t flags, uint64_t size)
{
	for (int i = 0; i < MANY; i++)
		ops[i] = (struct vm_bind_op){.bo_handle = bo, .va = 0x40001000, .size = size};
	bind(flags, ops, MANY);
}

static void scattered(void)
{
	struct vm_bind_op unmap = {.flags = UNMAP, .va = 0, .size = 1ull << 40};

	for (int i = 0; i < MANY; i++)
		ops[i] = (struct vm_bind_op){.bo_handle = bo, .va = 0x40001000 + 0x400000ull * i, .size = 0x1000};
	bind(0, ops, MANY);
	bind(0, &unmap, 1);
}

static void syncobjs(void)
{
	struct syncobj_wait wait = {.handles = PTR(handles), .timeout = 1, .count = HANDLES, .flags = 1 | WAIT_FOR_SUBMIT};

	if (handles[0] == 0)
		for (int i = 0; i < HANDLES; i++)
			handles[i] = i < 1000 ? make_syncobj(fd) : handles[i % 1000];
	ioctl(fd, IOC_SYNCOBJ_WAIT, &wait);
}

static void heap(void)
{
	struct heap_create create = {vm, 2000, 1 << 21, 4000, 100, 0, 0, 0};
	struct heap_destroy destroy = {0};

	if (ioctl(fd, IOC_HEAP_CREATE, &create) != 0)
		return;
	destroy.handle = create.handle;
	ioctl(fd, IOC_HEAP_DESTROY, &destroy);
}

static void files(void)
{
	struct vm_bind_op map = {.va = 0x40001000, .size = 1ull << 30};
	int mine = open(RENDER, O_RDWR);
	struct vm_bind call = {.vm_id = make_vm(mine), .ops = {sizeof(map), 1, PTR(&map)}};

	map.bo_handle = make_bo(mine, 1ull << 30);
	ioctl(mine, IOC_VM_BIND, &call);
	for (int i = 0; i < 300; i++)
		make_syncobj(mine);
	close(mine);
}

static void *flood(void *unused)
{
	for (;;)
		make_vm(fd);
	return unused;
}

int main(int argc, char **argv)
{
	const char *kind = argc > 1 ? argv[1] : "";

	if (strcmp(kind, "innocent") == 0) {
		innocent(argc > 2 ? atof(argv[2]) : 1);
		FINISH();
	}
	set_up(BIG);
	if (strcmp(kind, "flood") == 0) {
		for (int i = 0; i < 7; i++) {
			pthread_t thread;

			pthread_create(&thread, NULL, flood, NULL);
		}
		flood(NULL);
	}
	for (bool known = true; known;) {
		if (strcmp(kind, "large") == 0)
			one_large_map(0);
		else if (strcmp(kind, "large-async") == 0)
			one_large_map(BIND_ASYNC);
		else if (strcmp(kind, "many") == 0)
			many_operations(0, 1 << 30);
		else if (strcmp(kind, "many-async") == 0)
			many_operations(BIND_ASYNC, 1 << 21);
		else if (strcmp(kind, "scattered") == 0)
			scattered();
		else if (strcmp(kind, "syncobjs") == 0)
			syncobjs();
		else if (strcmp(kind, "heap") == 0)
			heap();
		else if (strcmp(kind, "files") == 0)
			files();
		else
			known = false;
	}
	fprintf(stderr, "beside: innocent, large, large-async, many, many-async, scattered, syncobjs, heap, files, flood\n");
	return 2;
}
