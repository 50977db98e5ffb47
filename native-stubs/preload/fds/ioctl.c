/* ioctl(2). */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>

#include "channel.h"
#include "config.h"
#include "gather.h"
#include "known.h"
#include "next.h"
#include "process.h"
#include "scatter.h"
#include "sys.h"

#define DRM_TYPE 'd'
#define DMA_BUF_TYPE 'b'

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
	ret = gather(&m, request, arg, false, &header.regions);
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
