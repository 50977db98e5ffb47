/*
 * Does what test/live/operations.txt says: lines of file and operation on standard input, each answered with a line of
 * what came back: an errno's name, or a number, or words.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "check.h"

#define SIZE 0x4000
#define NAME_SET _IOW('b', 1, uint64_t)

static int device;
static uint32_t bo;

static int exported(uint32_t flags)
{
	struct prime_handle to = {.handle = bo, .flags = flags, .fd = -1};

	CHECK(ioctl(device, IOC_HANDLE_TO_FD, &to) == 0);
	return to.fd;
}

static int fence_file(uint32_t flags)
{
	struct syncobj_handle to = {.handle = make_syncobj(device), .flags = flags, .fd = -1};

	CHECK(signal_syncobj(device, to.handle) == 0);
	CHECK(ioctl(device, IOC_SYNCOBJ_HANDLE_TO_FD, &to) == 0);
	return to.fd;
}

static int make(const char *file)
{
	if (strcmp(file, "device") == 0)
		return open(RENDER, O_RDWR | O_NONBLOCK);
	if (strcmp(file, "device-read") == 0)
		return open(RENDER, O_RDONLY | O_NONBLOCK);
	if (strcmp(file, "device-write") == 0)
		return open(RENDER, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	if (strcmp(file, "card") == 0)
		return open(CARD, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (strcmp(file, "dma-buf") == 0)
		return exported(DRM_RDWR | DRM_CLOEXEC);
	if (strcmp(file, "dma-buf-read") == 0)
		return exported(DRM_CLOEXEC);
	if (strcmp(file, "sync-file") == 0)
		return fence_file(1);
	return fence_file(0);
}

static char text[256];

/* -1 with errno, a number, or `text`. */
static const char *said(long result)
{
	static const struct {
		int error;
		const char *name;
	} names[] = {{EAGAIN, "EAGAIN"}, {EBADF, "EBADF"},	  {EINVAL, "EINVAL"},	  {ESPIPE, "ESPIPE"},
		     {ENOTTY, "ENOTTY"}, {ENODEV, "ENODEV"},	  {EACCES, "EACCES"},	  {EPERM, "EPERM"},
		     {ENOTSOCK, "ENOTSOCK"}, {ENOTDIR, "ENOTDIR"}, {EFAULT, "EFAULT"},	  {ENOENT, "ENOENT"},
		     {EOPNOTSUPP, "EOPNOTSUPP"}, {ENODATA, "ENODATA"}, {EBUSY, "EBUSY"}, {EEXIST, "EEXIST"}};

	if (text[0] == '\0' && result != -1)
		snprintf(text, sizeof(text), "%ld", result);
	for (unsigned i = 0; result == -1 && text[0] == '\0' && i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].error == errno)
			strcpy(text, names[i].name);
	}
	if (text[0] == '\0')
		snprintf(text, sizeof(text), "errno %d", errno);
	return text;
}

static long map(int fd, int prot, int flags, off_t offset)
{
	void *p = mmap(NULL, SIZE, prot, flags, fd, offset);

	if (p == MAP_FAILED)
		return -1;
	munmap(p, SIZE);
	return 0;
}

static long map_object(int fd, int prot, int flags)
{
	uint32_t handle = make_bo(fd, SIZE);
	int64_t offset = mmap_offset(fd, handle);
	long ret = map(fd, prot, flags, (off_t)offset);

	return ret;
}

/* A mapping that is made for reading and then wants more. */
static long protect(int fd, off_t offset)
{
	void *p = mmap(NULL, SIZE, PROT_READ, MAP_SHARED, fd, offset);

	return p == MAP_FAILED ? -1 : mprotect(p, SIZE, PROT_READ | PROT_WRITE);
}

static long poll_of(int fd)
{
	struct pollfd look = {.fd = fd, .events = POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM | POLLPRI};

	if (poll(&look, 1, 0) < 0)
		return -1;
	snprintf(text, sizeof(text), "%s%s%s%s%s", (look.revents & POLLIN) ? "in " : "", (look.revents & POLLOUT) ? "out " : "",
		 (look.revents & POLLPRI) ? "pri " : "", (look.revents & POLLERR) ? "err " : "",
		 (look.revents & POLLHUP) ? "hup " : "");
	if (text[0] == '\0')
		strcpy(text, "nothing");
	else
		text[strlen(text) - 1] = '\0';
	return 0;
}

static long select_of(int fd)
{
	fd_set writes;
	struct timeval now = {0, 0};

	FD_ZERO(&writes);
	FD_SET(fd, &writes);
	return select(fd + 1, NULL, &writes, NULL, &now);
}

static long epoll_of(int fd)
{
	int set = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event event = {.events = EPOLLIN};
	long ret = epoll_ctl(set, EPOLL_CTL_ADD, fd, &event);

	close(set);
	return ret;
}

