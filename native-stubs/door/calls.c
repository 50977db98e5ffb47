/* open(2), ioctl(2) and mmap(2) of the client. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "channel.h"
#include "door.h"
#include "gather.h"
#include "known.h"
#include "paths.h"
#include "scatter.h"

#define PAGE_MASK 4095ull

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

	look_at(n, &p, dirfd, name);
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
		fd = channel_open(p.minor, flags, n->compat);
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
	ret = gather(&m, request, header.arg, n->compat, &header.regions);
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
		.offset = n->compat ? n->data.args[5] << MMAP2_SHIFT : n->data.args[5],
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
