/*
 * Does to a VM what its arguments say, then faults or not:
 *
 *   bo:NAME:SIZE  map:NAME:VA[:ro|sparse]  unmap:VA:SIZE  close:NAME  load:VA  store:VA  add:VA  call:VA  vm  destroy
 */
#include <fcntl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "streams.h"

#define STREAM_VA 0x700000000000ull
#define MAX_BOS 16

static int fd;
static uint32_t vm, syncobj, group, used;
static volatile uint8_t *streams;
static struct {
	const char *name;
	uint32_t handle;
	uint64_t size;
} bos[MAX_BOS];
static int bo_count;

static int bind_range(uint32_t flags, uint32_t handle, uint64_t va, uint64_t size)
{
	struct vm_bind_op op = {.flags = flags, .bo_handle = handle, .va = va, .size = size};
	struct vm_bind bind = {.vm_id = vm, .ops = {sizeof(op), 1, PTR(&op)}};

	return ioctl(fd, IOC_VM_BIND, &bind);
}

static void new_vm(void)
{
	uint32_t bo = make_bo(fd, 0x10000);

	vm = make_vm(fd);
	CHECK(bind_range(0, bo, STREAM_VA, 0x10000) == 0);
	streams = mmap(NULL, 0x10000, PROT_READ | PROT_WRITE, MAP_SHARED, fd, mmap_offset(fd, bo));
	CHECK(streams != MAP_FAILED);
	used = 0;
	group = make_group(fd, vm);
}

static int find(const char *name)
{
	for (int i = 0; i < bo_count; i++)
		if (strcmp(bos[i].name, name) == 0)
			return i;
	fprintf(stderr, "no object %s\n", name);
	exit(2);
}

static void make(const char *name, uint64_t size)
{
	struct bo_set_label label = {.label = PTR(name)};
	uint32_t handle = make_bo(fd, size);

	CHECK(handle != 0 && bo_count < MAX_BOS);
	label.handle = handle;
	CHECK(ioctl(fd, IOC_BO_SET_LABEL, &label) == 0);
	bos[bo_count].name = name;
	bos[bo_count].handle = handle;
	bos[bo_count++].size = size;
}

static void touch(const char *how, uint64_t va)
{
	const uint64_t load[] = {MOV48(68, va), LOAD(70, 68), WAIT_ALL};
	const uint64_t store[] = {MOV48(68, va), MOV32(70, 1), STORE(70, 68), WAIT_ALL};
	const uint64_t add[] = {MOV48(68, va), MOV48(70, 1), SYNC_ADD64(68, 70)};
	const uint64_t call[] = {MOV48(68, va), MOV32(70, 8), CALL(68, 70)};
	const uint64_t *code = how[0] == 'l' ? load : how[0] == 's' ? store : how[0] == 'a' ? add : call;
	uint32_t bytes = how[0] == 's' ? sizeof(store) : sizeof(load);
	struct timespec t;

	memcpy((uint8_t *)streams + used, code, bytes);
	CHECK(submit_stream(fd, group, STREAM_VA + used, bytes, syncobj) == 0);
	used += 256;
	clock_gettime(CLOCK_MONOTONIC, &t);
	CHECK(wait_syncobj(fd, syncobj, (t.tv_sec + 5) * 1000000000ll) == 0);
}

int main(int argc, char **argv)
{
	fd = open(RENDER, O_RDWR);
	CHECK(fd >= 0);
	syncobj = make_syncobj(fd);
	new_vm();
	for (int i = 1; i < argc; i++) {
		char *word = strtok(argv[i], ":"), *a = strtok(NULL, ":"), *b = strtok(NULL, ":");
		char *how = strtok(NULL, ":");

		if (strcmp(word, "bo") == 0) {
			make(a, strtoull(b, NULL, 0));
		} else if (strcmp(word, "map") == 0) {
			uint32_t flags = how == NULL ? 0 : strcmp(how, "ro") == 0 ? 1 : 8 | 2;
			int bo = find(a);

			CHECK(bind_range(flags, flags & 8 ? 0 : bos[bo].handle, strtoull(b, NULL, 0),
					 bos[bo].size) == 0);
		} else if (strcmp(word, "unmap") == 0) {
			CHECK(bind_range(1u << 28, 0, strtoull(a, NULL, 0), strtoull(b, NULL, 0)) == 0);
		} else if (strcmp(word, "close") == 0) {
			struct gem_close args = {.handle = bos[find(a)].handle};

			CHECK(ioctl(fd, IOC_GEM_CLOSE, &args) == 0);
		} else if (strcmp(word, "vm") == 0) {
			new_vm();
		} else {
			touch(word, strtoull(a, NULL, 0));
		}
	}
	close(fd);
	FINISH();
}
