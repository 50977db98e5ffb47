/* Some calls, each of which may be made to fail: says the errno of each. */
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

static int error_of(int ret)
{
	return ret == 0 ? 0 : errno;
}

int main(void)
{
	int fd = open(RENDER, O_RDWR);
	struct vm_create vm = {0};
	struct bo_create bo = {.size = 0x400000};
	struct vm_bind_op op = {.va = 0x1000000, .size = 0x400000};
	struct vm_bind bind = {.ops = {sizeof(op), 1, PTR(&op)}};
	struct timespec now;
	int64_t soon;
	uint32_t syncobj;

	printf("open %d ", fd < 0 ? errno : 0);
	printf("vm %d ", error_of(ioctl(fd, IOC_VM_CREATE, &vm)));
	printf("bo %d ", error_of(ioctl(fd, IOC_BO_CREATE, &bo)));
	bind.vm_id = vm.id;
	op.bo_handle = bo.handle;
	printf("bind %d ", error_of(ioctl(fd, IOC_VM_BIND, &bind)));
	syncobj = make_syncobj(fd);
	clock_gettime(CLOCK_MONOTONIC, &now);
	soon = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec + 50000000;
	printf("wait %d ", error_of(wait_syncobj(fd, syncobj, soon)));
	op = (struct vm_bind_op){.flags = 1u << 28, .va = 0x1100000, .size = 0x1000};
	printf("unbind %d\n", error_of(ioctl(fd, IOC_VM_BIND, &bind)));
	close(fd);
	return 0;
}
