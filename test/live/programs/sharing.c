/*
 * Objects and fences that leave the file: dma-bufs, sync_files, syncobj files, eventfds, between files and processes.
 * "sharing [client|...]": without an argument everything is done in one process and one child.
 */
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

#define EXPORT_SYNC_FILE 1u
#define IMPORT_SYNC_FILE 1u

static int export_bo(int fd, uint32_t handle, uint32_t flags)
{
	struct prime_handle prime = {.handle = handle, .flags = flags, .fd = -1};

	return ioctl(fd, IOC_HANDLE_TO_FD, &prime) == 0 ? prime.fd : -1;
}

static uint32_t import_bo(int fd, int buf)
{
	struct prime_handle prime = {.fd = buf};

	return ioctl(fd, IOC_FD_TO_HANDLE, &prime) == 0 ? prime.handle : 0;
}

static int export_syncobj(int fd, uint32_t handle, uint32_t flags)
{
	struct syncobj_handle syncobj = {.handle = handle, .flags = flags, .fd = -1};

	return ioctl(fd, IOC_SYNCOBJ_HANDLE_TO_FD, &syncobj) == 0 ? syncobj.fd : -1;
}

static int close_bo(int fd, uint32_t handle)
{
	struct gem_close gem = {.handle = handle};

	return ioctl(fd, IOC_GEM_CLOSE, &gem);
}

static int readable(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	return poll(&p, 1, 0) == 1 && (p.revents & POLLIN) != 0;
}

static void send_fd(int socket, int fd)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control = {0};
	char byte = 'x';
	struct iovec part = {&byte, 1};
	struct msghdr msg = {
		.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)};

	control.header = (struct cmsghdr){
		.cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	CHECK(sendmsg(socket, &msg, 0) == 1);
}

static int receive_fd(int socket)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control = {0};
	char byte;
	struct iovec part = {&byte, 1};
	struct msghdr msg = {
		.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)};
	int fd = -1;

	CHECK(recvmsg(socket, &msg, 0) == 1);
	memcpy(&fd, CMSG_DATA(&control.header), sizeof(fd));
	return fd;
}

static void dma_bufs(int a, int b)
{
	uint32_t bo = make_bo(a, 3 * 4096);
	int buf = export_bo(a, bo, DRM_RDWR | DRM_CLOEXEC);
	int plain = export_bo(a, bo, 0);
	struct stat st;

	CHECK(buf >= 0 && plain >= 0 && buf != plain);
	CHECK(fcntl(buf, F_GETFD) == FD_CLOEXEC && fcntl(plain, F_GETFD) == 0);
	CHECK((fcntl(buf, F_GETFL) & O_ACCMODE) == O_RDWR && (fcntl(plain, F_GETFL) & O_ACCMODE) == O_RDONLY);
	CHECK(lseek(buf, 0, SEEK_END) == 3 * 4096);
	/* The memory is the same, by whichever way. */
	uint32_t *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, a, mmap_offset(a, bo));
	uint32_t *q = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, buf, 0);
	CHECK(p != MAP_FAILED && q != MAP_FAILED);
	p[0] = 0x12345678;
	CHECK(q[0] == 0x12345678);
	CHECK_ERROR((intptr_t)mmap(NULL, 4096, PROT_WRITE, MAP_SHARED, plain, 0), EACCES);
	/* Home again it is the handle that it was; elsewhere a new one, the same each time. */
	CHECK(import_bo(a, buf) == bo && import_bo(a, plain) == bo);
	uint32_t there = import_bo(b, buf);
	CHECK(there != 0 && import_bo(b, plain) == there);
	/* The object outlives its first handle, and its size can be bound elsewhere. */
	CHECK(close_bo(a, bo) == 0);
	uint32_t *r = mmap(NULL, 4096, PROT_READ, MAP_SHARED, b, mmap_offset(b, there));
	CHECK(r != MAP_FAILED && r[0] == 0x12345678);
	struct vm_bind_op op = {.bo_handle = there, .va = 0x10000, .size = 3 * 4096};
	struct vm_bind bind = {.vm_id = make_vm(b), .ops = {sizeof(op), 1, PTR(&op)}};
	CHECK(ioctl(b, IOC_VM_BIND, &bind) == 0);
	CHECK(close_bo(b, there) == 0);
	/* The descriptors alone keep it. */
	uint32_t back = import_bo(a, buf);
	CHECK(back != 0);
	CHECK(close_bo(a, back) == 0);

	struct prime_handle prime = {.fd = a};
	CHECK_ERROR(ioctl(a, IOC_FD_TO_HANDLE, &prime), EINVAL);
	prime.fd = 0;
	CHECK_ERROR(ioctl(a, IOC_FD_TO_HANDLE, &prime), EINVAL);
	prime.fd = 12345;
	CHECK_ERROR(ioctl(a, IOC_FD_TO_HANDLE, &prime), EBADF);
	prime = (struct prime_handle){.handle = 999};
	CHECK_ERROR(ioctl(a, IOC_HANDLE_TO_FD, &prime), ENOENT);
	/* A memfd of the client's own is no dma-buf, whatever its name. */
	prime.fd = memfd_create("panthor-shim-bo", 0);
	CHECK(ftruncate(prime.fd, 4096) == 0);
	CHECK_ERROR(ioctl(a, IOC_FD_TO_HANDLE, &prime), EINVAL);
	CHECK_ERROR(ioctl(prime.fd, IOC_EXPORT_SYNC_FILE, &(struct dma_buf_sync_file){.flags = 1}), ENOTTY);
	close(prime.fd);
	CHECK(fstat(buf, &st) == 0 && !S_ISCHR(st.st_mode));

	munmap(p, 4096);
	munmap(q, 4096);
	munmap(r, 4096);
	close(buf);
	close(plain);
}

