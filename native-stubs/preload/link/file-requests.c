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

int channel_open(unsigned minor, int flags)
{
	struct wire_open open_message = {
		.minor = minor,
		/* f_flags: what do_dentry_open() leaves of them */
		.flags = (uint32_t)((flags & ~(O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_CLOEXEC)) | LARGE_FILE),
		.pid = (uint32_t)own_pid(),
		.tid = (uint32_t)own_tid(),
	};
	struct wire_reply answer;
	struct message m, reply;
	int ret;

	message_begin(&m);
	memcpy(message_grow(&m, sizeof(open_message)), &open_message, sizeof(open_message));
	ret = channel_call(&m, WIRE_OPEN, -1, 0, &reply);
	message_free(&m, false);
	if (ret < 0)
		return ret;
	memcpy(&answer, reply.data + sizeof(struct wire_header), sizeof(answer));
	ret = answer.ret;
	if (ret == 0 && reply.fd_count == 0)
		ret = -ENODEV;
	if (ret == 0) {
		ret = reply.fds[0];
		reply.fds[0] = -1;
		if ((flags & O_CLOEXEC) == 0)
			SYS_3(SYS_fcntl, ret, F_SETFD, 0);
		if ((flags & (O_NONBLOCK | O_APPEND)) != 0)
			SYS_3(SYS_fcntl, ret, F_SETFL, flags & (O_NONBLOCK | O_APPEND));
	}
	message_free(&reply, true);
	return ret;
}

int channel_fdinfo(uint64_t key)
{
	struct wire_reply answer;
	struct message m, reply;
	int ret;

	message_begin(&m);
	memcpy(message_grow(&m, sizeof(key)), &key, sizeof(key));
	ret = channel_call(&m, WIRE_FDINFO, -1, 0, &reply);
	message_free(&m, false);
	if (ret < 0)
		return ret;
	memcpy(&answer, reply.data + sizeof(struct wire_header), sizeof(answer));
	ret = answer.ret;
	if (ret == 0 && reply.fd_count > 0) {
		ret = reply.fds[0];
		reply.fds[0] = -1;
	}
	message_free(&reply, true);
	return ret;
}
