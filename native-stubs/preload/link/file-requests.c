/* Requests about files themselves: a new one, and what /proc says of one. */
#include "channel.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "process.h"
#include "sys.h"

/* O_LARGEFILE as the kernel has it, which sets it in every 64-bit program; libc says 0. */
#if defined(__x86_64__)
#define LARGE_FILE 0x8000
#else
#define LARGE_FILE 0x20000
#endif

int channel_descriptor(uint16_t kind, int file, uint64_t key, const void *request, size_t size, uint64_t *offset)
{
	struct wire_reply answer;
	struct message m, reply;
	int ret;

	message_begin(&m);
	memcpy(message_grow(&m, size), request, size);
	ret = channel_call(&m, kind, file, key, &reply);
	message_free(&m, false);
	if (ret < 0)
		return ret;
	memcpy(&answer, reply.data + sizeof(struct wire_header), sizeof(answer));
	ret = answer.ret;
	if (ret == 0 && reply.fd_count > 0) {
		if (offset != NULL)
			*offset = answer.offset;
		ret = reply.fds[0];
		reply.fds[0] = -1;
	} else if (ret >= 0) {
		/* There was one, and no number for it. */
		ret = -EMFILE;
	}
	message_free(&reply, true);
	return ret;
}

int channel_open(unsigned minor, int flags, bool compat)
{
	struct wire_open request = {
		.minor = minor,
		/* f_flags: what do_dentry_open() leaves of them */
		.flags = (uint32_t)((flags & ~(O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_CLOEXEC)) |
				    (compat ? 0 : LARGE_FILE)),
		.compat = compat,
		.pid = (uint32_t)own_pid(),
		.tid = (uint32_t)own_tid(),
	};
	int fd = channel_descriptor(WIRE_OPEN, -1, 0, &request, sizeof(request), NULL);

	if (fd < 0)
		return fd;
	if ((flags & O_CLOEXEC) == 0)
		SYS_3(SYS_fcntl, fd, F_SETFD, 0);
	if ((flags & (O_NONBLOCK | O_APPEND)) != 0)
		SYS_3(SYS_fcntl, fd, F_SETFL, flags & (O_NONBLOCK | O_APPEND));
	return fd;
}

int channel_fdinfo(uint64_t key)
{
	return channel_descriptor(WIRE_FDINFO, -1, 0, &key, sizeof(key), NULL);
}