static long mode_of(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -1;
	snprintf(text, sizeof(text), "%06o", st.st_mode);
	return 0;
}

/* Whether the descriptor and the name tell the same. */
static long same_as(int fd, const char *name)
{
	struct stat a, b;
	struct statx x;

	if (fstat(fd, &a) < 0 || stat(name, &b) < 0 || statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &x) < 0)
		return -1;
	return a.st_dev == b.st_dev && a.st_ino == b.st_ino && a.st_rdev == b.st_rdev && a.st_mode == b.st_mode &&
	       a.st_uid == b.st_uid && a.st_nlink == b.st_nlink && x.stx_ino == b.st_ino && x.stx_mode == b.st_mode;
}

static long owner_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) < 0 ? -1 : (long)st.st_uid;
}

static long link_of(int fd)
{
	char link[64];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, text, sizeof(text) - 1);
	if (n < 0)
		return -1;
	text[n] = '\0';
	return 0;
}

static long same_as_node(int fd)
{
	int is_card = link_of(fd) == 0 && strcmp(text, CARD) == 0;

	text[0] = '\0';
	return same_as(fd, is_card ? CARD : RENDER);
}

static long flags_of(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0)
		return -1;
	snprintf(text, sizeof(text), "%s%s%s", (flags & O_ACCMODE) == O_RDWR ? "rdwr" : (flags & O_ACCMODE) == O_RDONLY ? "rdonly" : "wronly",
		 (flags & O_NONBLOCK) ? " nonblock" : "", (flags & ~(O_ACCMODE | O_NONBLOCK)) == 0 ? "" : " largefile");
	return 0;
}

static long toggle_nonblock(int fd)
{
	return fcntl(fd, F_SETFL, 0) < 0 ? -1 : (fcntl(fd, F_GETFL) & O_NONBLOCK) != 0;
}

static long lock_of(int fd)
{
	struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_len = 1};

	return fcntl(fd, F_SETLK, &lock);
}

static long copied(int fd, int (*copy)(int))
{
	int other = copy(fd);
	struct stat a, b;
	long ret = other < 0 ? -1 : fstat(fd, &a) == 0 && fstat(other, &b) == 0 && a.st_ino == b.st_ino && a.st_mode == b.st_mode;

	close(other);
	return ret;
}

static int by_fcntl(int fd)
{
	return fcntl(fd, F_DUPFD_CLOEXEC, 100);
}

static int by_dup2(int fd)
{
	return dup2(fd, 101);
}

static long by_pipe(int fd, int out)
{
	int ends[2];
	long ret;

	CHECK(pipe(ends) == 0 && write(ends[1], "x", 1) == 1);
	ret = out ? splice(fd, NULL, ends[1], NULL, 1, SPLICE_F_NONBLOCK) : splice(ends[0], NULL, fd, NULL, 1, SPLICE_F_NONBLOCK);
	close(ends[0]);
	close(ends[1]);
	return ret;
}

static struct iovec part = {text + 200, 8};
static char byte;
static socklen_t length = sizeof(int);
static int value;
static struct sockaddr_storage name;

#define OPERATION(what, expression)                                                                          \
	if (strcmp(operation, what) == 0)                                                                    \
		return said((long)(expression));

