/* Command streams through a device file: memory that client and GPU share, waits for it, faults. */
#include <fcntl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "streams.h"

#define VA 0x1000000ull
#define BYTES 0x10000u
/* Streams lie in the second half. */
#define STREAMS (BYTES / 2)

static int fd;
static uint32_t vm, syncobj;
static volatile uint32_t *memory;
static uint32_t used = STREAMS;

static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ll + t.tv_nsec;
}

static int submit(uint32_t group, const uint64_t *code, uint32_t count)
{
	uint64_t va = VA + used;

	memcpy((char *)memory + used, code, count * 8);
	used += (count * 8 + 63) & ~63u;
	return submit_stream(fd, group, va, count * 8, syncobj);
}

#define SUBMIT(group, ...)                                                                                   \
	submit(group, (const uint64_t[]){__VA_ARGS__}, sizeof((const uint64_t[]){__VA_ARGS__}) / 8)

static uint32_t state_of(uint32_t group)
{
	struct group_state state = {.group = group};

	CHECK(ioctl(fd, IOC_GROUP_GET_STATE, &state) == 0);
	return state.state;
}

/* At most `ms` of waiting; 0, or -1 with ETIME. */
static int wait_for(int ms)
{
	return wait_syncobj(fd, syncobj, now() + ms * 1000000ll);
}

int main(int argc, char **argv)
{
	uint32_t bo, group, flush_id;
	struct vm_bind_op op;
	struct vm_bind bind;
	volatile uint32_t *page;
	int64_t start;

	fd = open(RENDER, O_RDWR);
	CHECK(fd >= 0);
	vm = make_vm(fd);
	bo = make_bo(fd, BYTES);
	syncobj = make_syncobj(fd);
	op = (struct vm_bind_op){.bo_handle = bo, .va = VA, .size = BYTES};
	bind = (struct vm_bind){.vm_id = vm, .ops = {sizeof(op), 1, PTR(&op)}};
	CHECK(ioctl(fd, IOC_VM_BIND, &bind) == 0);
	memory = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, mmap_offset(fd, bo));
	page = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, FLUSH_ID_OFFSET);
	CHECK(memory != MAP_FAILED && page != MAP_FAILED);
	group = make_group(fd, vm);

	/* A store is there when the fence is; each job flushes, since it says that was not done so far. */
	flush_id = *page;
	CHECK(SUBMIT(group, MOV48(68, VA), MOV32(70, 0xdeadbeef), STORE(70, 68)) == 0);
	CHECK(wait_for(1000) == 0);
	CHECK(memory[0] == 0xdeadbeef);
	CHECK(*page == flush_id + 1);

	/* What the client writes while a queue waits for it is seen. */
	CHECK(SUBMIT(group, MOV48(68, VA + 64), MOV48(70, 0), SYNC_WAIT64_GT(68, 70), MOV48(68, VA),
		     MOV32(70, 7), STORE(70, 68)) == 0);
	CHECK_ERROR(wait_for(50), ETIME);
	memory[16] = 1;
	CHECK(wait_for(1000) == 0);
	CHECK(memory[0] == 7);

	/* A hole ends the group, not the wait for the fence. */
	CHECK(SUBMIT(group, MOV48(68, VA + BYTES), STORE(70, 68)) == 0);
	CHECK(wait_for(1000) == 0);
	CHECK(state_of(group) == 2);
	CHECK_ERROR(SUBMIT(group, MOV32(70, 0)), EINVAL);

	/* The VM takes another group. One that never ends lets others work, and times out. */
	group = make_group(fd, vm);
	start = now();
	CHECK(SUBMIT(group, BRANCH_ALWAYS(-1)) == 0);
	for (int i = 0; i < 100; i++)
		CHECK(make_vm(fd) > 0 || errno == EBUSY);
	CHECK_ERROR(wait_for(20), ETIME);
	if (argc > 1 && strcmp(argv[1], "timeout") == 0) {
		CHECK(wait_for(8000) == 0);
		CHECK(now() - start > 4900000000ll);
		CHECK(state_of(group) == 1);
	}
	close(fd);
	FINISH();
}
