/* The system calls that are answered here. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "channel.h"
#include "device.h"
#include "door.h"
#include "gather.h"
#include "known.h"
#include "paths.h"
#include "scatter.h"
#include "usermem.h"

#define PAGE_MASK 4095ull

/* What the client's path is; relative ones begin where the client is, or at its directory. */
static void look(const struct notice *n, struct path *p, int dirfd, uint64_t name)
{
	char path[OUR_PATH_MAX];
	char link[64];
	char absolute[2 * OUR_PATH_MAX];
	ssize_t got;

	p->kind = PATH_OTHER;
	if (!read_path(n, name, path, sizeof(path)))
		return;
	if (path[0] == '/') {
		path_look(p, AT_FDCWD, path);
	} else if (path[0] != '\0') {
		if (dirfd == AT_FDCWD)
			snprintf(link, sizeof(link), "/proc/%d/cwd", n->tid);
		else
			snprintf(link, sizeof(link), "/proc/%d/fd/%d", n->tid, dirfd);
		got = readlink(link, absolute, OUR_PATH_MAX);
		if (got <= 0 || got >= OUR_PATH_MAX)
			return;
		absolute[got] = '\0';
		snprintf(absolute + got, sizeof(absolute) - (size_t)got, "/%s", path);
		path_look(p, AT_FDCWD, path_shown(absolute));
	}
	if (p->kind == PATH_FD || p->kind == PATH_FDINFO)
		p->kind = PATH_OTHER; /* this process's, not the client's */
}

/* The client gets `fd`, which is ours, or the error that stands in its place. */
static void hand_over(const struct notice *n, int fd, int flags)
{
	int ret;

	if (fd < 0) {
		answer(n, fd);
		return;
	}
	ret = give(n, fd, (flags & O_CLOEXEC) != 0, true);
	close(fd);
	if (ret < 0 && ret != -ENOENT)
		answer(n, ret);
}

void on_open(const struct notice *n, int dirfd, uint64_t name, int flags, mode_t mode)
{
	struct path p;
	int fd;

	look(n, &p, dirfd, name);
	if (p.kind == PATH_OTHER || (flags & O_PATH) != 0) {
		let_pass(n);
		return;
	}
	if (p.kind == PATH_TREE) {
		fd = open(p.real, flags | O_CLOEXEC, mode);
		hand_over(n, fd < 0 ? -errno : fd, flags);
		return;
	}
	if ((flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL))
		fd = -EEXIST;
	else if ((flags & O_DIRECTORY) != 0)
		fd = -ENOTDIR;
	else if ((flags & O_EXCL) != 0)
		fd = -EBUSY;
	else if ((flags & O_DIRECT) != 0)
		fd = -EINVAL;
	else
		fd = channel_open(p.minor, flags);
	hand_over(n, fd, flags);
}

void on_ioctl(const struct notice *n)
{
	int fd = (int)n->data.args[0];
	unsigned long request = (uint32_t)n->data.args[1];
	struct wire_ioctl header = {.arg = n->data.args[2], .request = (uint32_t)request, .tid = (uint32_t)n->tid, .fd = fd};
	int target = borrow(n, fd);
	struct identity id = {.kind = FILE_OTHER};
	struct message m, reply;
	int ret;

	if (target >= 0)
		id = identify(target);
	if (id.kind == FILE_OTHER && (target < 0 || !is_dma_buf(target))) {
		if (target >= 0)
			close(target);
		let_pass(n);
		return;
	}
	current = n;
	header.file = id.kind == FILE_DEVICE ? id.key : 0;
	message_begin(&m);
	message_grow(&m, sizeof(header));
	ret = gather(&m, request, header.arg, &header.regions);
	if (ret == 0) {
		memcpy(m.data + sizeof(struct wire_header), &header, sizeof(header));
		ret = channel_call(&m, WIRE_IOCTL, target, header.file, &reply);
		if (ret == 0) {
			ret = scatter(&m, &reply);
			if (ret == 0) {
				struct wire_reply told;

				memcpy(&told, reply.data + sizeof(struct wire_header), sizeof(told));
				ret = told.ret;
			}
			message_free(&reply, true);
		}
	}
	/* What was borrowed for the argument. */
	message_free(&m, true);
	close(target);
	answer(n, ret);
}

