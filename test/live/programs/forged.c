/*
 * Asks a server that lies (test/live/fuzz/forged.test.ts): each VM_CREATE carries the address of memory that is none of the
 * call's in user_va_range, and how the reply is to be forged in flags. argv[1]: how many forgeries there are.
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "check.h"

static unsigned char other[64];

static int is_untouched(void)
{
	for (unsigned i = 0; i < sizeof(other); i++) {
		if (other[i] != 0x5a)
			return 0;
	}
	return 1;
}

int main(int argc, char **argv)
{
	int fd = open(RENDER, O_RDWR);
	int forgeries = argc > 1 ? atoi(argv[1]) : 0;
	struct vm_create vm = {.flags = 0, .user_va_range = PTR(other)};

	memset(other, 0x5a, sizeof(other));
	CHECK(fd >= 0);
	/* A true reply is taken. */
	CHECK(ioctl(fd, IOC_VM_CREATE, &vm) == 0 && vm.id == 7);
	for (int i = 1; i <= forgeries; i++) {
		struct {
			struct vm_create vm;
			uint64_t behind;
		} call = {.vm = {.flags = (uint32_t)i, .user_va_range = PTR(other)}, .behind = 0x1234};

		CHECK_ERROR(ioctl(fd, IOC_VM_CREATE, &call.vm), ENODEV);
		CHECK(is_untouched());
		CHECK(call.vm.id == 0 && call.vm.flags == (uint32_t)i && call.behind == 0x1234);
	}
	close(fd);
	FINISH();
}
