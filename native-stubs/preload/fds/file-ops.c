/*
 * read(2), write(2), lseek(2) and epoll_ctl(2): the answers of panthor_drm_driver_fops, dma_buf_fops,
 * sync_file_fops and of a syncobj's file, which are not those of the sockets and memfds behind our descriptors.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/uio.h>
#include <unistd.h>

#include "known.h"
#include "next.h"
#include "sys.h"

ssize_t __read_chk(int fd, void *to, size_t size, size_t room);
ssize_t __pread_chk(int fd, void *to, size_t size, off_t offset, size_t room);

static long fail(int error)
{
	errno = error;
	return -1;
}

static bool may_read(const struct identity *id)
{
	return id->kind != FILE_DEVICE || (id->flags & O_ACCMODE) == O_RDONLY || (id->flags & O_ACCMODE) == O_RDWR;
}

static bool may_write(const struct identity *id)
{
	return id->kind != FILE_DEVICE || (id->flags & O_ACCMODE) == O_WRONLY || (id->flags & O_ACCMODE) == O_RDWR;
}

/* drm_read(): no event ever comes. Only the device can be read at all. */
static long read_nothing(int fd, const struct identity *id)
{
	if (!may_read(id))
		return fail(EBADF);
	if (id->kind != FILE_DEVICE)
		return fail(EINVAL);
	for (;;) {
		char byte;
		long n = SYS_3(SYS_read, fd, &byte, 1);

		if (n < 0)
			return fail((int)-n);
		if (n == 0)
			return fail(ENODEV); /* the server is gone, and the device with it */
	}
}

static long read_at(int fd, const struct identity *id, off_t offset)
{
	if (offset < 0)
		return fail(EINVAL);
	if (id->kind == FILE_SYNC || id->kind == FILE_SYNCOBJ)
		return fail(ESPIPE);
	return read_nothing(fd, id);
}

/* None of them has a write function: vfs_write(). */
static long write_nothing(const struct identity *id)
{
	return fail(may_write(id) ? EINVAL : EBADF);
}

static long write_at(const struct identity *id, off_t offset)
{
	if (offset < 0)
		return fail(EINVAL);
	if (id->kind == FILE_SYNC || id->kind == FILE_SYNCOBJ)
		return fail(ESPIPE);
	return write_nothing(id);
}

EXPORT ssize_t read(int fd, void *to, size_t size)
{
	struct identity id;

	return known(fd, &id) ? read_nothing(fd, &id) : NEXT(read)(fd, to, size);
}
ALSO(__read, read);

EXPORT ssize_t __read_chk(int fd, void *to, size_t size, size_t room)
{
	struct identity id;

	return known(fd, &id) ? read_nothing(fd, &id) : NEXT(__read_chk)(fd, to, size, room);
}

EXPORT ssize_t pread(int fd, void *to, size_t size, off_t offset)
{
	struct identity id;

	return known(fd, &id) ? read_at(fd, &id, offset) : NEXT(pread)(fd, to, size, offset);
}
ALSO(pread64, pread);

EXPORT ssize_t __pread_chk(int fd, void *to, size_t size, off_t offset, size_t room)
{
	struct identity id;

	return known(fd, &id) ? read_at(fd, &id, offset) : NEXT(__pread_chk)(fd, to, size, offset, room);
}

EXPORT ssize_t readv(int fd, const struct iovec *parts, int count)
{
	struct identity id;

	return known(fd, &id) ? read_nothing(fd, &id) : NEXT(readv)(fd, parts, count);
}

EXPORT ssize_t preadv(int fd, const struct iovec *parts, int count, off_t offset)
{
	struct identity id;

	return known(fd, &id) ? read_at(fd, &id, offset) : NEXT(preadv)(fd, parts, count, offset);
}
ALSO(preadv64, preadv);

EXPORT ssize_t write(int fd, const void *from, size_t size)
{
	struct identity id;

	return known(fd, &id) ? write_nothing(&id) : NEXT(write)(fd, from, size);
}
ALSO(__write, write);

EXPORT ssize_t pwrite(int fd, const void *from, size_t size, off_t offset)
{
	struct identity id;

	return known(fd, &id) ? write_at(&id, offset) : NEXT(pwrite)(fd, from, size, offset);
}
ALSO(pwrite64, pwrite);

EXPORT ssize_t writev(int fd, const struct iovec *parts, int count)
{
	struct identity id;

	return known(fd, &id) ? write_nothing(&id) : NEXT(writev)(fd, parts, count);
}

EXPORT ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset)
{
	struct identity id;

	return known(fd, &id) ? write_at(&id, offset) : NEXT(pwritev)(fd, parts, count, offset);
}
ALSO(pwritev64, pwritev);

/* noop_llseek() of the device, dma_buf_llseek(); the others have none. */
EXPORT off_t lseek(int fd, off_t offset, int whence)
{
	struct identity id;
	off_t end;

	if (!known(fd, &id))
		return NEXT(lseek)(fd, offset, whence);
	if (whence < SEEK_SET || whence > SEEK_HOLE)
		return fail(EINVAL);
	if (id.kind == FILE_DEVICE)
		return 0;
	if (id.kind != FILE_DMA_BUF)
		return fail(ESPIPE);
	if ((whence != SEEK_SET && whence != SEEK_END) || offset != 0)
		return fail(EINVAL);
	end = whence == SEEK_END ? NEXT(lseek)(fd, 0, SEEK_END) : 0;
	return end;
}
ALSO(lseek64, lseek);

/* file_can_poll(): a syncobj's file has no poll function, and so is always ready, and not for epoll. */
EXPORT int epoll_ctl(int set, int operation, int fd, struct epoll_event *event)
{
	struct identity id;

	if (operation != EPOLL_CTL_DEL && known(fd, &id) && (id.kind == FILE_SYNCOBJ))
		return (int)fail(EPERM);
	return NEXT(epoll_ctl)(set, operation, fd, event);
}
