/* The ioctls of a sync_file's own descriptor, through the library and back. */
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "check.h"

struct sync_merge_data {
	char name[32];
	int32_t fd2, fence;
	uint32_t flags, pad;
};
struct sync_fence_info {
	char obj_name[32], driver_name[32];
	int32_t status;
	uint32_t flags;
	uint64_t timestamp_ns;
};
struct sync_file_info {
	char name[32];
	int32_t status;
	uint32_t flags, num_fences, pad;
	uint64_t sync_fence_info;
};
struct sync_set_deadline {
	uint64_t deadline_ns, pad;
};

#define SYNC_IOC_MERGE _IOWR('>', 3, struct sync_merge_data)
#define SYNC_IOC_FILE_INFO _IOWR('>', 4, struct sync_file_info)
#define SYNC_IOC_SET_DEADLINE _IOW('>', 5, struct sync_set_deadline)
#define EXPORT_SYNC_FILE 1u

static int sync_file_of(int fd)
{
	struct syncobj_handle to = {.handle = make_syncobj(fd), .flags = EXPORT_SYNC_FILE, .fd = -1};

	CHECK(signal_syncobj(fd, to.handle) == 0);
	CHECK(ioctl(fd, IOC_SYNCOBJ_HANDLE_TO_FD, &to) == 0 && to.fd >= 0);
	return to.fd;
}

int main(void)
{
	int fd = open(RENDER, O_RDWR);
	int a = sync_file_of(fd), b = sync_file_of(fd);
	struct sync_merge_data merge = {.name = "two of them", .fd2 = b};
	struct sync_fence_info fences[4];
	struct sync_file_info info = {.num_fences = 4, .sync_fence_info = PTR(fences)};
	struct sync_set_deadline deadline = {.deadline_ns = 1};
	struct pollfd look = {.events = POLLIN | POLLOUT};

	memset(fences, 0x55, sizeof(fences));
	CHECK(ioctl(a, SYNC_IOC_MERGE, &merge) == 0 && merge.fence >= 0);
	CHECK((fcntl(merge.fence, F_GETFD) & FD_CLOEXEC) != 0);
	CHECK(ioctl(merge.fence, SYNC_IOC_FILE_INFO, &info) == 0);
	CHECK(strcmp(info.name, "two of them") == 0 && info.status == 1 && info.num_fences == 1);
	CHECK(fences[0].status == 1 && fences[1].status == 0x55555555);
	CHECK(ioctl(merge.fence, SYNC_IOC_SET_DEADLINE, &deadline) == 0);
	look.fd = merge.fence;
	CHECK(poll(&look, 1, 0) == 1 && (look.revents & POLLIN) != 0);
	merge.fd2 = fd;
	CHECK_ERROR(ioctl(a, SYNC_IOC_MERGE, &merge), ENOENT);
	merge.fd2 = 999;
	CHECK_ERROR(ioctl(a, SYNC_IOC_MERGE, &merge), ENOENT);
	CHECK_ERROR(ioctl(fd, SYNC_IOC_FILE_INFO, &info), ENOTTY);
	CHECK_ERROR(ioctl(a, IOC_VERSION, NULL), ENOTTY);
	close(merge.fence);
	close(a);
	close(b);
	close(fd);
	FINISH();
}
