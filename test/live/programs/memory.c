/* Pointers that lead nowhere are EFAULT, whatever they stand for; good ones beside them are used. */
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include "check.h"

#define PAGE 4096

/* Three pages: the first readable and writable, the second only readable, the third neither. */
static char *three_pages(void)
{
	char *p = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	memset(p, 0, 2 * PAGE);
	mprotect(p + PAGE, PAGE, PROT_READ);
	mprotect(p + 2 * PAGE, PAGE, PROT_NONE);
	return p;
}

static void arguments(int fd, char *pages)
{
	static const uint64_t bad[] = {0, 1, 0xfff, 1ull << 47, 1ull << 48, 1ull << 63, ~0ull - 7, ~0ull};

	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK_ERROR(ioctl(fd, IOC_VM_CREATE, bad[i]), EFAULT);
		CHECK_ERROR(ioctl(fd, IOC_VERSION, bad[i]), EFAULT);
	}
	CHECK_ERROR(ioctl(fd, IOC_VM_CREATE, pages + 2 * PAGE), EFAULT);
	/* Half of it can be read. */
	CHECK_ERROR(ioctl(fd, IOC_VM_CREATE, pages + 2 * PAGE - 8), EFAULT);
	/* The kernel makes the VM, then fails to say which: the next one has the number after it. */
	CHECK_ERROR(ioctl(fd, IOC_VM_CREATE, pages + PAGE), EFAULT);
	CHECK(make_vm(fd) == 2);
	/* The argument ends with the page. */
	struct vm_create *vm = (struct vm_create *)(pages + PAGE - sizeof(*vm));
	CHECK(ioctl(fd, IOC_VM_CREATE, vm) == 0 && vm->id == 3);
}

static void buffers(int fd, char *pages)
{
	struct dev_query query = {.type = 3, .size = 4};
	struct vm_bind_op op = {.flags = 1u << 28, .va = 0x1000000, .size = PAGE};
	struct vm_bind bind = {.vm_id = 2, .ops = {sizeof(op), 1, 0}};

	for (int where = 0; where < 2; where++) {
		query.pointer = PTR(pages + (1 + where) * PAGE);
		CHECK_ERROR(ioctl(fd, IOC_DEV_QUERY, &query), EFAULT);
	}
	query.pointer = PTR(pages + PAGE - 4);
	CHECK(ioctl(fd, IOC_DEV_QUERY, &query) == 0);
	query.pointer = 1ull << 50;
	CHECK_ERROR(ioctl(fd, IOC_DEV_QUERY, &query), EFAULT);
	/* No buffer at all asks for the size. */
	query = (struct dev_query){.type = 0};
	CHECK(ioctl(fd, IOC_DEV_QUERY, &query) == 0 && query.size == 112);

	bind.ops.array = PTR(pages + 2 * PAGE);
	CHECK_ERROR(ioctl(fd, IOC_VM_BIND, &bind), EFAULT);
	bind.ops.array = 0x10;
	CHECK_ERROR(ioctl(fd, IOC_VM_BIND, &bind), EFAULT);
	memcpy(pages + PAGE - sizeof(op), &op, sizeof(op));
	bind.ops.array = PTR(pages + PAGE - sizeof(op));
	CHECK(ioctl(fd, IOC_VM_BIND, &bind) == 0);
	/* The second operation is out of reach. */
	memcpy(pages + 2 * PAGE - 2 * sizeof(op), pages, 0);
	bind.ops.array = PTR(pages + 2 * PAGE - sizeof(op));
	bind.ops.count = 2;
	CHECK_ERROR(ioctl(fd, IOC_VM_BIND, &bind), EFAULT);
	bind.ops.count = 0x40000000;
	CHECK_ERROR(ioctl(fd, IOC_VM_BIND, &bind), ENOMEM);

	/* Nested: the operation can be read, what it waits for cannot. */
	op.syncs = (struct obj_array){16, 1, PTR(pages + 2 * PAGE)};
	bind = (struct vm_bind){.vm_id = 2, .flags = 1, .ops = {sizeof(op), 1, PTR(&op)}};
	CHECK_ERROR(ioctl(fd, IOC_VM_BIND, &bind), EFAULT);
}

static void strings(int fd, char *pages)
{
	struct bo_set_label label = {.handle = make_bo(fd, PAGE)};
	struct drm_version version = {.name_length = 7, .name = pages + PAGE};

	memset(pages, 'x', PAGE);
	strcpy(pages + PAGE - 4, "abc");
	label.label = PTR(pages + PAGE - 4);
	CHECK(ioctl(fd, IOC_BO_SET_LABEL, &label) == 0);
	/* No end before memory ends. */
	mprotect(pages + PAGE, PAGE, PROT_NONE);
	memset(pages, 'x', PAGE);
	label.label = PTR(pages + PAGE - 4);
	CHECK_ERROR(ioctl(fd, IOC_BO_SET_LABEL, &label), EFAULT);
	/* No end within what a label may have. */
	char *longer = malloc(2 * PAGE);
	memset(longer, 'y', 2 * PAGE - 1);
	longer[2 * PAGE - 1] = '\0';
	label.label = PTR(longer);
	CHECK_ERROR(ioctl(fd, IOC_BO_SET_LABEL, &label), E2BIG);
	free(longer);
	label.label = 0;
	CHECK(ioctl(fd, IOC_BO_SET_LABEL, &label) == 0);
	CHECK_ERROR(ioctl(fd, IOC_VERSION, &version), EFAULT);
	mprotect(pages + PAGE, PAGE, PROT_READ);
}

