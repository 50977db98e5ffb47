/* ioctl(2). */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "channel.h"
#include "config.h"
#include "gather.h"
#include "next.h"
#include "process.h"
#include "scatter.h"
#include "sys.h"

#define DRM_TYPE 'd'
#define DMA_BUF_TYPE 'b'

/* A dma-buf of ours is a memfd, and its name says so. */
static bool is_dma_buf(int fd)
{
	static const char wanted[] = "/memfd:panthor-shim-bo";
	char link[32];
	char name[64];
	long n;

	if (!config()->active)
		return false;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = SYS_4(SYS_readlinkat, AT_FDCWD, link, name, sizeof(name));
	return n > (long)sizeof(wanted) - 1 && memcmp(name, wanted, sizeof(wanted) - 1) == 0;
}

/* What VFS answers itself, for any file. */
static bool is_for_vfs(unsigned long request)
{
	return request == FIOCLEX || request == FIONCLEX || request == FIONBIO || request == FIOASYNC;
}

/* The call as the server answers it: 0 or more, or -errno. */
static int ask_server(int fd, uint64_t key, unsigned long request, uint64_t arg)
{
	struct wire_ioctl header = {
		.file = key,
		.arg = arg,
		.request = (uint32_t)request,
		.tid = (uint32_t)own_tid(),
		.fd = fd,
	};
	struct message m, reply;
	int ret;

	message_begin(&m);
	message_grow(&m, sizeof(header));
	ret = gather(&m, request, arg, &header.regions);
	if (ret == 0) {
		memcpy(m.data + sizeof(struct wire_header), &header, sizeof(header));
		ret = channel_call(&m, WIRE_IOCTL, fd, key, &reply);
	}
	if (ret < 0) {
		message_free(&m, false);
		return ret;
	}
	ret = scatter(&m, &reply);
	message_free(&m, false);
	if (ret == 0) {
		struct wire_reply answer;

		memcpy(&answer, reply.data + sizeof(struct wire_header), sizeof(answer));
		ret = answer.ret;
	}
	message_free(&reply, true);
	return ret;
}

EXPORT int ioctl(int fd, unsigned long request, ...)
{
	struct identity id;
	va_list args;
	uint64_t key;
	void *arg;
	int ret;

	va_start(args, request);
	arg = va_arg(args, void *);
	va_end(args);
	key = ((request >> 8) & 0xff) == DRM_TYPE ? identity_remembered(fd) : 0;
	if (key != 0)
		id = (struct identity){.kind = FILE_DEVICE, .key = key};
	else
		id = identify(fd);
	if (is_for_vfs(request) || (id.kind == FILE_OTHER &&
				    (((request >> 8) & 0xff) != DMA_BUF_TYPE || !is_dma_buf(fd))))
		return NEXT(ioctl)(fd, request, arg);
	ret = ask_server(fd, id.kind == FILE_DEVICE ? id.key : 0, request, (uint64_t)(uintptr_t)arg);
	if (ret >= 0)
		return ret;
	errno = -ret;
	return -1;
}
