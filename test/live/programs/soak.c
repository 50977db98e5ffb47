/* So many rounds of everything that a client does, each with an open file of its own. Says how many calls that were. */
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"

static long calls;

static void bind_one(int fd, uint32_t vm, struct vm_bind_op op)
{
	struct vm_bind bind = {.vm_id = vm, .ops = {sizeof(op), 1, PTR(&op)}};

	CHECK(ioctl(fd, IOC_VM_BIND, &bind) == 0);
	calls++;
}

static void round_of_calls(void)
{
	int fd = open(RENDER, O_RDWR | O_CLOEXEC);
	uint32_t vm = make_vm(fd), bo = make_bo(fd, 0x10000), syncobj = make_syncobj(fd);
	volatile uint32_t *memory = mmap(NULL, 0x10000, PROT_READ | PROT_WRITE, MAP_SHARED, fd, mmap_offset(fd, bo));
	struct prime_handle share = {.handle = bo, .flags = DRM_CLOEXEC, .fd = -1};

	CHECK(fd >= 0 && vm > 0 && bo > 0 && syncobj > 0 && memory != MAP_FAILED);
	memory[0] = 1;
	for (uint64_t va = 0x1000000; va < 0x1000000 + 4 * 0x10000; va += 0x10000)
		bind_one(fd, vm, (struct vm_bind_op){.bo_handle = bo, .va = va, .size = 0x10000});
	bind_one(fd, vm, (struct vm_bind_op){.flags = 1u << 28, .va = 0x1004000, .size = 0x20000});
	CHECK(signal_syncobj(fd, syncobj) == 0 && wait_syncobj(fd, syncobj, 0) == 0);
	CHECK(ioctl(fd, IOC_HANDLE_TO_FD, &share) == 0);
	CHECK_ERROR(ioctl(fd, IOC_VM_CREATE, (void *)8), EFAULT);
	close(share.fd);
	munmap((void *)(uintptr_t)memory, 0x10000);
	close(fd);
	calls += 12;
}

int main(int argc, char **argv)
{
	long rounds = argc > 1 ? atol(argv[1]) : 1;

	for (long i = 0; i < rounds; i++)
		round_of_calls();
	printf("%ld\n", calls);
	FINISH();
}