/* A request that is larger than any message: the kernel copies it, we do not have the room. */
static void too_much(int fd)
{
	size_t size = 40u << 20;
	void *ops = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	struct vm_bind bind = {.vm_id = 2, .ops = {sizeof(struct vm_bind_op), (uint32_t)(size / sizeof(struct vm_bind_op)), PTR(ops)}};

	CHECK_ERROR(ioctl(fd, IOC_VM_BIND, &bind), ENOMEM);
	/* As much as fits goes through, and binds of nothing succeed (panthor_vm_bind_exec_sync_op()). */
	bind.ops.count = 80000;
	CHECK(ioctl(fd, IOC_VM_BIND, &bind) == 0);
	CHECK(make_vm(fd) > 0);
	munmap(ops, size);
}

/* On a stack that is not the thread's, with memory that cannot be read right behind it. */
static ucontext_t home, away;
static char *away_stack;
static int away_fd;

static void on_another_stack(void)
{
	struct vm_create vm = {0};
	struct dev_query query = {.type = 3, .size = 4, .pointer = PTR(away_stack + 16 * PAGE)};

	CHECK(ioctl(away_fd, IOC_VM_CREATE, &vm) == 0);
	CHECK_ERROR(ioctl(away_fd, IOC_VM_CREATE, away_stack + 16 * PAGE), EFAULT);
	CHECK_ERROR(ioctl(away_fd, IOC_DEV_QUERY, &query), EFAULT);
}

static void *in_a_thread(void *fd)
{
	struct vm_create vm = {0};
	struct drm_version version = {0};

	away_fd = *(int *)fd;
	CHECK(ioctl(away_fd, IOC_VM_CREATE, &vm) == 0);
	CHECK(ioctl(away_fd, IOC_VERSION, &version) == 0 && version.name_length == 7);
	getcontext(&away);
	away.uc_stack.ss_sp = away_stack;
	away.uc_stack.ss_size = 16 * PAGE;
	away.uc_link = &home;
	makecontext(&away, on_another_stack, 0);
	swapcontext(&home, &away);
	CHECK(ioctl(away_fd, IOC_VERSION, &version) == 0);
	return NULL;
}

static void stacks(int fd)
{
	pthread_t thread;

	away_stack = mmap(NULL, 17 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	mprotect(away_stack + 16 * PAGE, PAGE, PROT_NONE);
	in_a_thread(&fd);
	pthread_create(&thread, NULL, in_a_thread, &fd);
	pthread_join(thread, NULL);
}

/* Every element of an array arrives, however long it is. */
static void long_arrays(int fd)
{
	static const uint32_t counts[] = {1000, 16000, 16384, 32768, 33000, 70000, 262144, 500000};
	static uint32_t handles[500000];
	static uint64_t points[100000];
	struct syncobj_query query = {.handles = PTR(handles), .count = 100000};
	struct syncobj_wait wait = {.handles = PTR(handles), .timeout = 1, .flags = 1 | WAIT_FOR_SUBMIT};

	for (unsigned i = 0; i < 500000; i++)
		handles[i] = i < 100 ? make_syncobj(fd) : handles[i % 100];
	for (unsigned i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		wait.count = counts[i];
		/* The kernel has 64 bytes for each, and 4 MiB at most. */
		CHECK_ERROR(ioctl(fd, IOC_SYNCOBJ_WAIT, &wait), counts[i] > 65536 ? ENOMEM : ETIME);
	}
	for (unsigned i = 0; i < 100000; i++)
		points[i] = i;
	query.points = PTR(points);
	CHECK(ioctl(fd, IOC_SYNCOBJ_QUERY, &query) == 0);
	for (unsigned i = 0; i < 100000 && failures == 0; i++)
		CHECK(points[i] == 0);
	handles[wait.count - 1] = ~0u;
	CHECK_ERROR(ioctl(fd, IOC_SYNCOBJ_WAIT, &wait), ENOENT);
}

int main(void)
{
	char *pages = three_pages();
	int fd = open(RENDER, O_RDWR);

	CHECK(fd >= 0);
	arguments(fd, pages);
	buffers(fd, pages);
	strings(fd, pages);
	too_much(fd);
	long_arrays(fd);
	stacks(fd);
	/* Bad pointers to calls that are none, and sizes of all kinds. */
	for (unsigned nr = 0; nr < 256; nr++) {
		for (unsigned size = 0; size < 64; size += 7) {
			CHECK(ioctl(fd, _IOC(_IOC_READ | _IOC_WRITE, 'd', nr, size), 0x1000) <= 0);
		}
	}
	close(fd);
	FINISH();
}
