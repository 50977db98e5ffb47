/*
 * "beside innocent SECONDS": what one does who disturbs no one; writes how long each of its calls took, and for how
 * much of that it or the server could run but had no processor, as u64 in nanoseconds. "beside KIND [FILE]": what a client does that cares for no one else, until it is killed; it makes the
 * file once it has begun.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "streams.h"

#define BIND_ASYNC 1u
#define UNMAP (1u << 28)
#define BIG (16ull << 30)
#define MANY 10000
#define HANDLES 65536

struct heap_create {
	uint32_t vm_id, initial_chunks, chunk_size, max_chunks, target_in_flight, handle;
	uint64_t context, first_chunk;
};
struct heap_destroy {
	uint32_t handle, pad;
};
#define IOC_HEAP_CREATE _IOWR('d', 0x4b, struct heap_create)
#define IOC_HEAP_DESTROY _IOWR('d', 0x4c, struct heap_destroy)
#define IOC_SYNCOBJ_RESET _IOWR('d', 0xc4, struct syncobj_array)

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

/* What a kind sets up is there, and from now on it disturbs: said once, by making the file that main() was told of. */
static const char *ready_path;

static void ready(void)
{
	if (ready_path != NULL)
		close(open(ready_path, O_WRONLY | O_CREAT, 0600));
	ready_path = NULL;
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

/* The file with the times of the server's thread, whose name $SERVER_THREAD holds; -1 where it is not to be looked at. */
static int server_schedstat(void)
{
	const char *path = getenv("SERVER_THREAD");
	const int file = path == NULL ? -1 : open(path, O_RDONLY);
	char name[64] = "";

	return file < 0 || read(file, name, sizeof(name) - 1) <= 0 ? -1 : open(name, O_RDONLY);
}

/* For how long a thread could run and did not: the second number of schedstat, ns. 0 where the kernel does not count that. */
static uint64_t delayed_ns(int schedstat)
{
	char text[64] = "";
	unsigned long long delayed = 0;

	if (pread(schedstat, text, sizeof(text) - 1, 0) <= 0 || sscanf(text, "%*u %llu", &delayed) != 1)
		return 0;
	return delayed;
}

static void innocent(double seconds)
{
	static uint64_t took[1 << 20][2];
	const int own = open("/proc/thread-self/schedstat", O_RDONLY), server = server_schedstat();
	uint64_t end;
	size_t n = 0;

	set_up(1 << 20);
	end = now_ns() + (uint64_t)(seconds * 1e9);
	while (now_ns() < end && n < sizeof(took) / sizeof(*took)) {
		struct vm_bind_op map = {.bo_handle = bo, .va = 0x1000000, .size = 1 << 20};
		struct vm_bind_op unmap = {.flags = UNMAP, .va = 0x1000000, .size = 1 << 20};
		uint64_t delayed = delayed_ns(own) + delayed_ns(server), begin = now_ns();

		CHECK(bind(0, n % 2 == 0 ? &map : &unmap, 1) == 0);
		took[n][0] = now_ns() - begin;
		took[n++][1] = delayed_ns(own) + delayed_ns(server) - delayed;
		usleep(200);
	}
	CHECK(fwrite(took, sizeof(*took), n, stdout) == n);
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

static void make_handles(uint32_t distinct)
{
	for (uint32_t i = 0; handles[HANDLES - 1] == 0 && i < HANDLES; i++)
		handles[i] = i < distinct ? make_syncobj(fd) : handles[i % distinct];
}

static void syncobjs(void)
{
	struct syncobj_wait wait = {.handles = PTR(handles), .timeout = 1, .count = HANDLES, .flags = 1 | WAIT_FOR_SUBMIT};

	make_handles(1000);
	CHECK_ERROR(ioctl(fd, IOC_SYNCOBJ_WAIT, &wait), ETIME);
}

/* Sleeps for a millisecond on as many as a message has room for, with `distinct` syncobjs. */
static void waits(uint32_t distinct)
{
	struct syncobj_wait wait = {.handles = PTR(handles), .count = HANDLES, .flags = 1 | WAIT_FOR_SUBMIT};

	make_handles(distinct);
	wait.timeout = (int64_t)now_ns() + 20000000;
	CHECK_ERROR(ioctl(fd, IOC_SYNCOBJ_WAIT, &wait), ETIME);
}

/* A large request and a large reply. */
static void query(void)
{
	static uint64_t points[HANDLES];
	struct syncobj_query args = {PTR(handles), PTR(points), HANDLES, 0};

	make_handles(1000);
	CHECK(ioctl(fd, IOC_SYNCOBJ_QUERY, &args) == 0);
}

/* Nearly 4 MiB, for an error. */
static void messages(void)
{
	static uint32_t none[1000000];
	struct syncobj_array args = {.handles = PTR(none), .count = 1000000};

	CHECK_ERROR(ioctl(fd, IOC_SYNCOBJ_SIGNAL, &args), ENOMEM);
}

static void *sleeper(void *handle)
{
	struct syncobj_wait wait = {.timeout = INT64_MAX, .count = 1000, .flags = WAIT_FOR_SUBMIT};
	uint32_t same[1000];

	for (int i = 0; i < 1000; i++)
		same[i] = *(uint32_t *)handle;
	wait.handles = PTR(same);
	for (;;)
		ioctl(fd, IOC_SYNCOBJ_WAIT, &wait);
	return NULL;
}

/* 64 threads sleep until a syncobj is signalled, which is done again and again. */
static void wakes(void)
{
	static uint32_t handle;
	struct syncobj_array one = {.handles = PTR(&handle), .count = 1};

	for (int i = 0; handle == 0 || i < 64; i++) {
		pthread_t thread;

		if (handle == 0)
			handle = make_syncobj(fd);
		pthread_create(&thread, NULL, sleeper, &handle);
	}
	ready();
	for (;;) {
		CHECK(ioctl(fd, IOC_SYNCOBJ_SIGNAL, &one) == 0);
		CHECK(ioctl(fd, IOC_SYNCOBJ_RESET, &one) == 0);
		usleep(2000);
	}
}

/* Memory that was used, and whose last user the server is. */
static void memory(void)
{
	const uint64_t size = 64 << 20;
	struct gem_close args = {.handle = make_bo(fd, size)};
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, mmap_offset(fd, args.handle));

	CHECK(at != MAP_FAILED);
	memset(at, 1, size);
	munmap(at, size);
	CHECK(ioctl(fd, IOC_GEM_CLOSE, &args) == 0);
}

/* Descriptors of memory and of syncobjs, to the server and back. */
static void descriptors(void)
{
	static struct prime_handle bufs[100];
	static struct syncobj_handle syncs[100];

	for (int i = 0; i < 100; i++) {
		bufs[i] = (struct prime_handle){.handle = make_bo(fd, 4096), .flags = DRM_RDWR | DRM_CLOEXEC};
		syncs[i] = (struct syncobj_handle){.handle = make_syncobj(fd)};
		ioctl(fd, IOC_HANDLE_TO_FD, &bufs[i]);
		ioctl(fd, IOC_SYNCOBJ_HANDLE_TO_FD, &syncs[i]);
	}
	for (int i = 0; i < 100; i++) {
		struct gem_close buf = {.handle = bufs[i].handle}, sync = {.handle = syncs[i].handle};

		ioctl(fd, IOC_GEM_CLOSE, &buf);
		ioctl(fd, IOC_SYNCOBJ_DESTROY, &sync);
		close(bufs[i].fd);
		close(syncs[i].fd);
	}
}

/* Eight groups whose streams never end. */
static void streams(void)
{
	const uint64_t va = 0x1000000;
	uint32_t code = make_bo(fd, 4096);
	struct vm_bind_op map = {.bo_handle = code, .va = va, .size = 4096};
	uint64_t *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, mmap_offset(fd, code));

	CHECK(at != MAP_FAILED && bind(0, &map, 1) == 0);
	at[0] = MOV32(70, 1);
	at[1] = MOV48(68, va + 2048);
	at[2] = STORE(70, 68);
	at[3] = BRANCH_ALWAYS(-3);
	for (int i = 0; i < 8; i++)
		CHECK(submit_stream(fd, make_group(fd, vm), va, 32, make_syncobj(fd)) == 0);
	ready();
	for (;;)
		pause();
}

