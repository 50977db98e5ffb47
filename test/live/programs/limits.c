/*
 * What happens when there is no more: "limits FILES OBJECTS" opens files until that fails, and creates objects until that
 * fails; the errors are those of open(2) and DRM_IOCTL_PANTHOR_BO_CREATE, and what there was stays good.
 */
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"

int main(int argc, char **argv)
{
	int files = argc > 2 ? atoi(argv[1]) : 0;
	int objects = argc > 2 ? atoi(argv[2]) : 0;
	int first = open(RENDER, O_RDWR);
	int count = 0, error = 0;
	int fds[4096];

	CHECK(first >= 0);
	for (; error == 0 && count < objects + 100; count++) {
		struct bo_create bo = {.size = 1 << 16};
		char *p;

		if (ioctl(first, IOC_BO_CREATE, &bo) != 0) {
			error = errno;
			break;
		}
		p = mmap(NULL, 1 << 16, PROT_READ | PROT_WRITE, MAP_SHARED, first, mmap_offset(first, bo.handle));
		if (p == MAP_FAILED) {
			error = errno;
			break;
		}
		p[0] = 1;
	}
	printf("%d objects, errno %d\n", count, error);
	for (count = 0, error = 0; count < files + 100 && count < 4096; count++) {
		fds[count] = open(count % 2 ? CARD : RENDER, O_RDWR);
		if (fds[count] < 0) {
			error = errno;
			break;
		}
	}
	printf("%d files, errno %d\n", count, error);
	CHECK(make_vm(first) == 1);
	while (count > 0)
		close(fds[--count]);
	/* And there is room again. */
	fds[0] = open(RENDER, O_RDWR);
	CHECK(fds[0] >= 0 && make_vm(fds[0]) == 1);
	FINISH();
}