void on_mmap(const struct notice *n)
{
	int fd = (int)n->data.args[4];
	struct wire_mmap request = {
		.length = (n->data.args[1] + PAGE_MASK) & ~PAGE_MASK,
		.offset = n->data.args[5],
		.prot = (uint32_t)n->data.args[2],
		.flags = (uint32_t)n->data.args[3],
		.tid = (uint32_t)n->tid,
		.fd = fd,
	};
	int target = borrow(n, fd);
	struct identity id = {.kind = FILE_OTHER};
	struct wire_reply told = {.ret = -EINVAL};
	struct message m, reply;
	int ret;

	if (target >= 0)
		id = identify(target);
	if (id.kind != FILE_DEVICE) {
		if (target >= 0)
			close(target);
		let_pass(n);
		return;
	}
	request.file = id.key;
	message_begin(&m);
	memcpy(message_grow(&m, sizeof(request)), &request, sizeof(request));
	ret = channel_call(&m, WIRE_MMAP, target, id.key, &reply);
	message_free(&m, false);
	close(target);
	if (ret == 0) {
		memcpy(&told, reply.data + sizeof(struct wire_header), sizeof(told));
		ret = told.ret;
		if (ret == 0 && reply.fd_count > 0) {
			ret = give(n, reply.fds[0], true, false);
			if (ret >= 0)
				ret = redirect_mmap(n, ret, told.offset);
		}
		message_free(&reply, true);
	}
	if (ret < 0)
		answer(n, ret);
}

void on_stat(const struct notice *n, int dirfd, uint64_t name, uint64_t to, int flags, bool extended)
{
	struct identity id = {.kind = FILE_OTHER};
	struct path p = {.kind = PATH_OTHER};
	struct stat st;
	struct statx stx;
	char first = 1;

	current = n;
	if (name == 0 || ((flags & AT_EMPTY_PATH) != 0 && usermem_read(&first, name, 1) == 1 && first == '\0'))
		id = identity_of(n, dirfd);
	else
		look(n, &p, dirfd, name);
	if (p.kind == PATH_DEVICE || id.kind == FILE_DEVICE) {
		device_stat(&st, p.kind == PATH_DEVICE ? p.minor : id.minor);
	} else if (id.kind != FILE_OTHER) {
		anonymous_stat(&st);
	} else if (p.kind == PATH_TREE) {
		if (fstatat(AT_FDCWD, p.real, &st, flags & AT_SYMLINK_NOFOLLOW) < 0) {
			answer(n, -errno);
			return;
		}
	} else {
		let_pass(n);
		return;
	}
	if (extended) {
		stat_to_statx(&stx, &st);
		answer(n, usermem_write(to, &stx, sizeof(stx)) == sizeof(stx) ? 0 : -EFAULT);
	} else {
		answer(n, usermem_write(to, &st, sizeof(st)) == sizeof(st) ? 0 : -EFAULT);
	}
}

void on_readlink(const struct notice *n, int dirfd, uint64_t name, uint64_t to, size_t size)
{
	char target[OUR_PATH_MAX];
	struct path p;
	ssize_t got;

	look(n, &p, dirfd, name);
	if (p.kind != PATH_TREE && p.kind != PATH_DEVICE) {
		let_pass(n);
		return;
	}
	got = readlink(p.real, target, sizeof(target));
	if (got < 0) {
		answer(n, -errno);
		return;
	}
	if ((size_t)got > size)
		got = (ssize_t)size;
	answer(n, usermem_write(to, target, (size_t)got) == (size_t)got ? got : -EFAULT);
}

void on_access(const struct notice *n, int dirfd, uint64_t name, int mode)
{
	struct path p;

	look(n, &p, dirfd, name);
	if (p.kind != PATH_TREE && p.kind != PATH_DEVICE)
		let_pass(n);
	else
		answer(n, faccessat(AT_FDCWD, p.real, mode, 0) < 0 ? -errno : 0);
}

void on_xattr(const struct notice *n, uint64_t name, int result)
{
	struct path p;

	look(n, &p, AT_FDCWD, name);
	if (p.kind != PATH_TREE && p.kind != PATH_DEVICE)
		let_pass(n);
	else
		answer(n, result);
}