static const char *answer(int fd, const char *operation)
{
	text[0] = '\0';
	errno = 0;
	OPERATION("read", read(fd, &byte, 1))
	OPERATION("read of nothing", read(fd, &byte, 0))
	OPERATION("pread", pread(fd, &byte, 1, 0))
	OPERATION("pread before the start", pread(fd, &byte, 1, -1))
	OPERATION("readv", readv(fd, &part, 1))
	OPERATION("preadv", preadv(fd, &part, 1, 0))
	OPERATION("write", write(fd, "x", 1))
	OPERATION("write of nothing", write(fd, "x", 0))
	OPERATION("pwrite", pwrite(fd, "x", 1, 0))
	OPERATION("pwrite before the start", pwrite(fd, "x", 1, -1))
	OPERATION("writev", writev(fd, &part, 1))
	OPERATION("pwritev", pwritev(fd, &part, 1, 0))
	OPERATION("splice from", by_pipe(fd, 1))
	OPERATION("splice to", by_pipe(fd, 0))
	OPERATION("lseek set 0", lseek(fd, 0, SEEK_SET))
	OPERATION("lseek set 1", lseek(fd, 1, SEEK_SET))
	OPERATION("lseek cur 0", lseek(fd, 0, SEEK_CUR))
	OPERATION("lseek end 0", lseek(fd, 0, SEEK_END))
	OPERATION("lseek end 1", lseek(fd, 1, SEEK_END))
	OPERATION("lseek of kind 9", lseek(fd, 0, 9))
	OPERATION("poll", poll_of(fd))
	OPERATION("select for writing", select_of(fd))
	OPERATION("epoll_ctl add", epoll_of(fd))
	OPERATION("ftruncate", ftruncate(fd, 0))
	OPERATION("fsync", fsync(fd))
	OPERATION("fdatasync", fdatasync(fd))
	OPERATION("fallocate", fallocate(fd, 0, 0, 4096))
	OPERATION("flock", flock(fd, LOCK_EX | LOCK_NB))
	OPERATION("fcntl F_GETFL", flags_of(fd))
	OPERATION("fcntl F_SETFL", toggle_nonblock(fd))
	OPERATION("fcntl F_SETLK", lock_of(fd))
	OPERATION("fcntl F_GETFD", fcntl(fd, F_GETFD))
	OPERATION("fcntl F_DUPFD_CLOEXEC", copied(fd, by_fcntl))
	OPERATION("dup", copied(fd, dup))
	OPERATION("dup2", copied(fd, by_dup2))
	OPERATION("fchdir", fchdir(fd))
	OPERATION("isatty", isatty(fd) ? 1 : -1)
	OPERATION("shutdown", shutdown(fd, SHUT_RDWR))
	OPERATION("getsockname", getsockname(fd, (struct sockaddr *)&name, &length))
	OPERATION("getpeername", getpeername(fd, (struct sockaddr *)&name, &length))
	OPERATION("getsockopt", getsockopt(fd, SOL_SOCKET, SO_TYPE, &value, &length))
	OPERATION("setsockopt", setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &value, sizeof(value)))
	OPERATION("send", send(fd, "x", 1, MSG_DONTWAIT | MSG_NOSIGNAL))
	OPERATION("recv", recv(fd, &byte, 1, MSG_DONTWAIT))
	OPERATION("listen", listen(fd, 1))
	OPERATION("fstat: mode", mode_of(fd))
	OPERATION("fstat: owner", owner_of(fd))
	OPERATION("fstat and stat agree", same_as_node(fd))
	OPERATION("readlink of /proc/self/fd", link_of(fd))
	OPERATION("mmap shared, reading", map(fd, PROT_READ, MAP_SHARED, 0))
	OPERATION("mmap shared, writing", map(fd, PROT_READ | PROT_WRITE, MAP_SHARED, 0))
	OPERATION("mmap private, reading", map(fd, PROT_READ, MAP_PRIVATE, 0))
	OPERATION("mmap private, writing", map(fd, PROT_READ | PROT_WRITE, MAP_PRIVATE, 0))
	OPERATION("mmap beyond the end", map(fd, PROT_READ, MAP_SHARED, 4096))
	OPERATION("mprotect to writing", protect(fd, 0))
	OPERATION("mmap of an object, reading", map_object(fd, PROT_READ, MAP_SHARED))
	OPERATION("mmap of an object, writing", map_object(fd, PROT_READ | PROT_WRITE, MAP_SHARED))
	OPERATION("mmap of an object, private", map_object(fd, PROT_READ | PROT_WRITE, MAP_PRIVATE))
	OPERATION("mprotect of an object to writing", protect(fd, (off_t)mmap_offset(fd, make_bo(fd, SIZE))))
	OPERATION("mmap of the flush id, reading", (map)(fd, PROT_READ, MAP_SHARED, FLUSH_ID_OFFSET))
	OPERATION("ioctl of no driver", ioctl(fd, _IO('Z', 1)))
	OPERATION("ioctl FIONREAD", ioctl(fd, FIONREAD, &value))
	OPERATION("ioctl DRM 0x9e", ioctl(fd, _IO('d', 0x9e)))
	OPERATION("ioctl DMA_BUF 9", ioctl(fd, _IO('b', 9)))
	OPERATION("ioctl SYNC_IOC 9", ioctl(fd, _IO('>', 9)))
	OPERATION("DMA_BUF_SET_NAME", ioctl(fd, NAME_SET, "a name"))
	OPERATION("DMA_BUF_SET_NAME of 32 letters", ioctl(fd, NAME_SET, "abcdefghijklmnopqrstuvwxyz012345"))
	OPERATION("fgetxattr", fgetxattr(fd, "user.x", text + 100, 10))
	return "unknown operation";
}

int main(void)
{
	char line[256];

	device = open(RENDER, O_RDWR);
	bo = make_bo(device, SIZE);
	while (fgets(line, sizeof(line), stdin) != NULL) {
		char *operation = strchr(line, '\t');
		int fd;

		line[strcspn(line, "\n")] = '\0';
		if (operation == NULL)
			return 2;
		*operation++ = '\0';
		fd = make(line);
		printf("%s\n", fd < 0 ? "no such file" : answer(fd, operation));
		close(fd);
	}
	FINISH();
}