/* Processes that open the device, use it and are killed. */
static void forks(void)
{
	pid_t child = fork();

	if (child == 0) {
		set_up(1 << 20);
		raise(SIGKILL);
	}
	waitpid(child, NULL, 0);
}

static void heap(void)
{
	struct heap_create create = {vm, 2000, 1 << 21, 4000, 100, 0, 0, 0};
	struct heap_destroy destroy = {0};

	CHECK(ioctl(fd, IOC_HEAP_CREATE, &create) == 0);
	destroy.handle = create.handle;
	CHECK(ioctl(fd, IOC_HEAP_DESTROY, &destroy) == 0);
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
	ready_path = argc > 2 ? argv[2] : NULL;
	set_up(BIG);
	if (strcmp(kind, "flood") == 0) {
		for (int i = 0; i < 7; i++) {
			pthread_t thread;

			pthread_create(&thread, NULL, flood, NULL);
		}
		ready();
		flood(NULL);
	}
	if (strcmp(kind, "streams") == 0)
		streams();
	if (strcmp(kind, "wakes") == 0)
		wakes();
	for (bool known = true; known && failures == 0;) {
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
		else if (strcmp(kind, "waits") == 0)
			waits(1000);
		else if (strcmp(kind, "waits-distinct") == 0)
			waits(HANDLES);
		else if (strcmp(kind, "query") == 0)
			query();
		else if (strcmp(kind, "messages") == 0)
			messages();
		else if (strcmp(kind, "heap") == 0)
			heap();
		else if (strcmp(kind, "memory") == 0)
			memory();
		else if (strcmp(kind, "descriptors") == 0)
			descriptors();
		else if (strcmp(kind, "files") == 0)
			files();
		else if (strcmp(kind, "forks") == 0)
			forks();
		else
			known = false;
		ready();
	}
	if (failures > 0)
		return 1;
	fprintf(stderr, "beside: innocent SECONDS, or a kind: see test/innocent.mjs\n");
	return 2;
}
