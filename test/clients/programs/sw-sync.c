/*
 * What igt-gpu-tools takes sw_sync for, fences that a test signals when it likes, out of jobs of the GPU: a timeline is a
 * queue whose streams wait until a number in memory, which sw_sync_timeline_inc() raises, is high enough. It is preloaded in
 * front of IGT's own library, whose sw_sync is a file of the kernel's debugfs.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "../../live/programs/streams.h"

#define VA 0x1000000ull
#define BYTES 0x100000u
/* Bytes of a timeline: its number, and from the second cache line on a stream for each fence. */
#define LINE 64u
#define TIMELINE_BYTES 2048u
#define TIMELINES (BYTES / TIMELINE_BYTES)
#define FENCES (TIMELINE_BYTES / LINE - 1)
#define EXPORT_SYNC_FILE 1u
#define FOREVER INT64_MAX

void igt_require_sw_sync(void);
int sw_sync_timeline_create(void);
int sw_sync_timeline_create_fence(int timeline, uint32_t seqno);
void sw_sync_timeline_inc(int timeline, uint32_t count);

struct timeline {
	bool used;
	int fd;
	unsigned fences;
	uint32_t seqnos[FENCES];
	/* The same fence as the caller's, to wait for it here. */
	uint32_t syncobjs[FENCES];
};

static struct timeline timelines[TIMELINES];
static uint32_t groups[TIMELINES / MAX_QUEUES];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int device = -1;
static uint32_t vm;
static char *memory;

static void set_up(void)
{
	struct vm_bind_op op = {.va = VA, .size = BYTES};
	struct vm_bind bind = {.ops = {sizeof(op), 1, PTR(&op)}};

	if (device >= 0)
		return;
	device = open(RENDER, O_RDWR | O_CLOEXEC);
	vm = bind.vm_id = make_vm(device);
	op.bo_handle = make_bo(device, BYTES);
	CHECK(ioctl(device, IOC_VM_BIND, &bind) == 0);
	memory = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, device, mmap_offset(device, op.bo_handle));
	CHECK(memory != MAP_FAILED);
}

static struct timeline *find(int fd)
{
	for (unsigned i = 0; i < TIMELINES; i++) {
		if (timelines[i].used && timelines[i].fd == fd)
			return &timelines[i];
	}
	return NULL;
}

static uint32_t *group_of(const struct timeline *t)
{
	return &groups[(t - timelines) / MAX_QUEUES];
}

static void submit(const struct timeline *t, size_t at, uint32_t bytes, uint32_t syncobj)
{
	uint32_t queue = (uint32_t)((t - timelines) % MAX_QUEUES);

	CHECK(submit_to(device, *group_of(t), queue, VA + at, bytes, syncobj) == 0);
}

static size_t place(const struct timeline *t)
{
	return (size_t)(t - timelines) * TIMELINE_BYTES;
}

static volatile uint64_t *number(const struct timeline *t)
{
	return (volatile uint64_t *)(void *)(memory + place(t));
}

/* Raises the number, and returns when all that this signals has signalled, as the kernel's sw_sync does. */
static void raise_to(struct timeline *t, uint64_t to)
{
	*number(t) = to;
	for (unsigned i = 0; i < t->fences; i++) {
		int ret = t->seqnos[i] > to ? 0 : -1;

		/* A signal that has a handler may come in between. */
		while (ret < 0 && (ret = wait_syncobj(device, t->syncobjs[i], FOREVER)) < 0 && errno == EINTR)
			;
		CHECK(ret == 0);
	}
}

void igt_require_sw_sync(void)
{
}

int sw_sync_timeline_create(void)
{
	struct timeline *t;

	pthread_mutex_lock(&lock);
	set_up();
	for (t = timelines; t < timelines + TIMELINES - 1 && t->used; t++)
		;
	CHECK(!t->used);
	*t = (struct timeline){.used = true, .fd = eventfd(0, EFD_CLOEXEC)};
	if (*group_of(t) == 0)
		*group_of(t) = make_group_of(device, vm, MAX_QUEUES);
	/* The number, and the error that a wait takes over. */
	memset(memory + place(t), 0, LINE);
	pthread_mutex_unlock(&lock);
	return t->fd;
}

int sw_sync_timeline_create_fence(int timeline, uint32_t seqno)
{
	struct timeline *t;
	struct syncobj_handle out = {.flags = EXPORT_SYNC_FILE, .fd = -1};

	pthread_mutex_lock(&lock);
	t = find(timeline);
	CHECK(t != NULL && t->fences < FENCES);
	out.handle = make_syncobj(device);
	{
		const uint64_t code[] = {MOV48(68, VA + place(t)), MOV48(70, seqno - 1ull), SYNC_WAIT64_GT(68, 70)};
		size_t at = place(t) + (t->fences + 1) * LINE;

		memcpy(memory + at, code, sizeof(code));
		submit(t, at, sizeof(code), out.handle);
	}
	CHECK(ioctl(device, IOC_SYNCOBJ_HANDLE_TO_FD, &out) == 0);
	t->seqnos[t->fences] = seqno;
	t->syncobjs[t->fences++] = out.handle;
	if (seqno <= *number(t))
		raise_to(t, *number(t));
	pthread_mutex_unlock(&lock);
	return out.fd;
}

void sw_sync_timeline_inc(int timeline, uint32_t count)
{
	struct timeline *t;

	pthread_mutex_lock(&lock);
	t = find(timeline);
	CHECK(t != NULL);
	raise_to(t, *number(t) + count);
	pthread_mutex_unlock(&lock);
}

/* sw_sync_debugfs_release(): fences that are left signal. */
__attribute__((visibility("default"))) int close(int fd)
{
	int (*next)(int) = (int (*)(int))(uintptr_t)dlsym(RTLD_NEXT, "close");
	struct timeline *t;

	pthread_mutex_lock(&lock);
	t = find(fd);
	if (t != NULL) {
		raise_to(t, INT64_MAX);
		for (unsigned i = 0; i < t->fences; i++) {
			struct gem_close syncobj = {.handle = t->syncobjs[i]};

			CHECK(ioctl(device, IOC_SYNCOBJ_DESTROY, &syncobj) == 0);
		}
		t->used = false;
	}
	pthread_mutex_unlock(&lock);
	return next(fd);
}