static void fences_in_dma_bufs(int fd)
{
	uint32_t bo = make_bo(fd, 4096);
	uint32_t syncobj = make_syncobj(fd);
	int buf = export_bo(fd, bo, DRM_RDWR | DRM_CLOEXEC);
	struct dma_buf_sync_file file = {.flags = 3, .fd = -1};

	/* Nothing in it: signalled. */
	CHECK(ioctl(buf, IOC_EXPORT_SYNC_FILE, &file) == 0 && file.fd >= 0);
	CHECK(readable(file.fd) && fcntl(file.fd, F_GETFD) == FD_CLOEXEC);
	/* What one puts in one takes out. */
	CHECK(ioctl(buf, IOC_IMPORT_SYNC_FILE, &file) == 0);
	close(file.fd);
	file = (struct dma_buf_sync_file){.flags = 0};
	CHECK_ERROR(ioctl(buf, IOC_EXPORT_SYNC_FILE, &file), EINVAL);
	file = (struct dma_buf_sync_file){.flags = 3, .fd = buf};
	CHECK_ERROR(ioctl(buf, IOC_IMPORT_SYNC_FILE, &file), EINVAL);
	CHECK_ERROR(ioctl(buf, _IOWR('b', 77, int), &file), ENOTTY);
	close(buf);
	CHECK(signal_syncobj(fd, syncobj) == 0);
}

static void sync_files(int a, int b)
{
	uint32_t syncobj = make_syncobj(a);
	struct syncobj_handle import = {.flags = IMPORT_SYNC_FILE};

	/* Without a fence there is nothing to export. */
	struct syncobj_handle empty = {.handle = syncobj, .flags = EXPORT_SYNC_FILE};
	CHECK_ERROR(ioctl(a, IOC_SYNCOBJ_HANDLE_TO_FD, &empty), EINVAL);
	CHECK(signal_syncobj(a, syncobj) == 0);
	int file = export_syncobj(a, syncobj, EXPORT_SYNC_FILE);
	CHECK(file >= 0 && readable(file));
	import.handle = make_syncobj(b);
	import.fd = file;
	CHECK(ioctl(b, IOC_SYNCOBJ_FD_TO_HANDLE, &import) == 0);
	CHECK(wait_syncobj(b, import.handle, 0) == 0);
	/* A sync_file is no syncobj and no dma-buf. */
	import = (struct syncobj_handle){.fd = file};
	CHECK_ERROR(ioctl(b, IOC_SYNCOBJ_FD_TO_HANDLE, &import), EINVAL);
	CHECK_ERROR(ioctl(b, IOC_FD_TO_HANDLE, &(struct prime_handle){.fd = file}), EINVAL);
	close(file);
	import.fd = 12345;
	CHECK_ERROR(ioctl(b, IOC_SYNCOBJ_FD_TO_HANDLE, &import), EINVAL);
}

static void syncobj_files(int a, int b)
{
	uint32_t syncobj = make_syncobj(a);
	int file = export_syncobj(a, syncobj, 0);
	struct syncobj_handle import = {.fd = file};
	int status = -1;

	CHECK(file >= 0 && fcntl(file, F_GETFD) == FD_CLOEXEC);
	CHECK(ioctl(b, IOC_SYNCOBJ_FD_TO_HANDLE, &import) == 0 && import.handle != 0);
	/* Another process gets it as a message, and waits for what this one signals. */
	int pair[2];
	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	pid_t child = fork();
	if (child == 0) {
		int c = open(RENDER, O_RDWR);
		struct syncobj_handle mine = {.fd = receive_fd(pair[1])};

		CHECK(ioctl(c, IOC_SYNCOBJ_FD_TO_HANDLE, &mine) == 0);
		CHECK_ERROR(wait_syncobj(c, mine.handle, 0), ETIME);
		send_fd(pair[1], c);
		CHECK(wait_syncobj(c, mine.handle, INT64_MAX) == 0);
		_exit(failures);
	}
	send_fd(pair[0], file);
	close(file);
	close(receive_fd(pair[0]));
	CHECK(signal_syncobj(b, import.handle) == 0);
	CHECK(waitpid(child, &status, 0) == child && status == 0);
	CHECK(wait_syncobj(a, syncobj, 0) == 0);
	close(pair[0]);
	close(pair[1]);
}

static void eventfds(int fd)
{
	uint32_t syncobj = make_syncobj(fd);
	int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	struct syncobj_eventfd wanted = {.handle = syncobj, .fd = event};
	uint64_t count = 0;

	CHECK(ioctl(fd, IOC_SYNCOBJ_EVENTFD, &wanted) == 0);
	CHECK(!readable(event));
	CHECK(signal_syncobj(fd, syncobj) == 0);
	CHECK(readable(event) && read(event, &count, sizeof(count)) == sizeof(count) && count == 1);
	CHECK(ioctl(fd, IOC_SYNCOBJ_EVENTFD, &wanted) == 0 && readable(event));
	wanted.fd = 0;
	CHECK_ERROR(ioctl(fd, IOC_SYNCOBJ_EVENTFD, &wanted), EINVAL);
	wanted.fd = 12345;
	CHECK_ERROR(ioctl(fd, IOC_SYNCOBJ_EVENTFD, &wanted), EBADF);
	close(event);
}

int main(void)
{
	int a = open(RENDER, O_RDWR | O_CLOEXEC);
	int b = open(CARD, O_RDWR | O_CLOEXEC);

	CHECK(a >= 0 && b >= 0);
	dma_bufs(a, b);
	fences_in_dma_bufs(a);
	sync_files(a, b);
	syncobj_files(a, b);
	eventfds(a);
	close(a);
	close(b);
	FINISH();
}
