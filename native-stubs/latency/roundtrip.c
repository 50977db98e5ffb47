/*
 * A client that times calls: `roundtrip NODE COUNT` prints "DEV_QUERY P50 P99" and "VM_BIND P50 P99". The structs are
 * spelled out here because the uAPI header is not on every machine; uapi/ has them with their sources.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>

#include "samples.h"

struct dev_query {
	uint32_t type, size;
	uint64_t pointer;
};
struct vm_create {
	uint32_t flags, id;
	uint64_t user_va_range;
};
struct bo_create {
	uint64_t size;
	uint32_t flags, exclusive_vm_id, handle, pad;
};
struct obj_array {
	uint32_t stride, count;
	uint64_t array;
};
struct vm_bind_op {
	uint32_t flags, bo_handle;
	uint64_t bo_offset, va, size;
	struct obj_array syncs;
};
struct vm_bind {
	uint32_t vm_id, flags;
	struct obj_array ops;
};

#define DEV_QUERY _IOWR('d', 0x40, struct dev_query)
#define VM_CREATE _IOWR('d', 0x41, struct vm_create)
#define VM_BIND _IOWR('d', 0x43, struct vm_bind)
#define BO_CREATE _IOWR('d', 0x45, struct bo_create)

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

int main(int argc, char **argv)
{
	size_t count = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
	uint64_t *samples = calloc(count + 1, sizeof(*samples));
	struct vm_create vm = {0};
	struct bo_create bo = {.size = 4096};
	struct vm_bind_op op = {.va = 0x100000, .size = 4096};
	struct vm_bind bind = {.ops = {sizeof(op), 1, (uint64_t)(uintptr_t)&op}};
	uint32_t priorities = 0;
	struct dev_query query = {.type = 3, .size = 4, .pointer = (uint64_t)(uintptr_t)&priorities};
	int fd;

	if (count == 0 || samples == NULL)
		return 2;
	fd = open(argv[1], O_RDWR);
	if (fd < 0)
		fail(argv[1]);
	for (size_t i = 0; i < count; i++) {
		uint64_t start = now_ns();

		if (ioctl(fd, DEV_QUERY, &query) != 0)
			fail("DEV_QUERY");
		samples[i] = now_ns() - start;
	}
	print_samples("DEV_QUERY", samples, count);
	if (ioctl(fd, VM_CREATE, &vm) != 0)
		fail("VM_CREATE");
	if (ioctl(fd, BO_CREATE, &bo) != 0)
		fail("BO_CREATE");
	bind.vm_id = vm.id;
	op.bo_handle = bo.handle;
	for (size_t i = 0; i < count; i++) {
		uint64_t start;

		op.va = 0x100000 + (i % 512) * 4096;
		start = now_ns();
		if (ioctl(fd, VM_BIND, &bind) != 0)
			fail("VM_BIND");
		samples[i] = now_ns() - start;
	}
	print_samples("VM_BIND", samples, count);
	return 0;
}
